package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/rundir"

	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"attrmigrate/internal/shell"
)

// absolute are the inputs of a plan for its summary: by these another plan knows whether it is of the same
// ones, from whichever directory it is made.
func absolute(paths []string) []string {
	all := slices.Clone(paths)
	for i, path := range all {
		if whole, err := filepath.Abs(path); err == nil && path != rundir.Stdin {
			all[i] = whole
		}
	}
	return all
}

// replaces tells which plan stands in the directory and is to be replaced, if it is one of something else. By
// default that is refused: a plan that was reviewed as a.csv's must not become that of another a.csv, or of
// a.jsonl. Where the directory was named it is told, and so is a plan for another pool, or of a rehearsal. A plan
// whose run is unfinished is never replaced.
func (p *planRun) replaces(ctx context.Context, dir *rundir.Dir, s *service) (string, error) {
	if err := dir.RunsOfPlan(ctx); err != nil {
		return "", err
	}
	earlier, err := rundir.ReadPlan(dir.Path)
	if err != nil {
		return "", nil // there is none, or none that says what it is
	}
	same, err := p.isOf(ctx, earlier)
	here := earlier.Pool.ID == s.poolID && (earlier.Endpoint == sandboxEndpoint) == (s.endpoint == sandboxEndpoint)
	what := fmt.Sprintf("the plan of %s", prose.Printable(strings.Join(earlier.Inputs, ", ")))
	if !here {
		what += fmt.Sprintf(" for %s, %s", prose.Printable(earlier.Pool.ID), prose.Printable(earlier.Endpoint))
	}
	switch {
	case err != nil:
		return "", err
	case !same && p.opts.runDir == "":
		return "", &refusal.Error{Msg: fmt.Sprintf("%s holds %s", dir.Path, what), Remedy: fmt.Sprintf("--run-dir names a directory for this one; --run-dir %s replaces that plan", shell.File(dir.Path))}
	case !same, !here:
		return what, nil
	default:
		return "", nil
	}
}

// isOf tells whether an earlier plan is one of the same inputs: by their names, or else by their content.
func (p *planRun) isOf(ctx context.Context, earlier *rundir.PlanFacts) (bool, error) {
	if slices.Equal(p.given, earlier.InputPaths) || earlier.InputPaths == nil && slices.Equal(p.set.paths, earlier.Inputs) {
		return true, nil
	}
	if slices.Contains(p.given, rundir.Stdin) {
		return false, nil
	}
	digests, err := p.set.digests(ctx)
	return err == nil && strings.Join(digests, " ") == earlier.Fingerprint[rundir.ByInput], err
}
