package sources

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// packing is how a file is compressed.
type packing int

const (
	plain packing = iota
	gzipped
	zstandard
)

func (p packing) String() string {
	return [...]string{"uncompressed", "gzip", "zstd"}[p]
}

// packingOf takes the packing from a file's name, and returns the name without its suffix.
func packingOf(path string) (packing, string) {
	lower := strings.ToLower(path)
	switch {
	case strings.HasSuffix(lower, ".gz"):
		return gzipped, path[:len(path)-len(".gz")]
	case strings.HasSuffix(lower, ".zst"):
		return zstandard, path[:len(path)-len(".zst")]
	default:
		return plain, path
	}
}

// packingMagic are the first bytes of packed data.
var packingMagic = map[packing][]byte{gzipped: {0x1f, 0x8b}, zstandard: {0x28, 0xb5, 0x2f, 0xfd}}

// check refuses a file that is not packed as its name says; first are its first bytes.
func (p packing) check(first []byte) *FileError {
	actual := plain
	for candidate, magic := range packingMagic {
		if bytes.HasPrefix(first, magic) {
			actual = candidate
		}
	}
	suffix := [...]string{"", ".gz", ".zst"}
	switch {
	case actual == p:
		return nil
	case actual == plain:
		return &FileError{Msg: fmt.Sprintf("is not %v data, as its name says", p), Remedy: "rename it without " + suffix[p]}
	default:
		return &FileError{Msg: fmt.Sprintf("is %v data, which its name does not say", actual), Remedy: "give its name the ending " + suffix[actual]}
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
