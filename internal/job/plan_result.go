package job

import (
	"errors"
	"io/fs"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// PlanResult is what a plan found and where: what programs are given, and what the plan's summary.json holds.
type PlanResult struct {
	rundir.PlanFacts
	Clean bool `json:"clean"` // nothing to change, nothing that fails
	*audit.Result
	Plan  string `json:"plan,omitempty"` // the file; empty: there is none
	Audit string `json:"audit"`          // the file
	// Altered are inputs that are not as their run, or their plan, has left them.
	Altered []string `json:"altered,omitempty"`
}

// JSON is the result for programs.
func (r *PlanResult) JSON() ([]byte, error) {
	var text strings.Builder
	err := prose.PrintJSON(&text, r)
	return []byte(text.String()), err
}

// save keeps the result beside the plan, with what the plan was when it was made.
func (r *PlanResult) save(dir *rundir.Dir) (err error) {
	if r.Content, err = contentOf(r.Plan); err != nil {
		return err
	}
	kept := *r
	kept.Plan, kept.Audit = dir.ShownAs(r.Plan), dir.ShownAs(r.Audit)
	text, err := kept.JSON()
	if err != nil {
		return err
	}
	return disk.WriteFile(dir.FS, dir.File(report.SummaryJSON), text)
}

// contentOf is what a plan's file holds; nil: there is none.
func contentOf(path string) (*checkpoint.Extent, error) {
	if path == "" {
		return nil, nil
	}
	f, err := disk.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	content, err := checkpoint.ReadExtent(f, info.Size())
	return &content, err
}
