package changeset

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"attrmigrate/internal/sealed"
	"attrmigrate/internal/shell"
)

// SortCommand is the command that sorts a long CSV by its users and leaves the rows of each in their order, and "" where
// there is none that is simple: of several inputs, a packed one, or on Windows.
func (in *Reader) SortCommand() string {
	name := in.First()
	packing, _ := sealed.PackingOf(name)
	column, long := in.UserColumn()
	if !long || len(in.paths) > 1 || packing != sealed.Plain || runtime.GOOS == "windows" {
		return ""
	}
	sorted := strings.TrimSuffix(name, filepath.Ext(name)) + ".sorted" + filepath.Ext(name)
	return fmt.Sprintf("{ head -n 1 %s; tail -n +2 %[1]s | LC_ALL=C sort -s -t , -k %d,%[2]d; } > %[3]s",
		shell.File(name), column+1, shell.File(sorted))
}
