package cli

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

	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/report"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// openPlanDir opens the directory of a plan. One that is a run's is not even locked.
func openPlanDir(on volume, path string) (*runDir, error) {
	if err := noRunIn(path); err != nil {
		return nil, err
	}
	dir, err := on.open(path)
	if err != nil {
		return nil, err
	}
	if err := noRunIn(path); err != nil { // it may have begun since
		return nil, errors.Join(err, dir.close())
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

// absolute are the inputs of a plan for its summary: by these another plan knows whether it is of the same
// ones, from whichever directory it is made.
func absolute(paths []string) []string {
	all := slices.Clone(paths)
	for i, path := range all {
		if whole, err := filepath.Abs(path); err == nil && path != stdinPath {
			all[i] = whole
		}
	}
	return all
}

// replaces tells which plan stands in the directory and is to be replaced, if it is one of something else. By
// default that is refused: a plan that was reviewed as a.csv's must not become that of another a.csv, or of
// a.jsonl. Where the directory was named it is told, and so is a plan for another pool, or of a rehearsal. A plan
// whose run is unfinished is never replaced.
func (p *planRun) replaces(ctx context.Context, dir *runDir, s *service) (string, error) {
	if err := dir.runsOfPlan(ctx); err != nil {
		return "", err
	}
	var earlier planResult
	text, err := disk.ReadFile(dir.file(report.SummaryJSON))
	if err != nil || json.Unmarshal(text, &earlier) != nil || !earlier.DryRun {
		return "", nil // there is none, or none that says what it is
	}
	same, err := p.isOf(ctx, &earlier)
	here := earlier.Pool.ID == s.poolID && (earlier.Endpoint == sandboxEndpoint) == (s.endpoint == sandboxEndpoint)
	what := fmt.Sprintf("the plan of %s", prose.Printable(strings.Join(earlier.Inputs, ", ")))
	if !here {
		what += fmt.Sprintf(" for %s, %s", prose.Printable(earlier.Pool.ID), prose.Printable(earlier.Endpoint))
	}
	switch {
	case err != nil:
		return "", err
	case !same && p.opts.runDir == "":
		return "", &refusal.Error{Msg: fmt.Sprintf("%s holds %s", dir.path, what), Remedy: fmt.Sprintf("--run-dir names a directory for this one; --run-dir %s replaces that plan", shell.File(dir.path))}
	case !same, !here:
		return what, nil
	default:
		return "", nil
	}
}

// isOf tells whether an earlier plan is one of the same inputs: by their names, or else by their content.
func (p *planRun) isOf(ctx context.Context, earlier *planResult) (bool, error) {
	if slices.Equal(p.given, earlier.InputPaths) || earlier.InputPaths == nil && slices.Equal(p.set.paths, earlier.Inputs) {
		return true, nil
	}
	if slices.Contains(p.given, stdinPath) {
		return false, nil
	}
	digests, err := p.set.digests(ctx)
	return err == nil && strings.Join(digests, " ") == earlier.Fingerprint[byInput], err
}

// planRuns is the file in a plan's directory that names the directories in which the plan was applied: a JSON
// text on each line.
const planRuns = "runs.jsonl"

// markPlans notes in the directories of the plans that a run applies where the run is, so that no new plan
// takes its input away.
func (d *runDir) markPlans(inputs []string) error {
	own, err := filepath.Abs(d.path)
	if err != nil {
		return err
	}
	for _, input := range inputs {
		if filepath.Base(input) != report.PlanJSONL || !disk.Exists(filepath.Join(filepath.Dir(input), checkpoint.LockName)) {
			continue
		}
		path := filepath.Join(filepath.Dir(input), planRuns)
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
func (d *runDir) addPlanRun(path, run string) error {
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

// runsOfPlan refuses to replace a plan of which a run is unfinished: it could not be continued.
func (d *runDir) runsOfPlan(ctx context.Context) error {
	plan := d.file(report.PlanJSONL)
	runs, err := readPlanRuns(d.file(planRuns))
	if err != nil || !disk.Exists(plan) {
		return err
	}
	for _, ending := range []string{".run", ".sandbox.run"} { // where a program that left no mark had it
		runs = append(runs, runDirName([]string{plan}, ending))
	}
	for _, run := range runs {
		state, found, err := (&runDir{path: run}).load()
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
		if slices.Contains(strings.Fields(state.Fingerprint[byInput]), digest) {
			return &refusal.Error{Msg: fmt.Sprintf("%s is applied by the run in %s, which is unfinished: without the plan it could not be continued", plan, prose.Printable(run)),
				Remedy: "continue that run to its end, or name another directory for this plan with --run-dir"}
		}
	}
	return nil
}
