package report

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/sources"
)

// ExportConfig says what an export holds.
type ExportConfig struct {
	Format sources.Format // CSV or JSONL
	// Attributes are written behind the username, in this order. A sub becomes a precondition.
	Attributes []ExportedAttribute
	// Separator stands between the cells of a CSV. 0: a comma.
	Separator rune
	// ByteOrderMark begins a CSV with one: without it Excel takes UTF-8 for an older encoding.
	ByteOrderMark bool
}

// ExportedAttribute is an attribute in an export, or what else it tells of a user.
type ExportedAttribute struct {
	Name string
	// ReadOnly says that it is no attribute, or one that nobody can write. It is there to be read, under a name that
	// begins with _, which the decoders pass over.
	ReadOnly bool
	// Absent says that a user who has no such attribute is told as one of whom apply takes it away. Else it is left alone.
	Absent bool
}

// Value is what an export holds of a user under one name.
type Value struct {
	Text string // empty: nothing
	// JSON is how a line of JSONL has it, where it is read only and no text; empty: as a text.
	JSON string
	// Delete says that apply is to take the attribute away.
	Delete bool
}

// Column is the name of the attribute in the export.
func (a ExportedAttribute) Column() string {
	if a.ReadOnly {
		return "_" + a.Name
	}
	return a.Name
}

// Export writes users as a change set that changes nothing until it is edited. It is used by one
// goroutine. In CSV, a cell that a spreadsheet would turn into something else is wrapped, see
// [sources.TextCell], and one that would not come back at all is left empty, so that the attribute is
// left alone.
type Export struct {
	out        *bufio.Writer
	attributes []ExportedAttribute
	csv        *csv.Writer // nil: JSONL
	row        []string    // in the making, reused
	values     []Value     // of the user in the making, reused
	line       []byte      // in the making, reused
	leftOut    int64
}

// NewExport begins an export. What it gathers goes to w when it is flushed, or before.
func NewExport(w io.Writer, cfg ExportConfig) (*Export, error) {
	e := &Export{out: bufio.NewWriterSize(w, bufferSize), attributes: cfg.Attributes}
	if cfg.Format == sources.JSONL {
		return e, nil
	}
	if cfg.ByteOrderMark {
		if _, err := e.out.WriteString(byteOrderMark); err != nil {
			return nil, err
		}
	}
	e.csv = csv.NewWriter(e.out) // takes the buffer for its own, being as large as it wants
	e.csv.Comma = cmp.Or(cfg.Separator, ',')
	e.row = append(e.row, "username")
	for _, a := range e.attributes {
		e.row = append(e.row, cellOf(a.Column()))
	}
	return e, e.csv.Write(e.row)
}

// User adds a user, of whose attributes only those are written that the export holds.
func (e *Export) User(username string, attributes map[string]string) error {
	return e.Row(username, e.valuesOf(attributes))
}

// valuesOf are the values of the attributes that the export holds, until the next user.
func (e *Export) valuesOf(attributes map[string]string) []Value {
	e.values = e.values[:0]
	for _, a := range e.attributes {
		value := attributes[a.Name]
		e.values = append(e.values, Value{Text: value, Delete: a.Absent && value == ""})
	}
	return e.values
}

// Row adds a user with a value for each attribute that the export holds, in their order.
func (e *Export) Row(username string, values []Value) error {
	if e.csv == nil {
		return e.appendLine(username, values)
	}
	e.row = append(e.row[:0], e.cell(username))
	for _, v := range values {
		cell := deleteMarker
		if !v.Delete {
			cell = e.cell(v.Text)
		}
		e.row = append(e.row, cell)
	}
	return e.csv.Write(e.row)
}

// cell is the cell of a text, or an empty one if CSV can't carry it.
func (e *Export) cell(text string) string {
	if !fitsCSV(text) {
		e.leftOut++
		return ""
	}
	return cellOf(text)
}

// appendLine adds a user as a line of JSONL.
func (e *Export) appendLine(username string, values []Value) error {
	var err error
	if e.line, err = e.appendRecord(e.line[:0], username, values); err != nil {
		return err
	}
	e.line = append(e.line, "}\n"...)
	_, err = e.out.Write(e.line)
	return err
}

// appendRecord adds a user to a line, without the end of it. What is read only stands beside the attributes.
func (e *Export) appendRecord(line []byte, username string, values []Value) ([]byte, error) {
	var set, expect []sources.Attribute
	var others []int
	for i, a := range e.attributes {
		attribute := sources.Attribute{Name: a.Name, Value: values[i].Text, Delete: values[i].Delete}
		switch {
		case attribute.Value == "" && !attribute.Delete:
		case !legal(attribute.Value):
			e.leftOut++
		case a.ReadOnly:
			others = append(others, i)
		case a.Name == "sub":
			expect = append(expect, attribute)
		default:
			set = append(set, attribute)
		}
	}
	line, err := appendUser(line, username, set, expect)
	for _, i := range others {
		if err == nil {
			line, err = appendValue(line, e.attributes[i].Column(), values[i])
		}
	}
	return line, err
}

// appendUser adds a user in the native shape, which is yet to be ended.
func appendUser(line []byte, username string, set, expect []sources.Attribute) ([]byte, error) {
	line, err := jsontext.AppendQuote(append(line, `{"username":`...), username)
	if err == nil {
		line, err = appendAttributes(append(line, `,"attributes":`...), set)
	}
	if err == nil && len(expect) > 0 {
		line, err = appendAttributes(append(line, `,"expect":`...), expect)
	}
	return line, err
}

// appendValue adds a member with a value.
func appendValue(line []byte, key string, v Value) ([]byte, error) {
	if v.JSON == "" {
		return appendMember(line, key, v.Text)
	}
	line, err := jsontext.AppendQuote(append(line, ','), key)
	return append(append(line, ':'), v.JSON...), err
}

// LeftOut is how many values were left out, since they would not have come back as they are.
func (e *Export) LeftOut() int64 { return e.leftOut }

// Flush hands over what was gathered.
func (e *Export) Flush() error {
	if e.csv != nil {
		e.csv.Flush()
		return e.csv.Error()
	}
	return e.out.Flush()
}
