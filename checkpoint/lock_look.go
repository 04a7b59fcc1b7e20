package checkpoint

import (
	"bytes"
	"io"
	"os"

	"attrmigrate/internal/disk"
)

// infoBegin is how the description of a holder begins.
const infoBegin = `{"pid":`

// IsLock tells whether a file may be the lock of a run directory. One that is of another program is not to be
// written to. A crash may have cut ours short, or left zeros in it; what is no file is not judged here.
func IsLock(path string) bool {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return true
	}
	f, err := disk.Open(path)
	if err != nil {
		return true // whoever locks it is told why it cannot be
	}
	defer f.Close()
	// The first byte is left alone: on Windows nobody but the holder can read it.
	text, err := io.ReadAll(io.NewSectionReader(f, 1, maxInfo+1))
	if err != nil || len(text) > maxInfo {
		return false
	}
	text = bytes.Trim(text, "\x00")
	return bytes.HasPrefix(text, []byte(infoBegin)) || bytes.HasPrefix([]byte(infoBegin), text)
}
