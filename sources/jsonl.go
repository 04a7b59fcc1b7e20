package sources

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonLines makes one record of each line.
type jsonLines struct {
	opts *Options
	in   *bufio.Reader // nil until begin, but for whoever gives it one
	at   Position      // the next line
	long []byte        // a line over the size of the buffer, while it is read
	dec  jsontext.Decoder
	// names holds the names that were met, so that a million records share them.
	names map[string]string
}

func newJSONLines(opts *Options) *jsonLines {
	return &jsonLines{opts: opts, names: map[string]string{}}
}

func (d *jsonLines) begin(src io.Reader, at Position) {
	if d.in == nil {
		d.in = bufio.NewReaderSize(nil, bufferSize)
	}
	d.in.Reset(src)
	d.at = at
}

func (d *jsonLines) next() (*Change, error) {
	for {
		begin := d.at
		line, err := d.line()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		return d.change(line, begin, d.at), nil
	}
}

// change makes a record of a line.
func (d *jsonLines) change(line []byte, begin, after Position) *Change {
	c := &Change{Line: begin.Line, Begin: begin, After: after, Text: bytes.Clone(trimLineEnd(line))}
	if failed := d.decode(c); failed != nil {
		c.Err = failed
	}
	if d.opts.Tokens || mayHoldToken(c.Text) {
		c.Text = withoutTokens(c.Text)
	}
	return c
}

// line returns the next line with its end; it is valid until the next call.
func (d *jsonLines) line() ([]byte, error) {
	line, err := d.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		d.long = append(d.long[:0], line...)
		for err == bufio.ErrBufferFull && len(d.long) <= d.opts.limit() {
			line, err = d.in.ReadSlice('\n')
			d.long = append(d.long, line...)
		}
		line = d.long
	}
	switch {
	case len(line) > d.opts.limit():
		return nil, tooLong(d.at.Line)
	case err == io.EOF && len(line) > 0: // the last line has no line end
		d.at.Offset += int64(len(line))
		return line, nil
	case err == io.EOF:
		return nil, io.EOF
	case err != nil:
		refusal := unreadable("", err)
		refusal.Line = d.at.Line
		return nil, refusal
	}
	d.at.Offset += int64(len(line))
	d.at.Line++
	return line, nil
}

// decode decodes the line that stands in c.Text.
func (d *jsonLines) decode(c *Change) *RecordError {
	d.dec.Reset(bytes.NewBuffer(c.Text))
	r := record{lines: d, change: c}
	if err := r.object(); err != nil {
		return d.inLine(c, r.failure(err), err)
	}
	if rest := bytes.TrimLeft(c.Text[d.dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return malformedRecord(len(c.Text)-len(rest), "there is more behind the object", oneALine)
	}
	if err := r.check(); err != nil {
		return err
	}
	return nil
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
