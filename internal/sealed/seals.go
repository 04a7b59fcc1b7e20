package sealed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"hash/maphash"
	"io"
	"os"
	"sync"

	"attrmigrate/internal/disk"
)

// Seals remember what the bytes of files were when they were read first. The zero value has seen nothing yet.
// They may be used by many goroutines.
type Seals struct {
	mu     sync.Mutex
	files  map[string]*seal  // by path
	stands map[string]string // the files that stand for paths, which are no files of this machine
}

// Stand has a file of this machine stand for a path that is none: its bytes are that path's. It is called before the path is
// looked at.
func (s *Seals) Stand(path, file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stands == nil {
		s.stands = map[string]string{}
	}
	s.stands[path] = file
}

// File is the file whose bytes are those of a path: itself, unless another stands for it.
func (s *Seals) File(path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if file, ok := s.stands[path]; ok {
		return file
	}
	return path
}

// blockSize is how much of a file has one sum, in bytes.
const blockSize = 8 << 10

// seal is what is known of the bytes of one file. The sums are of this process alone: nobody can make another
// content that has them.
type seal struct {
	info os.FileInfo // when it was looked at first

	mu   sync.Mutex
	seed maphash.Seed
	sums []uint64 // of its blocks; 0: not read yet
	left int      // blocks that are not read yet
}

// Look refuses what is no file, or a file that cannot be read twice, or has nothing in it, or is not the file of
// before.
func (s *Seals) Look(path string) error {
	info, err := os.Stat(s.File(path))
	switch {
	case err != nil:
		return refusalOf(err)
	case info.IsDir():
		return errDirectory
	case !info.Mode().IsRegular():
		return errNotRegular
	case info.Size() == 0:
		return ErrEmpty
	}
	_, err = s.of(path, info)
	return err
}

// of returns the seal of a file that is there, and refuses one that is not the file of before.
func (s *Seals) of(path string, info os.FileInfo) (*seal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.files[path]; known != nil {
		return known, known.isOf(info)
	}
	_ = os.SameFile(info, info) // Windows finds out what file it is when it is first asked to
	blocks := int((info.Size() + blockSize - 1) / blockSize)
	known := &seal{info: info, seed: maphash.MakeSeed(), sums: make([]uint64, blocks), left: blocks}
	if s.files == nil {
		s.files = map[string]*seal{}
	}
	s.files[path] = known
	return known, nil
}

// isOf refuses a file that is another one, or that was written to. Nothing is known of its bytes then.
func (s *seal) isOf(info os.FileInfo) error {
	if !os.SameFile(info, s.info) || touched(info, s.info) {
		return errChanged
	}
	return nil
}

func touched(info, was os.FileInfo) bool {
	return info.Size() != was.Size() || !info.ModTime().Equal(was.ModTime())
}

// Renamed tells that a file has another name now, and is the same.
func (s *Seals) Renamed(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.files[from]; known != nil {
		delete(s.files, from)
		s.files[to] = known
	}
}

// Digest returns the digest of a file's bytes as they are stored, such as "sha256:9f86d0…". From then on all of
// them are known. It returns soon when ctx ends, with ctx.Err().
func (s *Seals) Digest(ctx context.Context, path string) (string, error) {
	f, err := s.open(path)
	if err != nil {
		return "", err
	}
	defer f.file.Close()
	h := sha256.New()
	if err := copyAll(ctx, h, f); err != nil {
		return "", err
	}
	return digestOf(h), nil
}

func digestOf(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

// copyAll copies what r gives, until ctx ends.
func copyAll(ctx context.Context, w io.Writer, r io.Reader) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch _, err := io.CopyN(w, r, 1<<20); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// open begins to read a file as it is stored.
func (s *Seals) open(path string) (*file, error) {
	f, err := disk.Open(s.File(path)) // by now it may be a pipe
	if err != nil {
		return nil, refusalOf(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, refusalOf(err)
	}
	known, err := s.of(path, info)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &file{file: f, seal: known}, nil
}

// holds compares some bytes, which begin with a block, with what was read there before. What is read for the
// first time is what holds from then on.
func (s *seal) holds(at int64, data []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := int(at / blockSize); len(data) > 0; i++ {
		block := data[:min(len(data), blockSize)]
		data = data[len(block):]
		sum := max(1, maphash.Bytes(s.seed, block))
		if s.sums[i] == 0 {
			s.sums[i] = sum
			s.left--
		}
		if s.sums[i] != sum {
			return false
		}
	}
	return true
}

// whole says whether all bytes were read once.
func (s *seal) whole() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left == 0
}
