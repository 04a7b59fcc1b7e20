package sources

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/internal/records"
)

// jsonLines makes one record of each line.
type jsonLines struct {
	opts  *Options
	lines *records.Lines
	dec   jsontext.Decoder
	// names holds the names that were met, so that a million records share them.
	names map[string]string
}

func newJSONLines(opts *Options) *jsonLines {
	return &jsonLines{opts: opts, lines: records.NewLines(opts.limit()), names: map[string]string{}}
}

func (d *jsonLines) begin(src io.Reader, at Position) { d.lines.Begin(src, at.mark()) }

func (d *jsonLines) next() (*Change, error) {
	line, err := d.lines.Next()
	if err != nil {
		return nil, err
	}
	return d.change(line), nil
}

// change makes a change of a record.
func (d *jsonLines) change(r records.Record) *Change {
	c := &Change{Line: r.Begin.Line, Column: r.Column, Begin: positionOf(r.Begin), After: positionOf(r.After), Text: bytes.Clone(r.Trimmed())}
	if failed := d.decode(c); failed != nil {
		c.Err = failed
	}
	if d.opts.Tokens || mayHoldToken(c.Text) {
		c.Text, c.Redacted = redactLine(c.Text)
	}
	return c
}

// decode decodes the line that stands in c.Text.
func (d *jsonLines) decode(c *Change) *RecordError {
	d.dec.Reset(bytes.NewBuffer(c.Text))
	r := record{lines: d, change: c}
	object, check := r.object, r.check
	if d.opts.Data {
		object, check = r.data, r.checkData
	}
	if err := object(); err != nil {
		return d.inLine(c, r.failure(err), err)
	}
	if rest := bytes.TrimLeft(c.Text[d.dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return malformedRecord(len(c.Text)-len(rest), "there is more behind the object", oneALine)
	}
	return check()
}

// inLine says of a record over several lines in which of them decoding it failed with err.
func (d *jsonLines) inLine(c *Change, failed *RecordError, err error) *RecordError {
	at := d.dec.InputOffset()
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		at = syntax.ByteOffset
	}
	if n := bytes.Count(c.Text[:at], []byte{'\n'}); n > 0 {
		failed.msg += fmt.Sprintf(" (line %d)", c.Line+n)
	}
	return failed
}

// name returns the next string, which is the name of a member or of an attribute.
func (d *jsonLines) name() (string, error) {
	v, err := d.dec.ReadValue()
	if err != nil {
		return "", err
	}
	if name, ok := d.names[string(v)]; ok {
		return name, nil
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return "", err
	}
	name := string(b)
	const enough, short = 1000, 100
	if len(d.names) < enough && len(v) < short {
		d.names[string(v)] = name
	}
	return name, nil
}

// scalar returns the next value as it is to be written: a string's text, the written form of a
// number or boolean, "" for null.
func (d *jsonLines) scalar(field string) (string, error) {
	v, err := d.dec.ReadValue()
	if err != nil {
		return "", err
	}
	switch v.Kind() {
	case 'n':
		return "", nil
	case '{', '[':
		return "", &RecordError{code: codeInvalidValue, field: field, msg: "an object or array cannot be a value",
			hint: "Cognito stores text: give a string, a number or a boolean"}
	case '"':
		if bytes.IndexByte(v, '\\') < 0 {
			return string(v[1 : len(v)-1]), nil
		}
		b, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return "", err
		}
		text := string(b)
		if failed := checkText(field, text); failed != nil {
			return "", failed
		}
		return text, nil
	default:
		return string(v), nil
	}
}
