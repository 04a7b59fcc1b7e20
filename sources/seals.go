package sources

import (
	"context"
	"errors"
	"io"

	"attrmigrate/internal/sealed"
)

// Seals remember what the bytes of files were when they were read first. Whatever is read of them later must be
// the same: an input that is read twice, backwards or in pieces is one content, or is refused. The zero value
// has seen nothing yet. One Seals serves all that a program reads of its inputs.
//
// It takes a megabyte for each gigabyte of the inputs. It may be used by many goroutines.
type Seals struct{ known sealed.Seals }

// Renamed tells that a file has another name now, and is the same.
func (s *Seals) Renamed(from, to string) { s.known.Renamed(from, to) }

// Stand has a file of this machine stand for a path that is none, such as a URL: what is read of the path is read of the file,
// and called by the path. It is called before the path is opened.
func (s *Seals) Stand(path, file string) { s.known.Stand(path, file) }

// File is the file that is read for a path: itself, unless another stands for it.
func (s *Seals) File(path string) string { return s.known.File(path) }

// Digest returns the digest of a file's bytes as they are stored, such as "sha256:9f86d0…". From then on all of
// them are known. A file that cannot be read is a *[FileError]; it returns soon when ctx ends, with ctx.Err().
func (s *Seals) Digest(ctx context.Context, path string) (string, error) {
	digest, err := s.known.Digest(ctx, path)
	return digest, placed(path, err)
}

// Unpack writes the unpacked bytes of a file, for [Files.At], which reads plain files only. A file that is not packed
// is copied. One that is damaged, or not packed as its name says, is a *[FileError]; it returns soon when ctx ends,
// with ctx.Err().
func (s *Seals) Unpack(ctx context.Context, path string, w io.Writer) error {
	return placed(path, s.known.Unpack(ctx, path, w))
}

// MayHoldTokens tells whether access tokens may stand anywhere in a file, of which the decoded records are not all: whether one is
// named there, or something looks like one. A file that cannot be read to its end is a *[FileError]; it returns soon when ctx ends,
// with ctx.Err().
func (s *Seals) MayHoldTokens(ctx context.Context, path string) (bool, error) {
	var f tokenFinder
	err := s.Unpack(ctx, path, &f)
	return f.found, err
}

// placed says of the refusal of a file which it is. Other errors stay as they are.
func placed(path string, err error) error {
	if refusal, ok := errors.AsType[*sealed.Refusal](err); ok {
		return unreadable(path, refusal)
	}
	return err
}

// AsStored tells whether a file is read as it is stored: neither compressed, nor in UTF-16. A file that cannot be read
// is a *[FileError].
func (s *Seals) AsStored(path string) (bool, error) {
	stored, err := s.known.AsStored(path)
	return stored, placed(path, err)
}

// Packed reports whether a file's name says that it is compressed: it ends in .gz or .zst.
func Packed(path string) bool {
	p, _ := sealed.PackingOf(path)
	return p != sealed.Plain
}
