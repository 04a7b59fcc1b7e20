package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
)

// maxDocument is more than any description of a pool takes, in bytes.
const maxDocument = 16 << 20

// readDocument reads a file in which a pool or a client is described.
func readDocument(ctx context.Context, flag, path, hint string) ([]byte, error) {
	text, err := disk.ReadGiven(ctx, path, maxDocument)
	switch {
	case ctx.Err() != nil:
		return nil, refusal.ErrNotStarted
	case err == nil && len(text) > maxDocument:
		err = fmt.Errorf("is longer than %d MiB", maxDocument>>20)
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
