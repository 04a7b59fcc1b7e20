package sources

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// documents makes one record of each object that stands in JSON documents, on as many lines as it likes:
// objects one behind the other, arrays of them, and what list-users prints, an object around an array.
//
// It cuts the text of a record out by brackets and quotes, and holds no more than that. What stands around
// records it passes over without asking what was opened before, so that it can begin behind any of them.
type documents struct {
	json  *jsonLines // decodes the text of a record
	in    *bufio.Reader
	start Position // of the input

	at    Position // the next byte
	line  int64    // where its line begins; -1: not known, for reading began further on
	from  place    // where the piece begins that is being read: a record, or something around records
	first bool     // nothing but blanks stands before it on its line
	blank bool     // nothing but blanks was read of the line
	text  []byte   // the piece, as far as it is read
	whole bool     // reading began at the start of the input
	open  int      // how many brackets around records have been opened and not closed since
	ends  []byte   // the brackets that are still to come in a value; reused
}

// place is where something stands, for people.
type place struct{ line, column int } // 1-based, the column in bytes; 0: not known

func newDocuments(opts *Options, start Position) *documents {
	return &documents{json: newJSONLines(opts), in: bufio.NewReaderSize(nil, bufferSize), start: start}
}

func (d *documents) begin(src io.Reader, at Position) {
	d.in.Reset(src)
	d.at, d.line = at, -1
	if at.Line == d.start.Line {
		d.line = d.start.Offset
	}
	d.whole, d.open = at.Offset == d.start.Offset, 0
	d.blank = at.Offset == d.line
}

func (d *documents) next() (*Change, error) {
	begin, err := d.record()
	if err != nil {
		return nil, err
	}
	c := d.json.change(d.text, begin, d.at)
	if !d.first {
		c.Column = d.from.column
	}
	return c, nil
}

// record reads the text of the next record, and returns where it begins.
func (d *documents) record() (Position, error) {
	for {
		begin := d.at
		d.from, d.first, d.text = d.here(), d.blank, d.text[:0]
		b, err := d.read()
		switch {
		case err == io.EOF:
			return begin, d.end()
		case err != nil:
			return begin, err
		case isBlank(b), b == ',':
		case b == '[':
			d.open++
		case b == ']', b == '}':
			err = d.shut(b)
		case b == '{':
			var around bool
			if around, err = d.object(); !around {
				return begin, err
			}
		default:
			err = d.member(b)
		}
		if err != nil {
			return begin, err
		}
	}
}

// usersMember is the member that has the records.
const usersMember = `"Users"`

// aroundRecords are the members of an object around records, which is what list-users prints: the AWS CLI
// and the SDKs each have their own beside the users.
var aroundRecords = []string{usersMember, `"NextToken"`, `"PaginationToken"`, `"ResponseMetadata"`}

// object reads on behind a {: a record to its end, or of an object around records the first member, as
// memberNamed does.
func (d *documents) object() (around bool, err error) {
	d.skipBlank()
	if d.peek() != '"' {
		return false, d.upTo('}')
	}
	name, err := d.part()
	if err != nil {
		return false, err
	}
	if !slices.Contains(aroundRecords, name) {
		return false, d.upTo('}')
	}
	d.open++
	return true, d.memberNamed(name)
}

// member reads a member of an object around records, of which the first byte has been read.
func (d *documents) member(first byte) error {
	name, err := d.rest(first)
	if err != nil {
		return err
	}
	if !slices.Contains(aroundRecords, name) && !strings.HasPrefix(name, `"_`) {
		return d.stray(name)
	}
	return d.memberNamed(name)
}

// memberNamed reads on behind the name of a member: its value, but of the users no more than the colon, for
// what follows is an array of records.
func (d *documents) memberNamed(name string) error {
	d.skipBlank()
	if d.peek() != ':' {
		return d.stray(name)
	}
	if _, err := d.more(); err != nil || name == usersMember {
		return err
	}
	d.skipBlank()
	_, err := d.part()
	return err
}

// part reads a value, a word or a sign, and returns its text.
func (d *documents) part() (string, error) {
	b, err := d.more()
	if err != nil {
		return "", err
	}
	return d.rest(b)
}

// rest reads the rest of a part, of which the first byte has been read.
func (d *documents) rest(first byte) (string, error) {
	begin := len(d.text) - 1
	var err error
	switch first {
	case '"':
		err = d.quoted()
	case '{':
		err = d.upTo('}')
	case '[':
		err = d.upTo(']')
	default:
		for err == nil && !strings.ContainsRune(" \t\r\n,:\"[]{}\x00", rune(d.peek())) {
			_, err = d.more()
		}
	}
	return string(d.text[begin:]), err
}

// upTo reads up to the bracket that ends a value, which is open.
func (d *documents) upTo(end byte) error {
	d.ends = append(d.ends[:0], end)
	for len(d.ends) > 0 {
		last := len(d.ends) - 1
		d.skim("\"{}[]\n")
		b, err := d.more()
		switch {
		case err != nil:
			return err
		case b == '"':
			err = d.quoted()
		case b == '{':
			d.ends = append(d.ends, '}')
		case b == '[':
			d.ends = append(d.ends, ']')
		case b == d.ends[last]:
			d.ends = d.ends[:last]
		case b == '}', b == ']':
			err = d.endless(fmt.Sprintf(": line %d has a %c where a %c belongs", d.at.Line, b, d.ends[last]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// quoted reads a string, whose first quote has been read. A string ends on its line; one that does not may
// have swallowed good records.
func (d *documents) quoted() error {
	begin := d.here()
	begin.column = max(begin.column-1, 0)
	for {
		d.skim("\"\\\n")
		b, err := d.read()
		escaped := b == '\\'
		if escaped {
			b, err = d.read()
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
func (d *documents) skim(set string) {
	held, _ := d.in.Peek(d.in.Buffered())
	n := bytes.IndexAny(held, set)
	if n < 0 {
		n = len(held)
	}
	d.text = append(d.text, held[:n]...)
	d.blank = d.blank && n == 0
	d.at.Offset += int64(n)
	d.in.Discard(n) // peeked, so it cannot fail
}

// skipBlank passes over blanks. What keeps it from reading keeps the next read from it, too.
func (d *documents) skipBlank() {
	for isBlank(d.peek()) {
		if _, err := d.read(); err != nil {
			return
		}
	}
}

// peek returns the next byte, and 0 if there is none.
func (d *documents) peek() byte {
	b, err := d.in.Peek(1)
	if err != nil {
		return 0
	}
	return b[0]
}

// more reads a byte of a piece that has begun.
func (d *documents) more() (byte, error) {
	b, err := d.read()
	if err == io.EOF {
		err = d.endless("")
	}
	return b, err
}

// read reads a byte, 0 if it can't. Its errors are io.EOF and *FileError.
func (d *documents) read() (byte, error) {
	b, err := d.in.ReadByte()
	switch {
	case err == io.EOF:
		return 0, err
	case err != nil:
		refusal := unreadable("", err)
		refusal.Line = d.at.Line
		return 0, refusal
	}
	d.text = append(d.text, b)
	d.at.Offset++
	d.blank = b == '\n' || d.blank && isBlank(b)
	if b == '\n' {
		d.at.Line++
		d.line = d.at.Offset
	}
	if len(d.text) > MaxRecord {
		return 0, tooLong(d.from.line)
	}
	return b, nil
}

// here is the place of the next byte.
func (d *documents) here() place {
	if d.line < 0 {
		return place{line: d.at.Line}
	}
	return place{d.at.Line, int(d.at.Offset-d.line) + 1}
}

func (p place) refuse(msg, remedy string) *FileError {
	return &FileError{Line: p.line, Column: p.column, Msg: msg, Remedy: remedy}
}

// endless refuses a file whose current piece does not end.
func (d *documents) endless(why string) error {
	return d.from.refuse("what begins here does not end"+why,
		"a bracket or a quote is missing, or the file was cut short; the records behind it can't be told from it")
}

// stray refuses a file that has something else than records.
func (d *documents) stray(text string) error {
	if isToken(text) {
		text = Redacted
	}
	return d.from.refuse(fmt.Sprintf("%.40q stands where a record belongs", strings.Trim(text, `"`)),
		"a JSON document has records, which are objects, or arrays of them, or what list-users prints")
}

// shut closes an array, or an object, around records.
func (d *documents) shut(bracket byte) error {
	if d.open--; d.open < 0 && d.whole {
		return d.from.refuse(fmt.Sprintf("a %c closes nothing", bracket), "a bracket is missing before it, or it is one too many")
	}
	return nil
}

// end is how the input ends.
func (d *documents) end() error {
	if d.open > 0 {
		return d.from.refuse("the file ends before its last array or object does", "it was cut short, or a bracket is missing")
	}
	return io.EOF
}

// inDocuments tells whether a JSONL input has JSON documents in the place of lines: whether its first line
// that is not blank is a { alone, or begins an array or an object around records. It passes over the blanks
// before that.
func inDocuments(text *bufio.Reader) bool {
	switch firstNotBlank(text) {
	case '[':
		return true
	case '{':
		first, _ := text.Peek(sniffSize) // less at the end
		behind := bytes.TrimLeft(first[1:], " \t\r")
		return bytes.HasPrefix(behind, []byte("\n")) || slices.ContainsFunc(aroundRecords, func(name string) bool {
			return bytes.HasPrefix(behind, []byte(name))
		})
	default:
		return false
	}
}

// firstNotBlank passes over blanks, and returns the byte that comes next, 0 if there is none.
func firstNotBlank(text *bufio.Reader) byte {
	for {
		b, err := text.ReadByte()
		switch {
		case err != nil:
			return 0
		case !isBlank(b):
			_ = text.UnreadByte() // just read, so it cannot fail
			return b
		}
	}
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }
