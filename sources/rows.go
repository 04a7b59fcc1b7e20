package sources

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"attrmigrate/internal/records"
)

// Rows are decoded some ahead of those that are given, since gocsv takes many together for little more than
// it takes for one; at the beginning fewer, for whoever wants only one, and always a few kilobytes.
const (
	batchRows  = 64
	batchBytes = 64 << 10
)

// namedCells are the cells that every change set has, wherever their columns stand. gocsv decodes them.
type namedCells struct {
	User      string `csv:"user"` // username or access token
	Attribute string `csv:"attribute"`
	Value     string `csv:"value"`
}

// rows reads the rows of a CSV input.
type rows struct {
	header *header
	opts   *Options
	named  []int // the columns of namedCells, in the order of its fields
	csv    *records.CSV

	batch []row // that were decoded together
	given int   // of them
	size  int   // how many the next batch may have
	end   error // what comes behind the batch: io.EOF or what keeps it from being read; nil: more rows
	picked
}

// row is one row. If it could not be decoded, only its place, the text and the error are known.
type row struct {
	begin    Position
	after    Position
	size     int    // bytes in the file
	user     string // the username, or the access token
	cells    []string
	named    *namedCells // of the cells, as gocsv decodes them
	secret   bool        // there may be an access token in it
	redacted bool        // there is one, and <redacted> stands in its place
	cut      bool        // the input ends in it
	text     []byte      // what could not be decoded
	err      *RecordError

	trimmed, emptied int // whether the username was
}

func newRows(h *header, separator rune, opts *Options) *rows {
	r := &rows{header: h, opts: opts, csv: records.NewCSV(byte(separator), len(h.names), opts.limit())}
	if h.feeds {
		r.csv.Feeds()
	}
	r.named = append(r.named, h.user)
	if h.long {
		r.named = append(r.named, slices.Index(h.roles, roleAttribute), slices.Index(h.roles, roleValue))
	}
	return r
}

// begin goes on with the bytes of src, which stand at a position.
func (r *rows) begin(src io.Reader, at Position) {
	r.csv.Begin(src, at.mark())
	r.batch, r.given, r.size, r.end = r.batch[:0], 0, 1, nil
}

// next returns the next row, or io.EOF, or what keeps it from being read. The row is valid until the next call.
func (r *rows) next() (*row, error) {
	if r.given == len(r.batch) {
		if r.end != nil {
			return nil, r.end
		}
		if err := r.fill(); err != nil {
			return nil, err
		}
	}
	r.given++
	return &r.batch[r.given-1], nil
}

// fill decodes the next rows. There is at least one if it returns no error.
func (r *rows) fill() error {
	r.batch, r.given = r.batch[:0], 0
	r.picked.reset()
	for size := 0; len(r.batch) < r.size && size < batchBytes; {
		next, err := r.read()
		if err != nil {
			r.end = err
			break
		}
		size += next.size
		r.batch = append(r.batch, next)
		if next.cells != nil {
			r.pick(next.cells, r.named)
		}
	}
	r.size = min(2*r.size, batchRows)
	if len(r.batch) == 0 {
		return r.end
	}
	return r.finish()
}

// read returns the next row, its cells not decoded, or what comes behind the last.
func (r *rows) read() (row, error) {
	found, err := r.csv.Next()
	if err != nil {
		return row{}, err
	}
	next := row{begin: positionOf(found.Begin), after: positionOf(found.After), size: len(found.Text), cut: found.Cut}
	if bad := found.Bad; bad != nil {
		next.err = &RecordError{code: codeMalformedRow, msg: bad.Msg, hint: bad.Hint}
		next.text, next.redacted = r.undecoded(found)
		return next, nil
	}
	next.cells = found.Cells
	next.err = r.check(found.Cells, found.Text)
	next.secret = bytes.Contains(found.Text, []byte(tokenBegin))
	return next, nil
}

// finish gives the rows of a batch their named cells.
func (r *rows) finish() error {
	named, err := r.decode()
	if err != nil {
		return &FileError{Line: r.batch[0].begin.Line, Msg: err.Error(), Err: err}
	}
	for i := range r.batch {
		next := &r.batch[i]
		if next.cells == nil {
			continue
		}
		next.named, named = &named[0], named[1:]
		next.user, _ = textOf(next.named.User)
		if r.header.roles[r.header.user] == roleUsername {
			next.user = r.opts.meant(next.user, &next.trimmed, &next.emptied)
		}
		if next.err == nil {
			next.err = r.checkUser(next.user)
		}
		for _, i := range r.header.tokens {
			if cell := &next.cells[i]; !isNoToken(*cell) {
				*cell, next.redacted = Redacted, true
			}
		}
	}
	return nil
}

// picked are the cells of a batch that gocsv is given, a row each, and what it makes of them.
type picked struct {
	rows  [][]string
	flat  []string // where the cells stand
	cells []namedCells
}

var _ gocsv.CSVReader = (*picked)(nil)

func (p *picked) reset() { p.rows, p.flat = p.rows[:0], p.flat[:0] }

// pick adds the named ones of the cells of a row.
func (p *picked) pick(cells []string, named []int) {
	from := len(p.flat)
	for _, i := range named {
		p.flat = append(p.flat, cells[i])
	}
	p.rows = append(p.rows, p.flat[from:])
}

// decode has gocsv decode what was picked. It is valid until the next time.
func (p *picked) decode() ([]namedCells, error) {
	if len(p.rows) == 0 {
		return nil, nil
	}
	err := gocsv.UnmarshalCSVWithoutHeaders(p, &p.cells)
	return p.cells, err
}

// Read is for gocsv, which asks for all rows at once.
func (p *picked) Read() ([]string, error) { return nil, io.EOF }

// ReadAll gives gocsv the rows.
func (p *picked) ReadAll() ([][]string, error) { return p.rows, nil }

// undecoded is what is kept of a row that can't be decoded, and whether that is none of it, for a token may be anywhere.
func (r *rows) undecoded(found records.Row) (kept []byte, redacted bool) {
	if len(r.header.tokens) > 0 || isToken(string(found.Text)) {
		return []byte(Redacted), true
	}
	return bytes.Clone(found.Trimmed()), false
}

// check finds what is wrong with a row whatever its attributes and its user.
func (r *rows) check(cells []string, raw []byte) *RecordError {
	if r.header.undecodable(cells) {
		return &RecordError{code: codeMalformedRow, msg: "this row could not be decoded before",
			hint: "put the cells that stand in " + rawColumn + " into their columns, and empty " + rawColumn}
	}
	for _, i := range r.header.nameless {
		if strings.TrimSpace(cells[i]) != "" {
			return &RecordError{code: codeMalformedRow, msg: fmt.Sprintf("cell %d stands in a column without a name", i+1),
				hint: "name the column, or empty the cell"}
		}
	}
	if utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 {
		return nil
	}
	for i, cell := range cells {
		if r.header.roles[i] == roleNothing || r.header.roles[i] == roleReport {
			continue
		}
		if err := checkText(r.header.names[i], cell); err != nil {
			return err
		}
	}
	return nil
}

// checkUser refuses a row that does not say whom it is for.
func (r *rows) checkUser(user string) *RecordError {
	column := r.header.names[r.header.user]
	switch {
	case r.header.roles[r.header.user] == roleToken:
		return checkToken(column, user)
	case strings.TrimSpace(user) == "":
		return &RecordError{code: codeMissingUsername, field: column, msg: "the cell is empty, so the row names no user"}
	}
	return nil
}

// undecodable reports whether a row says nothing but what an earlier run could not decode.
func (h *header) undecodable(cells []string) bool {
	if h.raw < 0 || cells[h.raw] == "" {
		return false
	}
	for i, cell := range cells {
		if cell != "" && h.roles[i] != roleReport {
			return false
		}
	}
	return true
}

// change begins the change that a row describes.
func (r *row) change(h *header) *Change {
	together := &struct { // one allocation
		Change
		row [1]Row
	}{Change: Change{Line: r.begin.Line, Begin: r.begin, After: r.after, Text: r.text, Cut: r.cut, Redacted: r.redacted}}
	c := &together.Change
	c.Trimmed, c.Emptied = r.trimmed, r.emptied
	if h.roles[h.user] == roleToken {
		c.Token = Secret(r.user)
	} else {
		c.Username = r.user
	}
	if r.cells != nil {
		together.row[0] = Row{Line: r.begin.Line, Cells: r.cells}
		c.Rows = together.row[:]
	}
	if r.err != nil {
		c.Err = r.err
	}
	return c
}
