package sources

import (
	"context"
	"io"
	"os"

	"attrmigrate/internal/disk"
)

// Packed reports whether a file's name says that it is compressed: it ends in .gz or .zst.
func Packed(path string) bool {
	p, _ := packingOf(path)
	return p != plain
}

// Unpack writes the unpacked bytes of a file to w, for [Files.At], which reads plain files only. A file
// that is not packed is copied. A file that is damaged, or not packed as its name says, is a
// *FileError. It returns soon when ctx ends.
func (s *Seals) Unpack(ctx context.Context, path string, w io.Writer) error {
	in := &input{path: path, seals: s}
	in.packing, _ = packingOf(path)
	if err := in.stat(); err != nil {
		return unreadable(path, err)
	}
	packed, err := in.open(false)
	if err != nil {
		return unreadable(path, err)
	}
	defer packed.close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch _, err := io.CopyN(w, packed.unpacked, 1<<20); {
		case err == io.EOF:
			return nil
		case err != nil:
			return unreadable(path, err)
		}
	}
}

// UnpackFile unpacks a file into a new file that only its owner may read. What has that name is replaced; where
// it is a link, what it leads to stays as it is.
func (s *Seals) UnpackFile(ctx context.Context, path, to string) error {
	if err := disk.RemoveIfThere(disk.OS{}, to); err != nil {
		return err
	}
	f, err := disk.OS{}.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = s.Unpack(ctx, path, f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
