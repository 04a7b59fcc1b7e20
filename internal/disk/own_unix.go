//go:build unix

package disk

import (
	"io/fs"
	"os"
	"syscall"
)

// own tells whether a file belongs to the user who runs the program.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
