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
type recordReader struct {
	src   io.Reader
	limit int          // of a record, in bytes
	kept  bytes.Buffer // the bytes handed out from `at` on
	at    Mark         // where kept begins
	read  int64        // where kept begins, as the csv.Reader counts
	err   error        // why src ended: io.EOF or a failure
}

// Read hands out what src gives. An error is given only when the csv.Reader has used up every byte
// before it, so that r.err is the reason why a record is incomplete.
func (r *recordReader) Read(p []byte) (int, error) {
	if r.err == nil && r.kept.Len() > r.limit {
		if r.skipBlank(); r.kept.Len() > r.limit {
			r.err = errTooLong
		}
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.src.Read(p)
	r.kept.Write(p[:n])
	r.err = err
	if n > 0 {
		return n, nil
	}
	return 0, err
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
	r.kept.Reset()
}

// take returns the record that ends at the csv.Reader's offset end, its line end included, and where
// it begins. The next record begins at r.at. The bytes are valid until the next Read.
func (r *recordReader) take(end int64) (raw []byte, begin Mark) {
	r.skipBlank()
	raw, begin = r.kept.Next(int(max(end-r.read, 0))), r.at
	r.read = end
	r.at.pass(raw)
	return raw, begin
}

// skipBlank passes over the blank lines in front of a record, which a csv.Reader skips too.
func (r *recordReader) skipBlank() {
	for {
		n := blankLine(r.kept.Bytes())
		if n == 0 {
			return
		}
		r.kept.Next(n)
		r.read += int64(n)
		r.at.Offset += int64(n)
		r.at.Line++
	}
}
