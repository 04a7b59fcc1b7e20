package sources

import (
	"bytes"
	"context"
	"io"
)

// backward gives the lines of a file from the last to the first. It holds at most a line and what was
// read with it.
type backward struct {
	file  io.ReaderAt
	limit int      // of a line, in bytes
	start int64    // where the first line begins
	at    Position // where the line given last begins
	buf   []byte   // room, filled from its end
	begin int      // buf[begin:end] are the bytes of the file before at
	end   int
}

// line returns the line before the one given last, with its end, and io.EOF before the first. It is
// valid until the next call.
func (b *backward) line() ([]byte, error) {
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
			refusal := unreadable("", err)
			refusal.Line = b.at.Line
			return nil, refusal
		}
		unseen = b.end - max(held, 1)
	}
}

// give takes the line that begins at an index out of the buffer.
func (b *backward) give(begin int) ([]byte, error) {
	line := b.buf[begin:b.end]
	if line[len(line)-1] == '\n' {
		b.at.Line--
	}
	if len(line) > b.limit {
		return nil, tooLong(b.at.Line)
	}
	b.end = begin
	b.at.Offset -= int64(len(line))
	return line, nil
}

// fill reads the bytes before those that are held.
func (b *backward) fill() error {
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

// endOf passes over a whole file, and returns its end.
func endOf(ctx context.Context, file io.Reader) (Position, error) {
	at := Position{Line: 1}
	buf := make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return at, err
		}
		n, err := file.Read(buf)
		at.Offset += int64(n)
		at.Line += bytes.Count(buf[:n], []byte{'\n'})
		if err == io.EOF {
			return at, nil
		}
		if err != nil {
			return at, err
		}
	}
}
