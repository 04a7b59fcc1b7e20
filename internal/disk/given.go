package disk

import (
	"context"
	"io"
	"os"
	"regexp"
)

// handedOver is a path by which a shell hands over what it has opened: --pool <(aws cognito-idp ...).
var handedOver = regexp.MustCompile(`^(/dev/stdin|/dev/fd/[0-9]+|/proc/self/fd/[0-9]+)$`)

// ReadGiven reads a file that a command is given and reads once: a regular file, or a pipe that the shell has opened
// already. A pipe by its name could hold the program up for ever; so could this one, but for ctx. Of what is longer than
// most bytes it gives one more.
func ReadGiven(ctx context.Context, path string, most int64) ([]byte, error) {
	if !handedOver.MatchString(path) {
		return readUpTo(path, most+1)
	}
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := readStream(path, most+1)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done(): // what still waits to be read is left to the end of the process
		return nil, ctx.Err()
	}
}

func readStream(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}
