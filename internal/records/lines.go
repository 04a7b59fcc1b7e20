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
	line, err := l.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], line...)
		for err == bufio.ErrBufferFull && len(l.long) <= l.limit {
			line, err = l.in.ReadSlice('\n')
			l.long = append(l.long, line...)
		}
		line = l.long
	}
	switch {
	case len(line) > l.limit:
		return nil, TooLong(l.at.Line, l.limit)
	case err == io.EOF && len(line) > 0: // the last line has no line end
		l.at.Offset += int64(len(line))
		return line, nil
	case err == io.EOF:
		return nil, io.EOF
	case err != nil:
		return nil, &ReadError{Line: l.at.Line, Err: err}
	}
	l.at.Offset += int64(len(line))
	l.at.Line++
	return line, nil
}
