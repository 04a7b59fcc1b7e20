package job

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
)

// replaces tells which plan stands in the directory and is to be replaced, if it is one of something else. By
// default that is refused: a plan that was reviewed as a.csv's must not become that of another a.csv, or of
// a.jsonl. Where the directory was named it is told, and so is a plan that nobody can apply, one for another pool, or of a
// rehearsal; and that of another rule, for people find a rule by trying. A plan whose run is unfinished is never replaced.
func (p *planning) replaces(ctx context.Context) (string, error) {
	if err := p.dir.RunsOfPlan(ctx); err != nil {
		return "", err
	}
	earlier, err := rundir.ReadPlan(p.dir.Path)
	if err != nil {
		return "", nil // there is none, or none that says what it is
	}
	same, err := p.isOf(ctx, earlier)
	here := earlier.Pool.ID == p.to.PoolID && (earlier.Endpoint == target.SandboxEndpoint) == (p.to.Endpoint == target.SandboxEndpoint)
	what := fmt.Sprintf("the plan of %s", prose.Printable(strings.Join(earlier.Inputs, ", ")))
	if earlier.Rule != "" && (len(earlier.Inputs) == 0 || !p.rules.isOf(earlier.Fingerprint)) {
		what = "the plan of another rule (" + inShort(earlier.Rule) + ")"
	}
	if !here {
		what += fmt.Sprintf(" for %s, %s", prose.Printable(earlier.Pool.ID), prose.Printable(earlier.Endpoint))
	}
	switch {
	case err != nil:
		return "", err
	case !same && p.spec.Dir == "" && !p.holdsNothing(earlier) && !p.tries(ctx, earlier):
		return "", &OtherPlanError{Dir: p.dir.Path, Plan: what}
	case !same, !here:
		return what, nil
	default:
		return "", nil
	}
}

// holdsNothing tells whether there is nothing to apply in an earlier plan: whoever sees that tries another rule.
func (p *planning) holdsNothing(earlier *rundir.PlanFacts) bool {
	return earlier.Withheld || EmptyPlan([]string{filepath.Join(p.dir.Path, report.PlanJSONL)}, nil)
}

// tries tells whether an earlier plan is one of other rules for the same pool, or for the same inputs.
func (p *planning) tries(ctx context.Context, earlier *rundir.PlanFacts) bool {
	same, err := p.hasInputs(ctx, earlier)
	return err == nil && same && p.rules != nil && earlier.Rule != ""
}

// isOf tells whether an earlier plan is one of the same rules, if of any, and of the same inputs.
func (p *planning) isOf(ctx context.Context, earlier *rundir.PlanFacts) (bool, error) {
	if (p.rules != nil || earlier.Rule != "") && !p.rules.isOf(earlier.Fingerprint) {
		return false, nil
	}
	return p.hasInputs(ctx, earlier)
}

// hasInputs tells whether an earlier plan is one of the same inputs: by their names, or else by their content.
func (p *planning) hasInputs(ctx context.Context, earlier *rundir.PlanFacts) (bool, error) {
	if slices.Equal(absolute(p.spec.Changes.Paths), earlier.InputPaths) || earlier.InputPaths == nil && slices.Equal(p.set.Paths(), earlier.Inputs) {
		return true, nil
	}
	if p.set.IsStdin() {
		return false, nil
	}
	digests, err := p.set.Digests(ctx)
	return err == nil && strings.Join(digests, " ") == earlier.Fingerprint[rundir.ByInput], err
}

// inShort is as much of the text of rules as is enough to know them by, in one line.
func inShort(rules string) string {
	return prose.Cut(prose.Printable(strings.ReplaceAll(strings.TrimSpace(rules), "\n", ", ")), 100)
}
