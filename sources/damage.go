package sources

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
)

// refuseRecord says whether the error err of a record is one of the file: reading failed, the record
// is too long, or a quote left open may have swallowed other rows.
func refuseRecord(in *recordReader, raw []byte, line int, err error) *FileError {
	failed := in.failed()
	switch {
	case failed == errRecordTooLong || len(raw) > in.limit:
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
