package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
)

// maxDocument is more than any description of a pool takes, in bytes.
const maxDocument = 16 << 20

// readDocument reads a file in which a pool or a client is described.
func readDocument(ctx context.Context, flag, path, hint string) ([]byte, error) {
	text, err := readGiven(ctx, path)
	if ctx.Err() != nil {
		return nil, refusal.ErrNotStarted
	}
	if err != nil {
		return nil, &refusal.UsageError{Err: inFile(flag, path, disk.WithoutPath(err)), Remedy: hint}
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, &refusal.UsageError{Err: inFile(flag, path, errors.New("is not a JSON object")), Remedy: hint}
	}
	return text, nil
}

// handedOver is a path by which a shell hands over what it has opened: --pool <(aws cognito-idp ...).
var handedOver = regexp.MustCompile(`^(/dev/stdin|/dev/fd/[0-9]+|/proc/self/fd/[0-9]+)$`)

// readGiven reads a regular file, or a pipe that the shell has opened already. A pipe by its name could
// hold the program up for ever; so could this one, but for ctx.
func readGiven(ctx context.Context, path string) ([]byte, error) {
	if !handedOver.MatchString(path) {
		return disk.ReadFile(path)
	}
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := readStream(path)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done(): // what still waits to be read is left to the end of the process
		return nil, ctx.Err()
	}
}

func readStream(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err == nil && len(text) > maxDocument {
		err = fmt.Errorf("is longer than %d MiB", maxDocument>>20)
	}
	return text, err
}
