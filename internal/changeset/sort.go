package changeset

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/shell"
)

// SortCommand is the command that sorts a long CSV by its users and leaves the rows of each in their order, and "" where
// there is none that is simple: of several inputs, of one whose lines sort does not see, or on Windows.
func (in *Reader) SortCommand() string {
	name := in.First()
	column, long := in.UserColumn()
	if !long || len(in.paths) > 1 || in.copies != nil || disk.Remote(name) || !in.Lined() || runtime.GOOS == "windows" {
		return ""
	}
	sorted := strings.TrimSuffix(name, filepath.Ext(name)) + ".sorted" + filepath.Ext(name)
	separator := map[rune]string{',': ",", ';': "';'", '\t': `"$(printf '\t')"`}[in.Separator()]
	return fmt.Sprintf("{ head -n 1 %s; tail -n +2 %[1]s | LC_ALL=C sort -s -t %s -k %d,%[3]d; } > %[4]s",
		shell.File(name), separator, column+1, shell.File(sorted))
}
