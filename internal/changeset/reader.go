package changeset

import (
	"context"
	"errors"
	"io"
	"slices"

	"attrmigrate/internal/report"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// Reader is a change set that is being read: files, or only some of their lines.
type Reader struct {
	*sources.Files
	paths    []string         // of the inputs; all share the header of the first
	lines    []map[int]bool   // by input, the first lines of the records to read; nil: all records
	selected sources.Position // then: the input and line of the record read last
	names    []string         // of the inputs, if copies are read or a run knows them by others; nil: the files' own
	copies   []string
	tokens   *tokens        // nil: they are not looked at
	schema   *schema.Schema // nil: records are given as they stand in the input
	limit    int64          // how many records there are at most; 0: all
	given    int64
}

// Read opens the change set at its beginning.
func (s *Set) Read() (*Reader, error) {
	in := &Reader{paths: s.paths, tokens: s.tokens, schema: s.schema, names: s.names}
	paths := s.paths
	if s.copies != nil {
		paths, in.names, in.copies = s.copies, s.paths, s.copies
	}
	var err error
	if in.Files, err = sources.Open(paths, s.decoding); err != nil {
		return nil, err
	}
	if s.only != nil {
		in.lines = s.only.lines
	}
	return in, nil
}

// First is the name of the first input, whose header all share.
func (in *Reader) First() string { return in.paths[0] }

// Limit ends the change set behind so many records; 0 is no limit. It is called before Next.
func (in *Reader) Limit(records int64) { in.limit = records }

// Next returns the next record that belongs to the change set.
func (in *Reader) Next(ctx context.Context) (*sources.Change, error) {
	if in.limit > 0 && in.given == in.limit {
		return nil, io.EOF
	}
	in.given++
	for {
		c, err := in.Files.Next(ctx)
		switch {
		case err != nil || in.lines == nil:
			return in.finished(c, err)
		case in.lines[c.Begin.Input][c.Line]:
			return in.finished(in.alone(c))
		}
	}
}

// alone refuses a selected record that begins on the line of another: which of them failed can't be told.
func (in *Reader) alone(c *sources.Change) (*sources.Change, error) {
	line := sources.Position{Input: c.Begin.Input, Line: c.Line}
	if line == in.selected {
		return nil, &sources.FileError{File: c.File, Line: c.Line, Msg: "--only-failed tells records by their lines, and several begin on this one",
			Remedy: "apply the " + report.ErrorsJSONL + " of that run instead"}
	}
	in.selected = line
	return c, nil
}

// ListingCut is that of the files, by the names of the inputs.
func (in *Reader) ListingCut() (file string, line int, cut bool) {
	file, line, cut = in.Files.ListingCut()
	if i := slices.Index(in.copies, file); i >= 0 {
		file = in.names[i]
	}
	return file, line, cut
}

// At returns a record that Next gave.
func (in *Reader) At(at sources.Position) (*sources.Change, error) {
	return in.finished(in.Files.At(at))
}

// finished gives what was read from a copy the name of its input, a record with an access token that of its user, and
// values the form in which they are sent.
func (in *Reader) finished(c *sources.Change, err error) (*sources.Change, error) {
	if c != nil && in.tokens != nil {
		in.tokens.name(c)
	}
	if c != nil {
		c.Err = asRedacted(c.Err)
	}
	if c != nil && in.names != nil {
		c.File = in.names[c.Begin.Input]
	}
	if c != nil && in.schema != nil {
		c = in.schema.Normal(c)
	}
	if e, ok := errors.AsType[*sources.FileError](err); ok {
		if i := slices.Index(in.copies, e.File); i >= 0 {
			e.File = in.names[i]
		}
	}
	return c, err
}

// noun is what a record is called: in wide CSV, and in one of data, it is a row.
func (in *Reader) noun() string {
	if in.Format() == sources.CSV && len(in.Columns())+len(in.DataColumns()) > 0 {
		return "row"
	}
	return "record"
}
