package sealed

import (
	"bytes"
	"fmt"
	"strings"

	"attrmigrate/internal/disk"
)

// Packing is how a file is compressed.
type Packing int

// The packings.
const (
	Plain Packing = iota // not compressed
	Gzip
	Zstd
)

// String returns uncompressed, gzip or zstd.
func (p Packing) String() string {
	return [...]string{"uncompressed", "gzip", "zstd"}[p]
}

// PackingOf takes the packing from a file's name, and returns the name without its suffix.
func PackingOf(path string) (Packing, string) {
	path = disk.Unpinned(path)
	lower := strings.ToLower(path)
	switch {
	case strings.HasSuffix(lower, ".gz"):
		return Gzip, path[:len(path)-len(".gz")]
	case strings.HasSuffix(lower, ".zst"):
		return Zstd, path[:len(path)-len(".zst")]
	default:
		return Plain, path
	}
}

// magic are the first bytes of packed data.
var magic = map[Packing][]byte{Gzip: {0x1f, 0x8b}, Zstd: {0x28, 0xb5, 0x2f, 0xfd}}

// check refuses a file that is not packed as its name says; first are its first bytes.
func (p Packing) check(first []byte) error {
	actual := Plain
	for candidate, begin := range magic {
		if bytes.HasPrefix(first, begin) {
			actual = candidate
		}
	}
	suffix := [...]string{"", ".gz", ".zst"}
	switch {
	case actual == p:
		return nil
	case actual == Plain:
		return &Refusal{Msg: fmt.Sprintf("is not %v data, as its name says", p), Remedy: "rename it without " + suffix[p]}
	default:
		return &Refusal{Msg: fmt.Sprintf("is %v data, which its name does not say", actual), Remedy: "give its name the ending " + suffix[actual]}
	}
}
