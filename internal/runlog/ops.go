package runlog

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// kind is what an operation does to a file of the run.
type kind byte

// The kinds. They stand in objects, so they stay.
const (
	opCreate kind = 'c' // an empty file, if there is none
	opWrite  kind = 'w' // bytes at a place of a file
	opCut    kind = 't' // a file is cut, or filled with zeros, to a size
	opPut    kind = 'p' // a file is replaced by one with these bytes
	opRename kind = 'r' // a file gets another name, and replaces what has it
	opRemove kind = 'd' // a file goes
)

// operation is one thing that was done to a file of the run.
type operation struct {
	kind kind
	name string
	to   string // of opRename
	at   int64  // of opWrite where, of opCut the size
	data []byte // of opWrite and opPut
}

// mostOperation is the most bytes of one operation: what is longer is written in parts.
const mostOperation = 1 << 20

// appendTo writes the operation behind others: its kind, then the parts that it has, each text with its length before it.
func (o operation) appendTo(b []byte) []byte {
	b = append(b, byte(o.kind))
	b = appendText(b, o.name)
	switch o.kind {
	case opRename:
		b = appendText(b, o.to)
	case opWrite:
		b = binary.AppendUvarint(b, uint64(o.at))
		b = appendText(b, o.data)
	case opCut:
		b = binary.AppendUvarint(b, uint64(o.at))
	case opPut:
		b = appendText(b, o.data)
	}
	return b
}

func appendText[T string | []byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// errOperations says that bytes are no operations.
var errOperations = errors.New("what it says was done cannot be read")

// operations reads what appendTo has written. The data of each lies in b.
func operations(b []byte, each func(operation) error) error {
	for r := (reader{b: b}); len(r.b) > 0; {
		o := operation{kind: kind(r.byte()), name: string(r.text())}
		switch o.kind {
		case opCreate, opRemove:
		case opRename:
			o.to = string(r.text())
		case opWrite:
			o.at = r.number()
			o.data = r.text()
		case opCut:
			o.at = r.number()
		case opPut:
			o.data = r.text()
		default:
			return fmt.Errorf("%w: kind %q", errOperations, o.kind)
		}
		if r.failed || !isName(o.name) || o.kind == opRename && !isName(o.to) {
			return errOperations
		}
		if err := each(o); err != nil {
			return err
		}
	}
	return nil
}

// isName tells whether a name can be that of a file in a run directory, and leads nowhere else.
func isName(name string) bool {
	if name == "" || name == "." || name == ".." || len(name) > 255 {
		return false
	}
	for _, c := range []byte(name) {
		if c == '/' || c == '\\' || c == 0 || c == ':' {
			return false
		}
	}
	return true
}

// reader takes apart what appendTo has written; of what is not so it gives nothing, and has failed.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.failed = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) number() int64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > 1<<62 {
		r.failed, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return int64(n)
}

func (r *reader) text() []byte {
	n := r.number()
	if n > int64(len(r.b)) {
		r.failed, r.b = true, nil
		return nil
	}
	text := r.b[:n:n]
	r.b = r.b[n:]
	return text
}
