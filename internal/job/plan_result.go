package job

import (
	"strings"

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
}

// JSON is the result for programs.
func (r *PlanResult) JSON() ([]byte, error) {
	var text strings.Builder
	err := prose.PrintJSON(&text, r)
	return []byte(text.String()), err
}

func (r *PlanResult) save(dir *rundir.Dir) error {
	kept := *r
	kept.Plan, kept.Audit = dir.ShownAs(r.Plan), dir.ShownAs(r.Audit)
	text, err := kept.JSON()
	if err != nil {
		return err
	}
	return disk.WriteFile(dir.FS, dir.File(report.SummaryJSON), text)
}
