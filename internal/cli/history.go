package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// history is what earlier starts of a run have sent, by record, as its undo file tells. A run that goes
// on after a crash repeats the last record of each user, and such a record may have changed the very
// address by which it names the user. It is not modified, and used by many goroutines.
type history map[place]sent

// place is where a record begins.
type place struct{ input, line int }

// sent is an entry of the undo file: whom an update was about to change, and what of.
type sent struct {
	username string
	before   []sources.Attribute
}

// repeated is how many entries of the undo file are looked at: more than a crash can have records
// repeated, which are those of the gap and those that ended since the last save.
const repeated = 8 * checkpoint.MaxGapRecords

// user returns the username of the user whom a record has named by an address, or by a preferred
// username, that it has changed then, or made invalid as a name by taking its verified flag away. An
// entry that is another record's, of a start that was killed before it became a run, has neither.
func (h history) user(c *sources.Change) (username string, ok bool) {
	s := h[place{c.Begin.Input, c.Line}]
	return s.username, slices.ContainsFunc(s.before, func(a sources.Attribute) bool {
		return strings.EqualFold(a.Value, c.Username) || a.Name == "email_verified" || a.Name == "phone_number_verified"
	})
}

// readHistory reads the undo file from its end, as undo files are read. It does so before the run that
// goes on adds to the file, which must not change meanwhile.
func readHistory(ctx context.Context, dir string) (history, error) {
	h := history{}
	undo, err := sources.Open([]string{filepath.Join(dir, report.UndoJSONL)}, sources.Options{})
	if err != nil {
		return h, nil // nothing was sent yet
	}
	defer undo.Close()
	for range repeated {
		c, err := undo.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil: // at its end, or damaged: then what was found counts
			return h, nil
		}
		var from struct {
			Input int `json:"_input"`
			Line  int `json:"_line"`
		}
		if json.Unmarshal(c.Text, &from) == nil {
			h[place{from.Input, from.Line}] = sent{c.Username, c.Attributes}
		}
	}
	return h, nil
}
