package fleet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"attrmigrate/internal/prose"
	"attrmigrate/sources"
)

// MaxSize is more than any file of targets has, in bytes.
const MaxSize = 10 << 20

// File is a file of targets that was checked.
type File struct {
	Path string
	Rows []Row
	has  map[string]bool
}

// Has tells whether a column says anything in any row.
func (f *File) Has(column string) bool { return f.has[column] }

// Checks are what has to be so for what a command is going to do.
type Checks struct {
	Inputs bool                    // each row needs an input
	Exists func(path string) error // says why an input cannot be used; nil: inputs are not looked at
}

// Read reads the text of a file of targets, named for people, and checks it whole. The error is [*Problems].
func Read(path string, text []byte, checks Checks) (*File, error) {
	r := &reader{file: &File{Path: path, has: map[string]bool{}}}
	r.read(text)
	if len(r.problems) == 0 || len(r.file.Rows) > 0 {
		r.together(checks)
	}
	if len(r.problems) > 0 {
		slices.SortStableFunc(r.problems, func(a, b *Problem) int { return a.Line - b.Line })
		return nil, &Problems{File: path, List: r.problems}
	}
	return r.file, nil
}

// reader reads a file, and gathers what is wrong with it.
type reader struct {
	file     *File
	columns  []string // of the header; empty: one that is not known
	problems []*Problem
}

// problem keeps what is wrong. Of one cell the first counts: others come of it.
func (r *reader) problem(line int, column, remedy, format string, args ...any) {
	column = prose.Printable(column) // in a header it may be anything
	if column != "" && slices.ContainsFunc(r.problems, func(p *Problem) bool { return p.Line == line && p.Column == column }) {
		return
	}
	r.problems = append(r.problems, &Problem{r.file.Path, line, column, prose.Printable(fmt.Sprintf(format, args...)), remedy})
}

func (r *reader) read(text []byte) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case len(text) > MaxSize:
		r.problem(0, "", "a row is for a pool, and not for a user", "is larger than 10 MB")
		return
	case !utf8.Valid(text):
		r.problem(0, "", "save it as UTF-8", "is not UTF-8")
		return
	}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord, rows.Comma = -1, separator(text)
	for first := true; ; first = false {
		cells, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF) && first:
			r.problem(0, "", "its first line names columns: "+strings.Join(columns, ","), "is empty")
			return
		case errors.Is(err, io.EOF):
			if len(r.file.Rows) == 0 && len(r.problems) == 0 {
				r.problem(0, "", "each line below the header is a pool", "has no rows")
			}
			return
		case err != nil:
			r.damaged(err)
			return
		}
		line, _ := rows.FieldPos(0)
		if first {
			if !r.header(line, cells) {
				return
			}
			continue
		}
		r.row(line, cells)
	}
}

// separator is what stands between cells: a comma, unless the header has none and shows what a spreadsheet writes instead.
func separator(text []byte) rune {
	header, _, _ := bytes.Cut(text, []byte("\n"))
	for _, other := range []rune{';', '\t'} {
		if !bytes.ContainsRune(header, ',') && bytes.ContainsRune(header, other) {
			return other
		}
	}
	return ','
}

// damaged tells of what is no CSV. What comes after it cannot be read.
func (r *reader) damaged(err error) {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		r.problem(e.Line, "", `a cell with " in it stands in quotes, and each " in it is doubled`, "is no CSV: %v", e.Err)
		return
	}
	r.problem(0, "", "", "cannot be read: %v", err)
}

// header learns the columns, and tells whether rows can be read.
func (r *reader) header(line int, cells []string) bool {
	for _, cell := range cells {
		name := strings.TrimSpace(cell)
		switch {
		case name == "":
			r.problem(line, "", "name it, or take it away", "a column has no name")
		case !slices.Contains(columns, name):
			r.problem(line, name, r.meant(name), "there is no such column")
		case slices.Contains(r.columns, name):
			r.problem(line, name, "leave one of them out", "stands twice")
		}
		r.columns = append(r.columns, name)
	}
	for _, name := range []string{colName, colPool} {
		if !slices.Contains(r.columns, name) {
			r.problem(line, name, "every row needs it", "the column is missing")
		}
	}
	return len(r.problems) == 0
}

// meant says which column may have been meant.
func (r *reader) meant(name string) string {
	if lower := strings.ToLower(name); slices.Contains(columns, lower) {
		return "did you mean " + lower + "?"
	}
	if near, ok := sources.Suggest(strings.ToLower(name), columns); ok {
		return "did you mean " + near + "?"
	}
	return "the columns are " + strings.Join(columns, ",")
}

// row reads one row. One whose cells are all empty is what a spreadsheet leaves, and none.
func (r *reader) row(line int, cells []string) {
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return
	}
	if len(cells) != len(r.columns) {
		r.problem(line, "", "a cell with a comma in it stands in quotes", "has %s, and the header has %d", prose.Plural(len(cells), "cell"), len(r.columns))
		return
	}
	cell := map[string]string{}
	for i, name := range r.columns {
		cell[name] = strings.TrimSpace(cells[i])
		r.file.has[name] = r.file.has[name] || cell[name] != ""
	}
	r.file.Rows = append(r.file.Rows, r.parse(line, cell))
}
