package sources

import (
	"bytes"
	"fmt"
	"strings"
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
