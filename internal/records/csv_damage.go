package records

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
)

// damage says whether the error err of a row is one of the whole input: reading failed, the row is too long, or a
// quote left open may have swallowed other rows.
func (c *CSV) damage(raw []byte, line int, err error) error {
	failed := c.in.failed()
	switch {
	case failed == errTooLong || len(raw) > c.in.limit:
		return TooLong(line, c.in.limit)
	case err == nil:
		return nil
	}
	var parse *csv.ParseError
	switch {
	case failed != nil:
		return &ReadError{Line: line, Err: failed}
	case !errors.As(err, &parse):
		return &Damage{Line: line, Msg: err.Error(), Err: err}
	case !errors.Is(parse.Err, csv.ErrQuote) && !errors.Is(parse.Err, csv.ErrBareQuote):
		return nil
	case bytes.ContainsAny(trimLineEnd(raw), "\r\n"), unclosed(raw, parse):
		return &Damage{Line: line, Msg: "a quote is left open", Err: parse.Err,
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

// Malformed says what keeps a text from being a row.
type Malformed struct {
	Msg  string
	Hint string // what to do about it; may be empty
}

// malformed describes the error of a row.
func (c *CSV) malformed(row Row, err error) *Malformed {
	var parse *csv.ParseError
	switch {
	case !errors.As(err, &parse):
		return &Malformed{Msg: err.Error()}
	case errors.Is(parse.Err, csv.ErrFieldCount):
		has, want := c.count(row.Trimmed()), c.csv.FieldsPerRecord
		cells := "cells"
		if has == 1 {
			cells = "cell"
		}
		bad := &Malformed{Msg: fmt.Sprintf("the row has %d %s, the header has %d", has, cells, want),
			Hint: "put a cell that contains " + nameOf(c.in.quotes.separator) + " into quotes"}
		if bytes.Contains(row.Trimmed(), []byte{'\\', c.in.quotes.separator}) { // as in files for Cognito's own import
			bad.Msg += `, for a \ does not keep a separator in its cell`
			bad.Hint += `, without the \ before it`
		}
		if row.Cut && has < want {
			bad.Msg += ", and the file ends in it"
			bad.Hint = "the file is cut short: write or copy it again"
		}
		return bad
	default:
		return &Malformed{Msg: fmt.Sprintf("column %d: a quote in the middle of a cell", parse.Column),
			Hint: `put the whole cell into quotes, and double each quote ("") in it`}
	}
}

// count is how many cells a row has that was decoded before.
func (c *CSV) count(row []byte) int {
	r := csv.NewReader(bytes.NewReader(row))
	r.Comma = c.csv.Comma
	cells, _ := r.Read()
	return len(cells)
}

// nameOf is what people call a separator.
func nameOf(separator byte) string {
	switch separator {
	case ',':
		return "a comma"
	case ';':
		return "a semicolon"
	case '\t':
		return "a tab"
	default:
		return string(rune(separator))
	}
}
