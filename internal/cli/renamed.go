package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// renamed knows users by the addresses that named them before this run changed these. A run that goes
// on after a crash repeats its last records, and one that has changed the very address by which it
// names its user would find nobody; the undo file tells who it was. It is used by many goroutines.
type renamed struct {
	dir  string
	pool *cognito.Pool

	once  sync.Once
	names map[string]string // address > username
	err   error
}

// repeated is how many entries of the undo file are looked at: more than a crash can have records
// repeated, which are those of the gap and those that ended since the last save.
const repeated = 8 * checkpoint.MaxGapRecords

// find returns the user that a record names by an address which it changes, if this run has changed it.
func (r *renamed) find(ctx context.Context, c *sources.Change) (username string, ok bool, err error) {
	if r == nil || audit.NameChanged(r.pool, c) == "" {
		return "", false, nil
	}
	r.once.Do(func() { r.names, r.err = r.read(ctx) })
	username, ok = r.names[r.key(c.Username)]
	return username, ok, r.err
}

func (r *renamed) key(name string) string {
	if r.pool.CaseSensitive {
		return name
	}
	return strings.ToLower(name)
}

// read reads the undo file from its end, as undo files are read.
func (r *renamed) read(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	undo, err := sources.Open([]string{filepath.Join(r.dir, report.UndoJSONL)}, sources.Options{})
	if err != nil {
		return names, nil // this run has changed nothing yet
	}
	defer undo.Close()
	for range repeated {
		c, err := undo.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil: // at its end, or damaged: then what was found counts
			return names, nil
		}
		for _, a := range c.Attributes {
			key := r.key(a.Value)
			if _, later := names[key]; !later && audit.IsAddress(a.Name) && !a.Delete {
				names[key] = c.Username
			}
		}
	}
	return names, nil
}

// isNoUser tells whether a read found no such user.
func isNoUser(err error) bool {
	e, ok := errors.AsType[*cognito.Error](err)
	return ok && e.Code() == "UserNotFoundException"
}
