package sealed

import (
	"io"
	"os"
)

// bufferSize is how much of a file is read at once, in bytes.
const bufferSize = 64 << 10

// file is an open file. It holds each block against a seal before it gives a byte of it out. A file that is
// deleted or replaced is read to its end all the same.
type file struct {
	file *os.File
	seal *seal
	next int64  // where Read goes on
	room []byte // grows to what is read at once
	held []byte // of room: whole blocks, read last
	at   int64  // where these begin
}

// Read implements io.Reader.
func (f *file) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p[:min(len(p), bufferSize)], f.next)
	f.next += int64(n)
	if n > 0 && err == io.EOF {
		err = nil // it comes again
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		if at < f.at || at >= f.at+int64(len(f.held)) {
			if err := f.fill(at, len(p)-n); err != nil {
				return n, err
			}
		}
		copied := copy(p[n:], f.held[at-f.at:])
		n += copied
		at += int64(copied)
	}
	return n, nil
}

// fill reads the blocks of some bytes, or the first of these.
func (f *file) fill(at int64, n int) error {
	size := f.seal.info.Size()
	begin := min(at-at%blockSize, size)
	end := at + int64(n) + blockSize - 1
	end = min(end-end%blockSize, begin+bufferSize, size)
	if need := int(end - begin); len(f.room) < need {
		f.room = make([]byte, need)
	}
	f.held = nil
	read := f.room[:max(0, end-begin)]
	_, err := f.file.ReadAt(read, begin)
	if err != nil && err != io.EOF {
		return refusalOf(err)
	}
	info, failed := f.file.Stat()
	switch {
	case failed != nil:
		return refusalOf(failed)
	case touched(info, f.seal.info) || err == io.EOF || !f.seal.holds(begin, read):
		return errChanged
	case at >= size:
		return io.EOF
	}
	f.held, f.at = read, begin
	return nil
}
