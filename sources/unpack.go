package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"attrmigrate/internal/disk"
)

// Packed reports whether a file's name says that it is compressed: it ends in .gz or .zst.
func Packed(path string) bool {
	p, _ := packingOf(path)
	return p != plain
}

// UnpackFile unpacks a file into a new file that only its owner may read, for [Files.At], which reads plain files
// only. A file that is not packed is copied. What has the new name is replaced; where it is a link, what it leads
// to stays as it is. A file that is damaged, or not packed as its name says, is a *[FileError]; it returns soon
// when ctx ends, with ctx.Err().
func (s *Seals) UnpackFile(ctx context.Context, path, to string) error {
	if err := disk.RemoveIfThere(disk.OS{}, to); err != nil {
		return err
	}
	f, err := disk.OS{}.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = s.unpack(ctx, path, f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// unpack writes the unpacked bytes of a file to w.
func (s *Seals) unpack(ctx context.Context, path string, w io.Writer) error {
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

// maxWindow bounds the memory of unpacking; the zstd tool sets the same limit.
const maxWindow = 128 << 20

// unpack returns the unpacked bytes of r, and what releases the unpacker.
func (p packing) unpack(r io.Reader) (io.Reader, func() error, error) {
	switch p {
	case gzipped:
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, damaged(p, err)
		}
		return unpacked{z, p}, z.Close, nil
	case zstandard:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, damaged(p, err)
		}
		return unpacked{z, p}, func() error { z.Close(); return nil }, nil
	default:
		return r, func() error { return nil }, nil
	}
}

// unpacked names the packing in its errors.
type unpacked struct {
	io.Reader
	packing packing
}

func (u unpacked) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = damaged(u.packing, err)
	}
	return n, err
}

// damaged says of an error what the unpacker makes of the file, unless the file itself was at fault.
func damaged(p packing, err error) *FileError {
	if refusal, ok := errors.AsType[*FileError](err); ok {
		return refusal
	}
	return &FileError{Msg: fmt.Sprintf("%v data is damaged or cut short: %v", p, err), Err: err,
		Remedy: "copy or compress the file again"}
}
