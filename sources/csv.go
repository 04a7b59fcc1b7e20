package sources

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"
)

// namedCells are the cells that every change set has, wherever their columns stand; gocsv gives the
// cells of all other columns in a map.
type namedCells struct {
	User      string `csv:"user"` // username or access token
	Attribute string `csv:"attribute"`
	Value     string `csv:"value"`
}

// rows reads the rows of a CSV input. gocsv is shown a header of our own, in which the roles have
// their fixed names and every other column its number: so the names in the file can be any, and
// reading can begin at any row.
type rows struct {
	header *header
	keys   []string // gocsv's name of each column
	in     *recordReader
	ahead  *bufio.Reader // what the csv.Reader has read ahead
	csv    *csv.Reader
	cells  *gocsv.Unmarshaller
}

// row is one row. If err is set, only its place and the text are known.
type row struct {
	begin Mark
	after Mark
	size  int    // bytes in the file
	user  string // the username, or the access token
	cells []string
	text  []byte // what could not be decoded
	err   *RecordError
}

func newRows(h *header) (*rows, error) {
	r := &rows{header: h, keys: make([]string, len(h.names))}
	for i, role := range h.roles {
		switch role {
		case roleUsername, roleToken:
			r.keys[i] = "user"
		case roleAttribute:
			r.keys[i] = "attribute"
		case roleValue:
			r.keys[i] = "value"
		default:
			r.keys[i] = strconv.Itoa(i)
		}
	}
	ours := strings.NewReader(strings.Join(r.keys, ",") + "\n")
	r.in = &recordReader{src: ours}
	r.ahead = bufio.NewReaderSize(r.in, bufferSize)
	r.csv = csv.NewReader(r.ahead)      // takes the buffer for its own, being as large as it wants
	r.csv.FieldsPerRecord = len(r.keys) // a ragged row is an error of the row
	var err error
	if r.cells, err = gocsv.NewUnmarshaller(r.csv, &namedCells{}); err != nil {
		return nil, err
	}
	return r, nil
}

// begin goes on with the bytes of src, which stand at a mark.
func (r *rows) begin(src io.Reader, at Mark) {
	r.in.restart(src, at, r.csv.InputOffset())
	r.ahead.Reset(r.in)
}

// next returns the next row, io.EOF, or a *FileError.
func (r *rows) next() (row, error) {
	named, others, err := r.cells.ReadUnmatched()
	raw, begin := r.in.take(r.csv.InputOffset())
	if err == io.EOF {
		return row{}, io.EOF
	}
	if refusal := refuseRecord(r.in, raw, begin.Line, err); refusal != nil {
		return row{}, refusal
	}
	next := row{begin: begin, after: r.in.at, size: len(raw)}
	if err != nil {
		next.err = malformedRow(raw, err, len(r.keys))
		next.text = r.undecoded(raw)
		return next, nil
	}
	cells, ok := named.(*namedCells)
	if !ok {
		return row{}, &FileError{Line: begin.Line, Msg: fmt.Sprintf("gocsv returned a %T", named)}
	}
	next.user, _ = textOf(cells.User)
	next.cells = r.inOrder(cells, others)
	next.err = r.check(&next, raw)
	for _, i := range r.header.tokens {
		if next.cells[i] != "" {
			next.cells[i] = Redacted
		}
	}
	return next, nil
}

// redact takes tokens out of what is kept of a row whose values were read: they may stand in other columns,
// such as those of the other tokens that signing in returns, or be put there by mistake.
func redact(rows []Row) {
	for _, row := range rows {
		for i, cell := range row.Cells {
			if isToken(cell) {
				row.Cells[i] = Redacted
			}
		}
	}
}

// undecoded is what is kept of a row that can't be decoded: none of it, if a token may be anywhere.
func (r *rows) undecoded(raw []byte) []byte {
	if len(r.header.tokens) > 0 {
		return []byte(Redacted)
	}
	return bytes.Clone(trimLineEnd(raw))
}

// inOrder puts the cells of a row into the order of the header.
func (r *rows) inOrder(named *namedCells, others map[string]string) []string {
	cells := make([]string, len(r.keys))
	for i, role := range r.header.roles {
		switch role {
		case roleUsername, roleToken:
			cells[i] = named.User
		case roleAttribute:
			cells[i] = named.Attribute
		case roleValue:
			cells[i] = named.Value
		default:
			cells[i] = others[r.keys[i]]
		}
	}
	return cells
}

// check finds what is wrong with a row whatever its attributes.
func (r *rows) check(row *row, raw []byte) *RecordError {
	if r.undecodable(row.cells) {
		return &RecordError{code: codeMalformedRow, msg: "this row could not be decoded before",
			hint: "put the cells that stand in " + rawColumn + " into their columns, and empty " + rawColumn}
	}
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		for i, cell := range row.cells {
			if r.header.roles[i] == roleNothing || r.header.roles[i] == roleReport {
				continue
			}
			if err := checkText(r.header.names[i], cell); err != nil {
				return err
			}
		}
	}
	switch {
	case r.header.roles[r.header.user] == roleToken:
		return checkToken(r.header.names[r.header.user], row.user)
	case strings.TrimSpace(row.user) == "":
		return &RecordError{code: codeMissingUsername, field: r.header.names[r.header.user], msg: "the cell is empty, so the row names no user"}
	}
	return nil
}

// undecodable reports whether a row says nothing but what an earlier run could not decode.
func (r *rows) undecodable(cells []string) bool {
	if r.header.raw < 0 || cells[r.header.raw] == "" {
		return false
	}
	for i, cell := range cells {
		if cell != "" && r.header.roles[i] != roleReport {
			return false
		}
	}
	return true
}

// checkText refuses what Cognito cannot store.
func checkText(field, text string) *RecordError {
	switch {
	case !utf8.ValidString(text):
		return &RecordError{code: codeInvalidText, field: field, msg: "not UTF-8", hint: "save the file in UTF-8"}
	case strings.IndexByte(text, 0) >= 0:
		return &RecordError{code: codeInvalidText, field: field, msg: "contains a NUL character"}
	}
	return nil
}

// refuseRecord says whether the error err of a record is one of the file: reading failed, the record
// is too long, or a quote left open may have swallowed other rows.
func refuseRecord(in *recordReader, raw []byte, line int, err error) *FileError {
	failed := in.failed()
	switch {
	case failed == errRecordTooLong || len(raw) > MaxRecord:
		return tooLong(line)
	case err == nil:
		return nil
	}
	var parse *csv.ParseError
	switch {
	case failed != nil:
		refusal := unreadable("", failed)
		refusal.Line = line
		return refusal
	case !errors.As(err, &parse):
		return &FileError{Line: line, Msg: err.Error(), Err: err}
	case !errors.Is(parse.Err, csv.ErrQuote) && !errors.Is(parse.Err, csv.ErrBareQuote):
		return nil
	case bytes.IndexByte(trimLineEnd(raw), '\n') >= 0, unclosed(raw, parse):
		return &FileError{Line: line, Msg: "a quote is left open", Err: parse.Err,
			Remedy: "close the quote in this row; the rows behind it may be good, but can't be told from its text"}
	}
	return nil
}

// unclosed reports whether a row of one line ends inside its quotes. The csv.Reader gives the same
// error for a quote in the middle of a quoted cell, but then its column is that quote's.
func unclosed(raw []byte, err *csv.ParseError) bool {
	i := err.Column - 1
	return errors.Is(err.Err, csv.ErrQuote) && (i >= len(raw) || raw[i] != '"')
}

// malformedRow describes the error of a row that has want cells if it is right.
func malformedRow(raw []byte, err error, want int) *RecordError {
	e := &RecordError{code: codeMalformedRow, msg: err.Error()}
	var parse *csv.ParseError
	switch {
	case !errors.As(err, &parse):
	case errors.Is(parse.Err, csv.ErrFieldCount):
		r := csv.NewReader(bytes.NewReader(raw))
		cells, _ := r.Read() // it has just been decoded
		e.msg = fmt.Sprintf("the row has %d cells, the header has %d", len(cells), want)
		e.hint = "put a cell that contains a comma into quotes"
	default:
		e.msg = fmt.Sprintf("column %d: a quote in the middle of a cell", parse.Column)
		e.hint = `put the whole cell into quotes, and double each quote ("") in it`
	}
	return e
}

func trimLineEnd(raw []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
}

// change begins the change that a row describes.
func (r *row) change(h *header) *Change {
	together := &struct { // one allocation
		Change
		row [1]Row
	}{Change: Change{Line: r.begin.Line, Begin: r.begin, After: r.after, Text: r.text}}
	c := &together.Change
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

// wideDecoder makes one record of each row.
type wideDecoder struct {
	rows *rows
	opts *Options
}

func (d *wideDecoder) begin(src io.Reader, at Mark) { d.rows.begin(src, at) }

func (d *wideDecoder) next() (*Change, error) {
	r, err := d.rows.next()
	if err != nil {
		return nil, err
	}
	h := d.rows.header
	c := r.change(h)
	defer func() { redact(c.Rows) }()
	if c.Err != nil {
		return c, nil
	}
	c.Attributes = make([]Attribute, 0, h.setting)
	for i, cell := range r.cells {
		var failed *RecordError
		switch h.roles[i] {
		case roleSet:
			c.Attributes, failed = d.opts.addCell(c.Attributes, h.names[i], h.attributes[i], cell)
		case roleExpect:
			c.Expect = d.opts.addExpected(c.Expect, h.attributes[i], cell)
		case roleMetadata:
			c.addMetadata(h.attributes[i], cell)
		}
		if failed != nil {
			c.Err = failed
			return c, nil
		}
	}
	return c, nil
}
