package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// MaxText is how much of an error's text, or of a row that cannot be decoded, is kept, in bytes. It
// keeps the report within what the decoders accept as a record, whatever quoting adds.
const MaxText = 256 << 10

// finding is what the report says of a failed record.
type finding struct {
	File      string `csv:"_file"       json:"file"`
	Line      int    `csv:"_line"       json:"line"`
	Class     string `csv:"_class"      json:"class"`
	Code      string `csv:"_code"       json:"code"`
	Message   string `csv:"_message"    json:"message"`
	Attempts  int    `csv:"_attempts"   json:"attempts"`
	RequestID string `csv:"_request_id" json:"request_id"`
	At        string `csv:"_at"         json:"at"`
	Raw       string `csv:"_raw"        json:"-"` // the last: a file without _raw leaves it off
}

// What an error may tell of itself. An error that tells nothing has the class unknown.
type (
	classed interface {
		error
		Class() string
	}
	coded interface {
		error
		Code() string
	}
	hinted interface {
		error
		Hint() string
	}
	identified interface {
		error
		RequestID() string
	}
)

func newFinding(r pipeline.Result) finding {
	f := finding{
		File:     r.Change.File,
		Line:     r.Change.Line,
		Class:    ClassOf(r),
		Attempts: r.Attempts,
		At:       timestamp(r.At),
	}
	err := whyFailed(r)
	if err == nil {
		return f
	}
	f.Message = message(err, r.Change)
	if c, ok := errors.AsType[coded](err); ok {
		f.Code = c.Code()
	}
	if i, ok := errors.AsType[identified](err); ok {
		f.RequestID = i.RequestID()
	}
	f.Message += remedy(err)
	return f
}

// ClassOf is the class that the reports give a failed record.
func ClassOf(r pipeline.Result) string {
	const unknown = "unknown"
	if c, ok := errors.AsType[classed](whyFailed(r)); ok {
		return cmp.Or(c.Class(), unknown)
	}
	return unknown
}

// whyFailed is the error of a record; nil, if it has none.
func whyFailed(r pipeline.Result) error {
	if r.Err != nil {
		return r.Err
	}
	return r.Change.Err
}

// ofRow is what the report says of one of the rows of a record: of one that is at fault why it is, and of the others
// which one spoiled them. Of a record that failed as a whole it says of each row the same.
func (f finding) ofRow(row sources.Row, rows []sources.Row) finding {
	guilty := slices.IndexFunc(rows, func(r sources.Row) bool { return r.Bad != nil })
	switch {
	case guilty < 0 || len(rows) == 1:
	case row.Bad != nil:
		f.Message = oneLine(row.Bad.Err.Error()) + remedy(row.Bad.Err)
		if c, ok := errors.AsType[coded](row.Bad.Err); ok {
			f.Code = c.Code()
		}
	default:
		f.Message = oneLine(fmt.Sprintf("line %d spoils this record, whose rows are sent together: %v", rows[guilty].Line, rows[guilty].Bad.Err))
	}
	return f
}

// remedy is what an error knows to do about it, as the end of a message.
func remedy(err error) string {
	h, ok := errors.AsType[hinted](err)
	if !ok || h.Hint() == "" {
		return ""
	}
	return " (hint: " + legible(h.Hint()) + ")"
}

// message is an error's text as one line, without the place that the report tells anyway; what it has no cell
// for, the column of a record that shares its line, stands before it.
func message(err error, c *sources.Change) string {
	text := strings.TrimPrefix(err.Error(), fmt.Sprintf("%s:%d: ", c.File, c.Line))
	if c.Column > 0 {
		text = fmt.Sprintf("the record at column %d: %s", c.Column, text)
	}
	return oneLine(text)
}

// oneLine makes a text fit for a cell.
func oneLine(text string) string {
	return legible(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, text))
}

// legible makes a text fit for any reader: UTF-8 without NULs, and of bounded length.
func legible(text string) string {
	end := ""
	if len(text) > MaxText {
		cut := MaxText
		for cut > MaxText-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text, end = text[:cut], "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD") + end
}

// timestamp is a time as all reports spell it.
func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
