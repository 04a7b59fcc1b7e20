package rundir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
)

// OpenPlan opens the directory of a plan. One that is a run's is not even locked.
func OpenPlan(on Volume, path string) (*Dir, error) {
	if err := noRunIn(path); err != nil {
		return nil, err
	}
	dir, err := on.Open(path)
	if err != nil {
		return nil, err
	}
	if err := noRunIn(path); err != nil { // it may have begun since
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}

// noRunIn refuses the directory of a run: its numbers, its input and its sandbox would be a plan's.
func noRunIn(path string) error {
	for _, name := range []string{checkpoint.FileName, report.UndoJSONL, report.AppliedCSV} {
		if _, err := os.Lstat(filepath.Join(path, name)); err == nil {
			return &refusal.Error{Msg: fmt.Sprintf("%s is the directory of a run, and a plan writes nothing there", prose.Printable(path)),
				Remedy: "--run-dir names another directory for the plan"}
		}
	}
	return nil
}
