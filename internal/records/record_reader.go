package records

import (
	"bytes"
	"errors"
	"io"
)

var errTooLong = errors.New("the record has grown over the limit")

// recordReader is the stream under a csv.Reader. The csv.Reader reads ahead; the record reader
// remembers every byte from the start of the current record on, so that it knows where the record
// stands and can give it back as it was written. It fails once a record has grown over the limit.
// A line end is handed out when all of it has been read.
type recordReader struct {
	src    io.Reader
	limit  int // of a record, in bytes
	quotes quotes
	kept   bytes.Buffer // the bytes from `at` on
	given  int          // how many of them were handed out
	at     Mark         // where kept begins
	read   int64        // where kept begins, as the csv.Reader counts
	err    error        // why src ended: io.EOF or a failure
}

// Read hands out what src gives. An error is given only when the csv.Reader has used up every byte
// before it, so that r.err is the reason why a record is incomplete.
func (r *recordReader) Read(p []byte) (int, error) {
	if r.err == nil && r.given > r.limit {
		if r.skipBlank(); r.given > r.limit {
			r.err = errTooLong
		}
	}
	for r.ready() == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(p, r.kept.Bytes()[r.given:][:r.ready()])
	r.quotes.translate(p[:n])
	r.given += n
	return n, nil
}

// ready is how many bytes can be handed out.
func (r *recordReader) ready() int {
	if r.err == errTooLong {
		return 0
	}
	rest := r.kept.Bytes()[r.given:]
	if r.err != nil {
		return len(rest)
	}
	return withoutOpenEnd(rest)
}

// fill reads what src gives at once.
func (r *recordReader) fill() {
	r.kept.Grow(bufferSize)
	n, err := r.src.Read(r.kept.AvailableBuffer()[:bufferSize])
	r.kept.Write(r.kept.AvailableBuffer()[:n])
	r.err = err
}

// failed returns what ended the stream before its end, or nil.
func (r *recordReader) failed() error {
	if r.err == io.EOF {
		return nil
	}
	return r.err
}

// restart begins anew with other bytes: those of src, which stand at a mark. The csv.Reader, whose
// offset is read, has no bytes of the old ones left.
func (r *recordReader) restart(src io.Reader, at Mark, read int64) {
	r.src, r.at, r.read, r.err = src, at, read, nil
	r.quotes.state, r.given = cellBegin, 0
	r.kept.Reset()
}

// take returns the record that ends at the csv.Reader's offset end, its line end included, and where
// it begins. The next record begins at r.at. The bytes are valid until the next Read.
func (r *recordReader) take(end int64) (raw []byte, begin Mark) {
	r.skipBlank()
	size := int(max(end-r.read, 0))
	if size > 0 && endsLine(r.kept.Bytes()[size-1]) {
		size += lineEnd(r.kept.Bytes()[size-1:]) - 1 // the csv.Reader has seen its first byte
	}
	begin = r.at
	raw = r.pass(size)
	r.at.Line += lines(raw)
	return raw, begin
}

// skipBlank passes over the blank lines in front of a record, which a csv.Reader skips too.
func (r *recordReader) skipBlank() {
	for {
		n := lineEnd(r.kept.Bytes())
		if n == 0 || n == r.kept.Len() {
			return
		}
		r.pass(n)
		r.at.Line++
	}
}

// pass moves the beginning of what is kept. What was not handed out by then never is.
func (r *recordReader) pass(size int) []byte {
	handed := min(size, r.given)
	r.given -= handed
	r.read += int64(handed)
	r.at.Offset += int64(size)
	return r.kept.Next(size)
}
