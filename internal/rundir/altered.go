package rundir

import (
	"path/filepath"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/report"
)

// Altered tells whether a file is another one than the run, or the plan, has left under this name, by what lies beside it: the
// checkpoint or the summary. People may edit an undo.jsonl and a plan.jsonl, but what is lost from one is not missed
// otherwise. False, too, where nobody knows.
func Altered(name, file string) bool {
	left, more, known := asLeft(name, filepath.Dir(file))
	if !known {
		return false
	}
	f, err := disk.Open(file)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || info.Size() != left.Length && !(more && info.Size() > left.Length) {
		return err == nil
	}
	found, err := checkpoint.ReadExtent(f, left.Length)
	return err == nil && found != left
}

// asLeft is what a directory says of such a file; more may stand behind it where a run was killed.
func asLeft(name, dir string) (left checkpoint.Extent, more, known bool) {
	switch name {
	case report.UndoJSONL:
		state, found, err := (&Dir{Path: dir}).Load()
		left, known = state.Files[name]
		return left, state.Phase == checkpoint.Running, found && err == nil && known
	case report.PlanJSONL:
		facts, err := ReadPlan(dir)
		if err != nil || facts.Content == nil {
			return left, false, false
		}
		return *facts.Content, false, true
	default:
		return left, false, false
	}
}
