package sealed

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// Stream is a file being read: as the text that is packed in it, or at a place, as it is stored. It is used by one
// goroutine.
type Stream struct {
	file     *file
	packing  Packing
	stored   io.Reader // the file, hashed on the way
	hash     hash.Hash // of all bytes read from stored; nil if not asked for
	unpacked io.Reader
	wide     bool // it is text in UTF-16, and unpacked has it in UTF-8
	release  func() error
}

// Open begins to read a file that is packed as its name says. Hashed says that [Stream.Digest] will be asked for.
func (s *Seals) Open(path string, hashed bool) (*Stream, error) {
	f, err := s.open(path)
	if err != nil {
		return nil, err
	}
	packing, _ := PackingOf(path)
	in := &Stream{file: f, packing: packing, stored: f}
	if hashed {
		in.hash = sha256.New()
		in.stored = io.TeeReader(f, in.hash)
	}
	if err := in.unpack(); err != nil {
		f.file.Close()
		return nil, err
	}
	return in, nil
}

func (s *Stream) unpack() error {
	first := make([]byte, 4)
	n, err := s.file.ReadAt(first, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if err := s.packing.check(first[:n]); err != nil {
		return err
	}
	s.unpacked, s.release, err = s.packing.unpack(s.stored)
	switch {
	case err != nil:
		return err
	case s.packing == Plain:
		s.unpacked, s.wide = readText(s.unpacked, first[:n])
	default:
		s.unpacked, s.wide = readPackedText(s.unpacked)
	}
	return nil
}

// Read reads on in the unpacked bytes.
func (s *Stream) Read(p []byte) (int, error) { return s.unpacked.Read(p) }

// ReadAt reads bytes as they are stored. It does not disturb Read.
func (s *Stream) ReadAt(p []byte, at int64) (int, error) { return s.file.ReadAt(p, at) }

// Wide tells whether the file is text in UTF-16.
func (s *Stream) Wide() bool { return s.wide }

// AsStored tells whether Read gives the bytes of the file as they are stored.
func (s *Stream) AsStored() bool { return s.packing == Plain && !s.wide }

// Skip passes over unpacked bytes. Behind the end of a packed file it returns io.EOF; of one that is read as it is
// stored, the next Read does.
func (s *Stream) Skip(bytes int64) error {
	if s.AsStored() && s.hash == nil {
		s.file.next += bytes
		return nil
	}
	_, err := io.CopyN(io.Discard, s.unpacked, bytes)
	return err
}

// Known tells whether every byte of the file was read once, by whatever stream.
func (s *Stream) Known() bool { return s.file.seal.whole() }

// Digest reads what an unpacker left of the file, and returns the digest of all of it, as [Seals.Digest] does: "" if
// the stream is not hashed.
func (s *Stream) Digest() (string, error) {
	if s.hash == nil {
		return "", nil
	}
	if _, err := io.Copy(io.Discard, s.stored); err != nil {
		return "", err
	}
	return digestOf(s.hash), nil
}

// Close releases the file.
func (s *Stream) Close() error { return errors.Join(s.release(), s.file.file.Close()) }
