package records

import (
	"bufio"
	"io"
)

// Lines finds a record in each line that is not blank.
type Lines struct {
	limit int // of a line, in bytes
	in    *bufio.Reader
	at    Mark   // the next line
	long  []byte // a line over the size of the buffer, while it is read
}

// NewLines returns lines that have a limit, in bytes. They begin with Begin.
func NewLines(limit int) *Lines { return &Lines{limit: limit} }

// Begin goes on with the bytes of src, which stand at a mark. Of a *bufio.Reader no more is read than its own buffer
// takes.
func (l *Lines) Begin(src io.Reader, at Mark) { l.in, l.at = buffered(l.in, src), at }

// Next returns the next record.
func (l *Lines) Next() (Record, error) {
	for {
		begin := l.at
		line, err := l.line()
		if err != nil {
			return Record{}, err
		}
		if !blankText(line) {
			return Record{Text: line, Begin: begin, After: l.at}, nil
		}
	}
}

// line returns the next line with its end; it is valid until the next call.
func (l *Lines) line() ([]byte, error) {
	l.long = l.long[:0]
	want := max(1, l.in.Buffered())
	for {
		held, err := l.in.Peek(want)
		n := indexLineEnd(held)
		switch {
		case withoutOpenEnd(held[n:]) > 0: // no byte behind those held belongs to the line end
			return l.give(held, n)
		case err == nil:
			want = max(want+1, l.in.Buffered())
		case err == bufio.ErrBufferFull && n > 0:
			l.long = append(l.long, held[:n]...)
			l.in.Discard(n) // peeked, so it cannot fail
			want = max(1, l.in.Buffered())
		case err == bufio.ErrBufferFull, err == io.EOF && len(held)+len(l.long) > 0:
			return l.give(held, n)
		case err == io.EOF:
			return nil, io.EOF
		default:
			return nil, &ReadError{Line: l.at.Line, Err: err}
		}
		if len(l.long) > l.limit {
			return nil, TooLong(l.at.Line, l.limit)
		}
	}
}

// give takes the line out of what is held, in which its end begins at n.
func (l *Lines) give(held []byte, n int) ([]byte, error) {
	end := lineEnd(held[n:])
	line := held[:n+end]
	l.in.Discard(len(line)) // peeked, so it cannot fail
	if len(l.long) > 0 {
		l.long = append(l.long, line...)
		line = l.long
	}
	if len(line) > l.limit {
		return nil, TooLong(l.at.Line, l.limit)
	}
	l.at.Offset += int64(len(line))
	l.at.Line += min(end, 1)
	return line, nil
}
