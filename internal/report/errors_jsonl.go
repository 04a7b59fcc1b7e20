package report

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/pipeline"
)

// errorMember is the member that holds the report of a record.
const errorMember = "_error"

// jsonlErrors writes errors.jsonl.
type jsonlErrors struct {
	out  io.Writer
	line []byte // in the making, reused
}

// rawLine lists a line that is no JSON object.
type rawLine struct {
	Raw   string  `json:"_raw"`
	Error finding `json:"_error"`
}

// write lists the record's object with its finding as the last member.
func (w *jsonlErrors) write(r pipeline.Result) error {
	f := newFinding(r)
	line, ok := appendMembers(append(w.line[:0], '{'), r.Change.Text)
	var value any = f
	if !ok {
		line, value = line[:0], rawLine{Raw: legible(textOf(r.Change.Text, nil, ',')), Error: f}
	}
	report, err := json.Marshal(value, jsontext.AllowInvalidUTF8(true)) // a file's name may be anything
	if err != nil {
		return err
	}
	line = append(line, report...)
	if ok {
		line = append(line, '}')
	}
	w.line = append(line, '\n')
	_, err = w.out.Write(w.line)
	return err
}

// appendMembers appends the members of an object, each byte for byte and with a comma behind it, and
// the name of a report. It leaves out what an earlier report put there, and says whether text is one object.
func appendMembers(line, text []byte) ([]byte, bool) {
	if bytes.ContainsAny(text, "\r\n") { // between tokens, where it would end the line
		oneLine := jsontext.Value(bytes.Clone(text))
		if oneLine.Compact(jsontext.AllowDuplicateNames(true)) != nil {
			return line, false
		}
		text = oneLine
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return line, false
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			return line, false
		}
		begin := int(d.InputOffset()) - len(name)
		left := isReport(name) // before the next read, which may overwrite it
		if d.SkipValue() != nil {
			return line, false
		}
		if !left {
			line = append(line, text[begin:d.InputOffset()]...)
			line = append(line, ',')
		}
	}
	if t, err := d.ReadToken(); err != nil || t.Kind() != '}' {
		return line, false
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return line, false
	}
	return append(line, `"`+errorMember+`":`...), true
}

// isReport tells, of a member's name, whether the member is ours: the report of an earlier run, or the
// number of an undo entry. An errors file lists first what was done first; with the number in it, it
// would be read from its end.
func isReport(name jsontext.Value) bool {
	text := string(name[1 : len(name)-1])
	if bytes.IndexByte(name, '\\') >= 0 { // written with escapes
		plain, err := jsontext.AppendUnquote(nil, name)
		if err != nil {
			return false
		}
		text = string(plain)
	}
	return text == errorMember || text == undoMember
}
