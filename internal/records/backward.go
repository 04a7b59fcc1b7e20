package records

import (
	"bytes"
	"context"
	"io"
)

// Backward finds a record in each line of a file that is not blank, from the last to the first. Its lines end in a line
// feed. It holds at most a line and what was read with it.
type Backward struct {
	file  io.ReaderAt
	limit int    // of a line, in bytes
	start int64  // where the first line begins
	at    Mark   // where the line given last begins
	buf   []byte // room, filled from its end
	begin int    // buf[begin:end] are the bytes of the file before at
	end   int
}

// NewBackward returns the lines of a file between an offset and a mark, at which a line ends. A line has a limit, in
// bytes.
func NewBackward(file io.ReaderAt, start int64, at Mark, limit int) *Backward {
	return &Backward{file: file, limit: limit, start: start, at: at}
}

// Next returns the record before the one given last, and io.EOF before the first.
func (b *Backward) Next() (Record, error) {
	for {
		after := b.at
		line, err := b.line()
		if err != nil {
			return Record{}, err
		}
		if !blankText(line) {
			if bytes.IndexByte(trimLineEnd(line), '\r') >= 0 { // forwards, these are several records
				return Record{}, &Damage{Line: b.at.Line, Msg: "a carriage return alone ends a line, and the file is read from its end",
					Remedy: "save it with a line feed at the end of each line"}
			}
			return Record{Text: line, Begin: b.at, After: after}, nil
		}
	}
}

// line returns the line before the one given last, with its end, and io.EOF before the first. It is
// valid until the next call.
func (b *Backward) line() ([]byte, error) {
	for unseen := b.end - 1; ; { // a line end may stand in buf[begin:unseen]; the last byte is this line's
		if i := bytes.LastIndexByte(b.buf[b.begin:max(unseen, b.begin)], '\n'); i >= 0 {
			return b.give(b.begin + i + 1)
		}
		held := b.end - b.begin
		switch {
		case b.at.Offset-int64(held) > b.start && held <= b.limit:
		case held > 0:
			return b.give(b.begin)
		default:
			return nil, io.EOF
		}
		if err := b.fill(); err != nil {
			return nil, &ReadError{Line: b.at.Line, Err: err}
		}
		unseen = b.end - max(held, 1)
	}
}

// give takes the line that begins at an index out of the buffer.
func (b *Backward) give(begin int) ([]byte, error) {
	line := b.buf[begin:b.end]
	if line[len(line)-1] == '\n' {
		b.at.Line--
	}
	if len(line) > b.limit {
		return nil, TooLong(b.at.Line, b.limit)
	}
	b.end = begin
	b.at.Offset -= int64(len(line))
	return line, nil
}

// fill reads the bytes before those that are held.
func (b *Backward) fill() error {
	held := b.buf[b.begin:b.end]
	before := b.at.Offset - int64(len(held))
	n := int(min(bufferSize, before-b.start))
	if room := len(b.buf); room < len(held)+n {
		grown := make([]byte, max(2*room, bufferSize+len(held)))
		b.begin = len(grown) - copy(grown[len(grown)-len(held):], held)
		b.buf = grown
	} else {
		b.begin = room - copy(b.buf[room-len(held):], held)
	}
	b.end = len(b.buf)
	_, err := b.file.ReadAt(b.buf[b.begin-n:b.begin], before-int64(n))
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	b.begin -= n
	return err
}

// End passes over a whole file, and returns its end: where [NewBackward] begins. It returns soon when ctx ends, with
// ctx.Err().
func End(ctx context.Context, file io.Reader) (Mark, error) {
	at := Mark{Line: 1}
	buf := make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return at, err
		}
		n, err := file.Read(buf)
		at.pass(buf[:n])
		if err == io.EOF {
			return at, nil
		}
		if err != nil {
			return at, err
		}
	}
}
