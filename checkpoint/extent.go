package checkpoint

import (
	"hash/crc32"
	"io"
)

// Extent is the beginning of a file that belongs to a state: how long it is, and what it was when it was
// written. The zero value is an empty one.
type Extent struct {
	Length int64  `json:"length"` // bytes
	CRC    uint32 `json:"crc32c"` // of these bytes (Castagnoli's polynomial, RFC 3720)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// With is the extent with some bytes behind it.
func (e Extent) With(b []byte) Extent {
	return Extent{e.Length + int64(len(b)), crc32.Update(e.CRC, castagnoli, b)}
}

// ReadExtent reads the first length bytes of a file. An error of f, io.EOF if the file is shorter, comes with the
// extent of what was read.
func ReadExtent(f io.ReaderAt, length int64) (Extent, error) {
	var e Extent
	buffer := make([]byte, min(length, 256<<10))
	for e.Length < length {
		n, err := f.ReadAt(buffer[:min(int64(len(buffer)), length-e.Length)], e.Length)
		e = e.With(buffer[:n])
		if err != nil && e.Length < length {
			return e, err
		}
	}
	return e, nil
}
