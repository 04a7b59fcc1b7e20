package sources

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// wideDecoder makes one record of each row.
type wideDecoder struct {
	rows *rows
	opts *Options
}

func (d *wideDecoder) begin(src io.Reader, at Position) { d.rows.begin(src, at) }

func (d *wideDecoder) next() (*Change, error) {
	r, err := d.rows.next()
	if err != nil {
		return nil, err
	}
	c := r.change(d.rows.header)
	if c.Err == nil {
		d.read(c, r.cells)
	}
	if r.secret {
		redact(c.Rows)
	}
	return c, nil
}

// read gives a record what the cells of its row say.
func (d *wideDecoder) read(c *Change, cells []string) {
	h := d.rows.header
	c.Attributes = make([]Attribute, 0, h.setting)
	for i, cell := range cells {
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
			return
		}
	}
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
