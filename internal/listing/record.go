package listing

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"attrmigrate/internal/cognito"
)

// records write users as bytes and read them again. A record begins with what users are sorted by, the sub and then
// the username, so that two can be compared as they lie there. The names of attributes and statuses, of which there are few,
// are numbers.
type records struct {
	numbers map[string]uint64
	names   []string
}

// mostNames bounds what is kept of them, whatever a service says; a name beyond it stands in its record.
const mostNames = 4096

// errSpool says that what was written is not what is read.
var errSpool = errors.New("the spooled users are damaged: the disk gave other bytes than it was given")

// number is that of a name, from 1; 0 is one that has none.
func (r *records) number(name string) uint64 {
	n, known := r.numbers[name]
	if known || len(r.names) == mostNames {
		return n
	}
	if r.numbers == nil {
		r.numbers = map[string]uint64{}
	}
	r.names = append(r.names, name)
	n = uint64(len(r.names))
	r.numbers[name] = n
	return n
}

// append adds the record of a user to bytes.
func (r *records) append(b []byte, u *cognito.User) []byte {
	b = appendText(b, u.Attributes[sub])
	b = appendText(b, u.Username)
	for _, at := range []time.Time{u.Created, u.Modified} {
		b = binary.AppendVarint(b, at.Unix())
		b = binary.AppendUvarint(b, uint64(at.Nanosecond()))
	}
	enabled := byte(0)
	if u.Enabled {
		enabled = 1
	}
	b = r.appendName(append(b, enabled), u.Status)
	for name, value := range u.Attributes {
		if name != sub {
			b = appendText(r.appendName(b, name), value)
		}
	}
	return b
}

func (r *records) appendName(b []byte, name string) []byte {
	n := r.number(name)
	b = binary.AppendUvarint(b, n)
	if n == 0 {
		b = appendText(b, name)
	}
	return b
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// user is the user of a record.
func (r *records) user(record []byte) (*cognito.User, error) {
	in := reading{rest: string(record)} // one allocation for all values
	u := &cognito.User{Attributes: map[string]string{}}
	if id := in.text(); id != "" {
		u.Attributes[sub] = id
	}
	u.Username = in.text()
	u.Created, u.Modified = in.time(), in.time()
	u.Enabled = in.uvarint() == 1
	u.Status = in.name(r.names)
	for in.rest != "" && !in.bad {
		name := in.name(r.names)
		u.Attributes[name] = in.text()
	}
	if in.bad {
		return nil, errSpool
	}
	return u, nil
}

// reading is what is left of a record.
type reading struct {
	rest string
	bad  bool
}

func (in *reading) uvarint() (n uint64) {
	for i := 0; i < len(in.rest) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(in.rest[i]&0x7f) << (7 * i)
		if in.rest[i] < 0x80 {
			in.rest = in.rest[i+1:]
			return n
		}
	}
	in.rest, in.bad = "", true
	return 0
}

func (in *reading) text() string {
	n := in.uvarint()
	if n > uint64(len(in.rest)) {
		in.rest, in.bad = "", true
		return ""
	}
	text := in.rest[:n]
	in.rest = in.rest[n:]
	return text
}

func (in *reading) name(names []string) string {
	n := in.uvarint()
	switch {
	case n == 0:
		return in.text()
	case n > uint64(len(names)):
		in.rest, in.bad = "", true
		return ""
	default:
		return names[n-1]
	}
}

func (in *reading) time() time.Time {
	seconds := in.uvarint() // as binary.AppendVarint writes it
	signed := int64(seconds >> 1)
	if seconds&1 != 0 {
		signed = ^signed
	}
	return time.Unix(signed, int64(in.uvarint())).UTC()
}

// keyOf is what a record is sorted by.
func keyOf(record []byte) (id, username []byte) {
	id, rest := cut(record)
	username, _ = cut(rest)
	return id, username
}

func cut(b []byte) (text, rest []byte) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil
	}
	return b[size : size+int(n)], b[size+int(n):]
}

// compare orders records by the sub, and then by the username. Equal ones are of one user.
func compare(a, b []byte) int {
	idA, nameA := keyOf(a)
	idB, nameB := keyOf(b)
	if c := bytes.Compare(idA, idB); c != 0 {
		return c
	}
	return bytes.Compare(nameA, nameB)
}
