package rundir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
)

// NotKept refuses to write a file that a run or a plan keeps in its directory, or would: who replaced it took the way back, or what
// the run goes on from.
func NotKept(path string) error {
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil || !leftByRun(dir, entries) {
		return nil // whether it can be written there, others find out
	}
	kept := Keeps(filepath.Base(path))
	for _, e := range entries { // on some systems a file answers to several names
		kept = kept || Keeps(e.Name()) && disk.SameFile(path, filepath.Join(dir, e.Name()))
	}
	if !kept {
		return nil
	}
	return KeptIn(path, dir)
}

// KeptIn is the refusal of a file in the directory of a run, or of a plan.
func KeptIn(path, dir string) error {
	return &refusal.Error{Msg: fmt.Sprintf("%s: a run or a plan keeps its own in %s", prose.Printable(path), prose.Printable(dir)),
		Remedy: "name a file elsewhere"}
}

// Keeps tells whether a run or a plan may have a file of this name in its directory, here or in a store: what it writes, or
// its copy of standard input.
func Keeps(name string) bool {
	return ownFile(name) || runlog.Keeps(name) || strings.HasPrefix(name, "stdin.")
}
