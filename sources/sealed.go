package sources

import (
	"io"
	"os"
)

// sealed reads a file and holds each block of it against a seal before it gives a byte of it out. A file that is
// deleted or replaced is read to its end all the same.
type sealed struct {
	file *os.File
	seal *seal
	next int64  // where Read goes on
	room []byte // grows to what is read at once
	held []byte // of room: whole blocks, read last
	at   int64  // where these begin
}

// Read implements io.Reader.
func (s *sealed) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p[:min(len(p), bufferSize)], s.next)
	s.next += int64(n)
	if n > 0 && err == io.EOF {
		err = nil // it comes again
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (s *sealed) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		if at < s.at || at >= s.at+int64(len(s.held)) {
			if err := s.fill(at, len(p)-n); err != nil {
				return n, err
			}
		}
		copied := copy(p[n:], s.held[at-s.at:])
		n += copied
		at += int64(copied)
	}
	return n, nil
}

// fill reads the blocks of some bytes, or the first of these.
func (s *sealed) fill(at int64, n int) error {
	size := s.seal.info.Size()
	begin := min(at-at%sealedBlock, size)
	end := at + int64(n) + sealedBlock - 1
	end = min(end-end%sealedBlock, begin+bufferSize, size)
	if need := int(end - begin); len(s.room) < need {
		s.room = make([]byte, need)
	}
	s.held = nil
	read := s.room[:max(0, end-begin)]
	_, err := s.file.ReadAt(read, begin)
	if err != nil && err != io.EOF {
		return err
	}
	info, failed := s.file.Stat()
	switch {
	case failed != nil:
		return failed
	case touched(info, s.seal.info) || err == io.EOF || !s.seal.holds(begin, read):
		return errChanged()
	case at >= size:
		return io.EOF
	}
	s.held, s.at = read, begin
	return nil
}
