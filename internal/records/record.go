package records

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// Mark is a place between two bytes of an input.
type Mark struct {
	Offset int64 // bytes before it
	Line   int   // of the byte behind it, from 1
}

// pass moves the mark over some bytes.
func (m *Mark) pass(b []byte) {
	m.Offset += int64(len(b))
	m.Line += bytes.Count(b, []byte{'\n'})
}

// Record is the text of a record, its line end included, and where it stands.
type Record struct {
	Text   []byte // valid until the next record is read
	Begin  Mark
	After  Mark
	Column int // of Begin, from 1; 0 if nothing but blanks stands before it on its line, or what does is not known
}

// Trimmed is the text without its line end.
func (r Record) Trimmed() []byte { return trimLineEnd(r.Text) }

// Damage says why no more records can be told from an input.
type Damage struct {
	Line   int // from 1
	Column int // in bytes, from 1; 0: the line as a whole
	Msg    string
	Remedy string // what to do about it; may be empty
	Err    error  // the cause; may be nil
}

// Error returns the cause in words, without the place.
func (d *Damage) Error() string { return d.Msg }

// Unwrap returns the cause.
func (d *Damage) Unwrap() error { return d.Err }

// TooLong is the damage of a record that begins on a line and is over a limit in bytes.
func TooLong(line, limit int) *Damage {
	size, unit := limit>>20, "MiB"
	if size == 0 {
		size, unit = limit>>10, "KiB"
	}
	return &Damage{Line: line, Msg: fmt.Sprintf("record is over %d %s", size, unit),
		Remedy: "a quote left open or a missing line end may have swallowed the records behind it"}
}

// ReadError says that the bytes of an input could not be read.
type ReadError struct {
	Line int   // where the bytes are missing, from 1
	Err  error // what the reader returned
}

// Error returns the reader's error.
func (e *ReadError) Error() string { return e.Err.Error() }

// Unwrap returns the reader's error.
func (e *ReadError) Unwrap() error { return e.Err }

// bufferSize is how much of an input is read at once, in bytes.
const bufferSize = 64 << 10

// buffered makes a buffer, or the one that there is, read src. A src that has a buffer is used as it is.
func buffered(buffer *bufio.Reader, src io.Reader) *bufio.Reader {
	if b, ok := src.(*bufio.Reader); ok {
		return b
	}
	if buffer == nil {
		buffer = bufio.NewReaderSize(nil, bufferSize)
	}
	buffer.Reset(src)
	return buffer
}
