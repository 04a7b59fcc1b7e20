package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// CheckColumns refuses columns of a file that the pool cannot take, all of them at once: one alone as [Schema.CheckColumn]
// does, several with an [*UnknownColumnsError].
func (s *Schema) CheckColumns(columns []sources.Column) error {
	var first error
	var unknown []sources.Column
	for _, c := range columns {
		err := s.CheckColumn(c.Attribute, c.Cell, c.Expect)
		switch {
		case err == nil:
			continue
		case s.Known(c.Attribute): // it is there, but not to be written
			return err
		case first == nil:
			first = err
		}
		unknown = append(unknown, c)
	}
	if len(unknown) > 1 {
		return s.unknownColumns(columns, unknown)
	}
	return first
}

// unknownColumns finds what to do about columns: those that are nearly an attribute get its name, the others are left
// out. A precondition is not left out unless its own column is.
func (s *Schema) unknownColumns(all, unknown []sources.Column) *UnknownColumnsError {
	e := &UnknownColumnsError{Rename: map[string]string{}}
	taken := map[string]bool{}
	for _, c := range all {
		taken[c.Attribute] = true
	}
	left := map[string]bool{}
	for _, c := range unknown {
		e.Cells = append(e.Cells, c.Cell)
		name := bare(c)
		if meant, near := sources.Suggest(c.Attribute, s.names); e.Rename[name] == "" && near && !taken[meant] && !strings.Contains(name, "=") {
			e.Rename[name], taken[meant] = meant, true
		} else if e.Rename[name] == "" && !c.Expect {
			left[name] = true
		}
	}
	for _, c := range unknown {
		if left[bare(c)] {
			e.Ignore = append(e.Ignore, c.Cell)
		}
	}
	return e
}

// LeaveOut is what to do about attributes, named in records, that the pool does not have.
func (s *Schema) LeaveOut(names []string) *UnknownColumnsError {
	var unknown []sources.Column
	for _, name := range names {
		unknown = append(unknown, sources.Column{Cell: name, Attribute: name})
	}
	return s.unknownColumns(unknown, unknown)
}

// bare is the name of a column without what makes it a precondition: a setting that renames it leaves that where it is.
func bare(c sources.Column) string {
	if !c.Expect {
		return c.Cell
	}
	return strings.TrimSpace(strings.TrimPrefix(c.Cell, expectPrefix))
}

// UnknownColumnsError tells of columns that hold no attributes of the pool, and which settings mend that.
type UnknownColumnsError struct {
	Cells  []string          // of the header
	Rename map[string]string // those that are nearly an attribute, without the prefix of preconditions, and which it is
	Ignore []string          // the others
}

func (e *UnknownColumnsError) Error() string {
	return fmt.Sprintf("the pool has no attributes for %d columns: %s", len(e.Cells), e.Names())
}

// Names are the names, for people, and what is perhaps meant by them.
func (e *UnknownColumnsError) Names() string {
	const enough = 40
	names := make([]string, 0, enough)
	more := ""
	for i, cell := range e.Cells {
		if i == enough {
			more = fmt.Sprintf(" and %d more", len(e.Cells)-enough)
			break
		}
		name := shown(cell)
		if meant := e.Rename[strings.TrimPrefix(cell, expectPrefix)]; meant != "" {
			name += " (did you mean " + meant + "?)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ") + more
}

// Purpose is what those words are for.
func (e *UnknownColumnsError) Purpose() string {
	switch {
	case len(e.Rename) == 0:
		return "to leave them out"
	case len(e.Ignore) == 0:
		return "to rename them"
	default:
		return "to leave them out, or to rename them"
	}
}

// Words are the words of a command line that rename what is nearly an attribute, and leave out the others.
func (e *UnknownColumnsError) Words() []string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(e.Rename)) {
		words = append(words, "--map", name+"="+e.Rename[name])
	}
	if len(e.Ignore) > 0 {
		words = append(words, "--ignore", shell.List(e.Ignore...))
	}
	return words
}

// Hint says which flags mend it.
func (e *UnknownColumnsError) Hint() string { return "add " + e.added() }

func (e *UnknownColumnsError) added() string { return shell.Join(e.Words()...) }
