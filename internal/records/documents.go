package records

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Documents finds a record in each object that stands in JSON documents, on as many lines as it likes: objects one
// behind the other, arrays of them, and what list-users prints, an object around an array.
//
// It cuts the text of a record out by brackets and quotes, and holds no more than that. What stands around
// records it passes over without asking what was opened before, so that it can begin behind any of them.
type Documents struct {
	jsonText
	start    Mark                     // of the input
	quotable func(text string) string // what of a text an error may repeat
	whole    bool                     // reading began at the start of the input
	cut      int                      // the line on which the last page says that there are more; 0: it does not
	open     int                      // how many brackets around records have been opened and not closed since
}

// NewDocuments returns the documents of an input that begins at a mark. A record has a limit, in bytes. Of a text
// that has no place in documents, an error repeats what quotable makes of it. The documents begin with Begin.
func NewDocuments(start Mark, limit int, quotable func(text string) string) *Documents {
	return &Documents{jsonText: jsonText{limit: limit}, start: start, quotable: quotable}
}

// Begin goes on with the bytes of src, which stand at a mark. Of a *bufio.Reader no more is read than its own buffer
// takes.
func (d *Documents) Begin(src io.Reader, at Mark) {
	d.begin(src, at, d.start)
	d.whole, d.open, d.cut = at.Offset == d.start.Offset, 0, 0
}

// Next returns the next record.
func (d *Documents) Next() (Record, error) {
	begin, err := d.record()
	if err != nil {
		return Record{}, err
	}
	r := Record{Text: d.text, Begin: begin, After: d.at}
	if !d.first {
		r.Column = d.from.column
	}
	return r, nil
}

// record reads the text of the next record, and returns where it begins.
func (d *Documents) record() (Mark, error) {
	for {
		begin := d.at
		d.beginPiece()
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

// tokenMembers are those of them that say where the next page begins.
var tokenMembers = []string{`"NextToken"`, `"PaginationToken"`}

// object reads on behind a {: a record to its end, or of an object around records the first member, as
// memberNamed does.
func (d *Documents) object() (around bool, err error) {
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
	d.cut = 0
	return true, d.memberNamed(name)
}

// member reads a member of an object around records, of which the first byte has been read.
func (d *Documents) member(first byte) error {
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
func (d *Documents) memberNamed(name string) error {
	d.skipBlank()
	if d.peek() != ':' {
		return d.stray(name)
	}
	if _, err := d.more(); err != nil || name == usersMember {
		return err
	}
	d.skipBlank()
	line := d.at.Line
	value, err := d.part()
	if slices.Contains(tokenMembers, name) && value != "null" && value != `""` {
		d.cut = line
	}
	return err
}

// CutShort is the line on which the last page that was read says that more pages follow, and 0 if it does not.
func (d *Documents) CutShort() int { return d.cut }

// stray refuses a file that has something else than records.
func (d *Documents) stray(text string) error {
	return d.from.refuse(fmt.Sprintf("%.40q stands where a record belongs", strings.Trim(d.quotable(text), `"`)),
		"a JSON document has records, which are objects, or arrays of them, or what list-users prints")
}

// shut closes an array, or an object, around records.
func (d *Documents) shut(bracket byte) error {
	if d.open--; d.open < 0 && d.whole {
		return d.from.refuse(fmt.Sprintf("a %c closes nothing", bracket), "a bracket is missing before it, or it is one too many")
	}
	return nil
}

// end is how the input ends.
func (d *Documents) end() error {
	if d.open > 0 {
		return d.from.refuse("the file ends before its last array or object does", "it was cut short, or a bracket is missing")
	}
	return io.EOF
}

// InDocuments tells whether a text has JSON documents in the place of lines: whether its first line that is not
// blank is a { alone, or begins an array or an object around records. It passes over the blanks before that.
func InDocuments(text *bufio.Reader) bool {
	switch FirstNotBlank(text) {
	case '[':
		return true
	case '{':
		first, _ := text.Peek(text.Size()) // less at the end
		behind := bytes.TrimLeft(first[1:], " \t\r")
		return bytes.HasPrefix(behind, []byte("\n")) || slices.ContainsFunc(aroundRecords, func(name string) bool {
			return bytes.HasPrefix(behind, []byte(name))
		})
	default:
		return false
	}
}
