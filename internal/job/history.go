package job

import (
	"context"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// history is whom earlier starts of a run have found under a name that is not the username, by record, as
// the undo file tells. A run that goes on after a crash repeats the last record of each user, and may
// meanwhile have changed to whom the name leads: the record itself, or another one that has given the
// address to somebody else. It is not modified, and used by many goroutines.
type history map[place]found

// place is where a record begins.
type place struct{ input, line int }

// found is a user, under the name that a record has for it.
type found struct{ name, username string }

// repeated is how many entries of the undo file are looked at: more than a crash can have records
// repeated, which are those of the gap and those that ended since the last save.
const repeated = 8 * checkpoint.MaxGapRecords

// user returns the username that a record's name led to. An entry with another name is another record's:
// of a start that was killed before it became a run.
func (h history) user(c *sources.Change) (username string, ok bool) {
	f, ok := h[place{c.Begin.Input, c.Line}]
	return f.username, ok && f.name == c.Username
}

// readHistory reads the undo file from its end, as undo files are read, and goes there without the digest and
// the number of lines. It does so before the run that goes on adds to the file, which must not change meanwhile.
func readHistory(ctx context.Context, dir string) (history, error) {
	h := history{}
	path := filepath.Join(dir, report.UndoJSONL)
	undo, err := sources.Open([]string{path}, sources.Options{})
	if err != nil {
		return h, nil // nothing was sent yet
	}
	defer undo.Close()
	if end, err := os.Stat(path); err != nil || undo.Resume(sources.Position{Offset: end.Size()}) != nil {
		return h, nil // as at any other damage: what was found counts
	}
	for range repeated {
		c, err := undo.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil: // at its end, or damaged: then what was found counts
			return h, nil
		}
		var from struct {
			Input int    `json:"_input"`
			Line  int    `json:"_line"`
			Name  string `json:"_name"`
		}
		if c.Err == nil && json.Unmarshal(c.Text, &from) == nil && from.Name != "" {
			h[place{from.Input, from.Line}] = found{from.Name, c.Username}
		}
	}
	return h, nil
}
