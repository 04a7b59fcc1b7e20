package rundir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// PlanRuns is the file in a plan's directory that names the directories in which the plan was applied: a JSON
// text on each line.
const PlanRuns = "runs.jsonl"

// MarkPlans notes in the directories of the plans that a run applies where the run is, so that no new plan
// takes its input away.
func (d *Dir) MarkPlans(inputs []string) error {
	own, err := filepath.Abs(d.Path)
	if err != nil {
		return err
	}
	own = d.ShownAs(own)
	for _, input := range inputs {
		if filepath.Base(input) != report.PlanJSONL || !disk.Exists(filepath.Join(filepath.Dir(input), checkpoint.LockName)) {
			continue
		}
		path := filepath.Join(filepath.Dir(input), PlanRuns)
		runs, err := readPlanRuns(path)
		if err == nil && !slices.Contains(runs, own) {
			err = d.addPlanRun(path, own)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readPlanRuns reads the file, which need not be there. One that is another program's is refused.
func readPlanRuns(path string) (runs []string, err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	own := info.Mode().IsRegular() // and no link
	var text []byte
	if own {
		text, err = disk.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.Trim(line, "\n\x00")
		own = own && (line == "" || line[0] == '"')
		var run string
		if json.Unmarshal([]byte(line), &run) == nil { // else it is torn
			runs = append(runs, run)
		}
	}
	if !own {
		return nil, &refusal.Error{Msg: prose.Printable(path) + " is not the list of a plan's runs", Remedy: "give it another name, or keep the plan in another directory"}
	}
	return runs, nil
}

// addPlanRun appends, since several runs of one plan may begin at the same time.
func (d *Dir) addPlanRun(path, run string) error {
	line, err := json.Marshal(run)
	if err != nil {
		return err
	}
	f, err := d.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte("\n" + string(line) + "\n")) // what was torn before has a line of its own
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), d.SyncDir(filepath.Dir(path)))
}

// RunsOfPlan refuses to replace a plan of which a run is unfinished: it could not be continued.
func (d *Dir) RunsOfPlan(ctx context.Context) error {
	plan := d.File(report.PlanJSONL)
	runs, err := readPlanRuns(d.File(PlanRuns))
	if err != nil || !disk.Exists(plan) {
		return err
	}
	for _, ending := range []string{".run", ".sandbox.run"} { // where a program that left no mark had it
		runs = append(runs, Name([]string{plan}, ending))
	}
	for _, run := range runs {
		state, found, err := d.stateOf(ctx, run)
		if err != nil {
			return &refusal.Error{Msg: fmt.Sprintf("%s is applied by the run in %s, which may be unfinished: %v", plan, prose.Printable(run), err),
				Remedy: "mend or move that run's directory, or name another one for this plan with --run-dir"}
		}
		if !found || state.Phase == checkpoint.Finished {
			continue
		}
		digest, err := new(sources.Seals).Digest(ctx, plan)
		if err != nil {
			return err
		}
		if slices.Contains(strings.Fields(state.Fingerprint[ByInput]), digest) {
			return &refusal.Error{Msg: fmt.Sprintf("%s is applied by the run in %s, which is unfinished: without the plan it could not be continued", plan, prose.Printable(run)),
				Remedy: "continue that run to its end, or name another directory for this plan with --run-dir"}
		}
	}
	return nil
}

// stateOf is the state of a run, wherever it is kept.
func (v Volume) stateOf(ctx context.Context, run string) (state checkpoint.State, found bool, err error) {
	if disk.Remote(run) && v.Away != nil {
		return v.Away(ctx, run)
	}
	return (&Dir{Path: run}).Load()
}
