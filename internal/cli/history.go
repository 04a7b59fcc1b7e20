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

// history is what earlier starts of a run have sent, as its undo file tells. A run that goes on after a
// crash repeats its last records, and a record that was applied then need not look so any more: a later
// record of the same user may have been applied, too, or the very address may have changed by which the
// record names its user. It is not modified, and used by many goroutines.
type history struct {
	sent map[place]*sent    // by record; of a record sent twice, the first time
	of   map[string][]*sent // by username, the newest first
}

// place is where a record begins.
type place struct{ input, line int }

// sent is an entry of the undo file: what an update that was about to be sent would take back.
type sent struct {
	number        int64
	username      string
	before, wrote []sources.Attribute
}

// repeated is how many entries of the undo file are looked at: more than a crash can have records
// repeated, which are those of the gap and those that ended since the last save.
const repeated = 8 * checkpoint.MaxGapRecords

// record returns what was sent for a record; nil if nothing was, or it is not known. An entry that has
// none of the record's values is another record's: of a start that was killed before it became a run.
func (h *history) record(c *sources.Change) *sent {
	if h == nil {
		return nil
	}
	s := h.sent[place{c.Begin.Input, c.Line}]
	if s == nil || !slices.ContainsFunc(c.Attributes, func(a sources.Attribute) bool { return slices.Contains(s.wrote, a) }) {
		return nil
	}
	return s
}

// wasNamed tells whether the user had a value before that named it: an address, or a preferred username.
func (s *sent) wasNamed(name string) bool {
	return slices.ContainsFunc(s.before, func(a sources.Attribute) bool { return strings.EqualFold(a.Value, name) })
}

// overtaken tells whether what a record had sent was applied, and a later record of the user has then
// changed the user further: the later one found the user as the earlier one had left it.
func (h *history) overtaken(c *sources.Change) bool {
	s := h.record(c)
	if s == nil {
		return false
	}
	for _, later := range h.of[s.username] {
		if later.number > s.number && slices.ContainsFunc(s.wrote, func(a sources.Attribute) bool {
			return slices.Contains(later.before, a) && !slices.Contains(s.before, a)
		}) {
			return true
		}
	}
	return false
}

// readHistory reads the undo file from its end, as undo files are read. It does so before the run that
// goes on adds to the file, which must not change meanwhile.
func readHistory(ctx context.Context, dir string) (*history, error) {
	h := &history{sent: map[place]*sent{}, of: map[string][]*sent{}}
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
			Number int64 `json:"_undo"`
			Input  int   `json:"_input"`
			Line   int   `json:"_line"`
		}
		if json.Unmarshal(c.Text, &from) != nil {
			continue
		}
		s := &sent{number: from.Number, username: c.Username, before: c.Attributes, wrote: c.Expect}
		h.sent[place{from.Input, from.Line}] = s
		h.of[s.username] = append(h.of[s.username], s)
	}
	return h, nil
}
