package changeset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"attrmigrate/sources"
)

// maxColumns is how many names of columns data may have whose records name them themselves: who has more has put values in
// their place.
const maxColumns = 10_000

// Columns are the names of the columns of data. JSONL, whose records have the names, is read once for them.
func (s *Set) Columns(ctx context.Context) ([]string, error) {
	in, err := s.Read()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if in.Format() == sources.CSV {
		return in.DataColumns(), nil
	}
	names := map[string]bool{}
	for {
		c, err := in.Files.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return slices.Sorted(maps.Keys(names)), nil
		case err != nil:
			return nil, err
		}
		for name := range c.Data { // of a record in error as many as are known
			names[name] = true
		}
		if len(names) > maxColumns {
			return nil, &sources.FileError{File: c.File, Line: c.Line, Msg: fmt.Sprintf("its records have more than %d names of columns", maxColumns),
				Remedy: `a record is a flat object of names and values, the same names in all: {"email": "ann@example.com", "plan": "gold"}`}
		}
	}
}

// Wanting is the set of data of which only some columns are read.
func (s *Set) Wanting(columns []string) *Set {
	other := s.as()
	other.decoding.Columns = slices.Clone(columns)
	return other
}
