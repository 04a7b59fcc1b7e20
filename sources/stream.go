package sources

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"attrmigrate/internal/disk"
)

// stream is an input being read.
type stream struct {
	file     *os.File
	bytes    *sealed   // as they are stored
	packed   io.Reader // the same, hashed on the way
	hash     hash.Hash // of all bytes read from packed; nil if not asked for
	unpacked io.Reader
	release  func() error
}

// open begins to read an input, hashing its bytes on the way if asked to.
func (in *input) open(hashing bool) (*stream, error) {
	f, err := disk.Open(in.path) // by now it may be a pipe
	if err != nil {
		return nil, err
	}
	s := &stream{file: f, release: func() error { return nil }}
	if s.bytes, err = in.seals.reader(f, in.path); err == nil {
		s.packed = s.bytes
		if hashing {
			s.hash = sha256.New()
			s.packed = io.TeeReader(s.bytes, s.hash)
		}
		err = s.unpack(in)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func (s *stream) unpack(in *input) error {
	first := make([]byte, 4)
	n, err := s.bytes.ReadAt(first, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if err := in.packing.check(first[:n]); err != nil {
		return err
	}
	s.unpacked, s.release, err = in.packing.unpack(s.packed)
	return err
}

// begin passes over what stands before the first record.
func (s *stream) begin(start Position) error {
	_, err := io.CopyN(io.Discard, s.unpacked, start.Offset)
	return err
}

// resume goes to a position behind the first record, and makes sure that a record ends there.
func (s *stream) resume(in *input, at Position) error {
	var err error
	if in.packing == plain {
		s.bytes.next = at.Offset - 1
	} else {
		_, err = io.CopyN(io.Discard, s.unpacked, at.Offset-1)
	}
	var last [1]byte
	if err == nil {
		_, err = io.ReadFull(s.unpacked, last[:])
	}
	if err == io.EOF {
		return &FileError{Msg: fmt.Sprintf("ends before byte %d, where the run stopped", at.Offset), Remedy: changedRemedy}
	}
	if err != nil || last[0] == in.recordEnd() {
		return err
	}
	n, err := io.ReadFull(s.unpacked, last[:])
	if ended := n == 0 && err == io.EOF; in.documents || !ended { // the last line of a file may lack its line end
		return &FileError{Msg: fmt.Sprintf("no record ends at byte %d, where the run stopped", at.Offset), Remedy: changedRemedy}
	}
	return nil
}

// recordEnd is the last byte of a record.
func (in *input) recordEnd() byte {
	if in.documents {
		return '}'
	}
	return '\n'
}

const changedRemedy = "the file is not the one that the run began with; put that back, or start over"

// finish reads what a decompressor left of the file, and returns the digest of all of it.
func (s *stream) finish() (string, error) {
	if s.hash == nil {
		return "", nil
	}
	if _, err := io.Copy(io.Discard, s.packed); err != nil {
		return "", err
	}
	return digestOf(s.hash), nil
}

func (s *stream) close() error {
	return errors.Join(s.release(), s.file.Close())
}

func digestOf(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// end passes over a whole file, hashing it on the way if that was asked for, and returns its end. From then on
// all of it is known.
func (s *stream) end(ctx context.Context) (Position, error) {
	at := Position{Line: 1}
	buf := make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return at, err
		}
		n, err := s.packed.Read(buf)
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
