package records

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// jsonText is JSON text that is read byte by byte. It knows where it is, and keeps the piece that is being read,
// from its first byte on, so that a piece that does not end can be told from the place where it begins.
type jsonText struct {
	in    *bufio.Reader // nil until begin
	limit int           // of a piece, in bytes
	at    Mark          // the next byte
	line  int64         // where its line begins; -1: not known, for reading began further on
	blank bool          // nothing but blanks was read of the line

	from  place  // where the piece begins: a record, or something around records
	first bool   // nothing but blanks stands before it on its line
	text  []byte // the piece, as far as it is read
	ends  []byte // the brackets that are still to come in a value; reused
}

// place is where something stands, for people.
type place struct{ line, column int } // 1-based, the column in bytes; 0: not known

// begin goes on with the bytes of src, which stand at a mark of an input that begins at start.
func (t *jsonText) begin(src io.Reader, at, start Mark) {
	t.in = buffered(t.in, src)
	t.at, t.line = at, -1
	if at.Line == start.Line {
		t.line = start.Offset
	}
	t.blank = at.Offset == t.line
}

// beginPiece begins a new piece with the next byte.
func (t *jsonText) beginPiece() { t.from, t.first, t.text = t.here(), t.blank, t.text[:0] }

// part reads a value, a word or a sign, and returns its text.
func (t *jsonText) part() (string, error) {
	b, err := t.more()
	if err != nil {
		return "", err
	}
	return t.rest(b)
}

// rest reads the rest of a part, of which the first byte has been read.
func (t *jsonText) rest(first byte) (string, error) {
	begin := len(t.text) - 1
	var err error
	switch first {
	case '"':
		err = t.quoted()
	case '{':
		err = t.upTo('}')
	case '[':
		err = t.upTo(']')
	default:
		for err == nil && !strings.ContainsRune(" \t\r\n,:\"[]{}\x00", rune(t.peek())) {
			_, err = t.more()
		}
	}
	return string(t.text[begin:]), err
}

// upTo reads up to the bracket that ends a value, which is open.
func (t *jsonText) upTo(end byte) error {
	t.ends = append(t.ends[:0], end)
	for len(t.ends) > 0 {
		last := len(t.ends) - 1
		t.skim("\"{}[]\n")
		b, err := t.more()
		switch {
		case err != nil:
			return err
		case b == '"':
			err = t.quoted()
		case b == '{':
			t.ends = append(t.ends, '}')
		case b == '[':
			t.ends = append(t.ends, ']')
		case b == t.ends[last]:
			t.ends = t.ends[:last]
		case b == '}', b == ']':
			err = t.endless(fmt.Sprintf(": line %d has a %c where a %c belongs", t.at.Line, b, t.ends[last]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// quoted reads a string, whose first quote has been read. A string ends on its line; one that does not may
// have swallowed good records.
func (t *jsonText) quoted() error {
	begin := t.here()
	begin.column = max(begin.column-1, 0)
	for {
		t.skim("\"\\\n")
		b, err := t.read()
		escaped := b == '\\'
		if escaped {
			b, err = t.read()
		}
		switch {
		case err == io.EOF, b == '\n':
			return begin.refuse("a quote is left open",
				"close the quote in this line; the records behind it may be good, but can't be told from its text")
		case err != nil:
			return err
		case b == '"' && !escaped:
			return nil
		}
	}
}

// skim reads what is buffered before a byte of a set, which has the line end.
func (t *jsonText) skim(set string) {
	held, _ := t.in.Peek(t.in.Buffered())
	n := bytes.IndexAny(held, set)
	if n < 0 {
		n = len(held)
	}
	t.text = append(t.text, held[:n]...)
	t.blank = t.blank && n == 0
	t.at.Offset += int64(n)
	t.in.Discard(n) // peeked, so it cannot fail
}

// skipBlank passes over blanks. What keeps it from reading keeps the next read from it, too.
func (t *jsonText) skipBlank() {
	for isBlank(t.peek()) {
		if _, err := t.read(); err != nil {
			return
		}
	}
}

// peek returns the next byte, and 0 if there is none.
func (t *jsonText) peek() byte {
	b, err := t.in.Peek(1)
	if err != nil {
		return 0
	}
	return b[0]
}

// more reads a byte of a piece that has begun.
func (t *jsonText) more() (byte, error) {
	b, err := t.read()
	if err == io.EOF {
		err = t.endless("")
	}
	return b, err
}

// read reads a byte, 0 if it can't. Its errors are those of a finder.
func (t *jsonText) read() (byte, error) {
	b, err := t.in.ReadByte()
	switch {
	case err == io.EOF:
		return 0, err
	case err != nil:
		return 0, &ReadError{Line: t.at.Line, Err: err}
	}
	t.text = append(t.text, b)
	t.at.Offset++
	t.blank = b == '\n' || t.blank && isBlank(b)
	if b == '\n' {
		t.at.Line++
		t.line = t.at.Offset
	}
	if len(t.text) > t.limit {
		return 0, TooLong(t.from.line, t.limit)
	}
	return b, nil
}

// here is the place of the next byte.
func (t *jsonText) here() place {
	if t.line < 0 {
		return place{line: t.at.Line}
	}
	return place{t.at.Line, int(t.at.Offset-t.line) + 1}
}

func (p place) refuse(msg, remedy string) *Damage {
	return &Damage{Line: p.line, Column: p.column, Msg: msg, Remedy: remedy}
}

// endless refuses a file whose current piece does not end.
func (t *jsonText) endless(why string) error {
	return t.from.refuse("what begins here does not end"+why,
		"a bracket or a quote is missing, or the file was cut short; the records behind it can't be told from it")
}
