package cli

import (
	"maps"
	"slices"

	"attrmigrate/internal/rundir"

	"attrmigrate/internal/refusal"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
)

// mayKeep refuses --verified keep where it could harm and nobody has looked. In a pool with aliases an
// address that is sent as verified is taken from whoever holds it ("only the last user who has
// verified" signs in by it), so a plan of the same change set must have found none held twice. Its place is
// where plan, given the same inputs and flags, puts it.
func (a *applyRun) mayKeep(p *prospect) error {
	if !a.opts.keep || len(p.pool.AliasAttributes) == 0 {
		return nil
	}
	dir := a.opts.planDir(a.inputs)
	planned, err := rundir.ReadPlan(dir)
	if err == nil && !planned.Withheld && planned.Limit == 0 && a.planOf(planned.Fingerprint, p) {
		return nil
	}
	return &refusal.Error{
		Msg:    "--verified keep: in a pool with aliases it could take addresses from other users, and no plan of this change set says that it does not",
		Remedy: a.planFor(dir, p), Listed: a.inputs[0] == rundir.Stdin,
	}
}

// planDir is where a plan of these inputs is kept unless it is told otherwise.
func (o *options) planDir(inputs []string) string {
	plan := *o
	plan.runDir = ""
	return plan.runDirPath(inputs, ".plan")
}

// planFor is the command that makes the plan of this run's change set. Standard input is gone, but the run
// directory has it.
func (a *applyRun) planFor(dir string, p *prospect) string {
	words := slices.Concat([]string{"plan"}, a.opts.connection.flags(p.pool.ID), []string{"--verified", "keep"}, a.opts.changeSetFlags())
	if a.inputs[0] == rundir.Stdin {
		words = append(words, "--run-dir", dir)
	}
	return commandLine(words, a.set.paths)
}

// planOf tells whether a plan is one of the change set that the run is about to apply. Client metadata makes
// another run, but not another plan. The plan may have been made when fingerprints were of version 1.
func (a *applyRun) planOf(planned checkpoint.Fingerprint, p *prospect) bool {
	for _, here := range []checkpoint.Fingerprint{p.state.Fingerprint, fingerprint1(a.opts, a.set, p.service, p.survey.digests)} {
		if len(withoutMetadata(planned).Diff(withoutMetadata(here))) == 0 {
			return true
		}
	}
	return false
}

func withoutMetadata(f checkpoint.Fingerprint) checkpoint.Fingerprint {
	f = maps.Clone(f)
	delete(f, rundir.ByMetadata)
	delete(f, "--client-metadata")
	return f
}

// mayKeep refuses a plan with --verified keep that could miss the holder of an address. A lookup heeds
// case, which the names of a pool with aliases may not.
func (p *planRun) mayKeep(pool *cognito.Pool) error {
	switch {
	case !p.opts.keep || len(pool.AliasAttributes) == 0:
		return nil
	case p.opts.read == audit.Lookup:
		return &refusal.Error{Msg: "--verified keep needs a scan in a pool with aliases: a lookup could miss the holder of an address",
			Remedy: "leave --read out, or say --read scan"}
	default:
		p.opts.read = audit.Scan
		return nil
	}
}
