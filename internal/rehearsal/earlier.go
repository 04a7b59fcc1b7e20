package rehearsal

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
)

// Earlier is the journal that a plan of a rehearsal goes on from: that of the directory in which its input
// lies, or that of the rehearsed apply of the same input. There may be none, and is none without an input. A pool that is to be filled from an export,
// known by its digest, is none that was filled from something else.
func Earlier(ctx context.Context, poolID string, set *changeset.Set, from string) (journal string, err error) {
	if len(set.Paths()) == 0 {
		return "", nil
	}
	if journal = Beside(poolID, set.Paths(), from); journal != "" {
		return journal, nil
	}
	dir := rundir.Dir{Path: rundir.Name(set.Paths(), ".sandbox.run")}
	state, found := runOf(poolID, dir.Path)
	if !found || state.Fingerprint[rundir.ByFrom] != from {
		return "", nil
	}
	same := slices.EqualFunc(state.Inputs, set.Paths(), disk.SameFile)
	if !same {
		digests, err := set.Digests(ctx)
		if err != nil {
			return "", err
		}
		same = strings.Join(digests, " ") == state.Fingerprint[rundir.ByInput]
	}
	if !same { // of another input with the same name
		return "", nil
	}
	return dir.File(rundir.Journal), nil
}

// Beside is the journal of the rehearsal in whose directory the input lies, as its undo file does, unless that was filled from
// something else than is asked for ("": nothing is). A journal that is anywhere else is somebody else's.
func Beside(poolID string, paths []string, from string) string {
	dir := filepath.Dir(paths[0])
	state, found := runOf(poolID, dir)
	fingerprint := state.Fingerprint
	if !found {
		fingerprint, found = planOf(poolID, dir)
	}
	if !found || from != "" && from != fingerprint[rundir.ByFrom] {
		return ""
	}
	return filepath.Join(dir, rundir.Journal)
}

// runOf is the run in a directory, if it is a rehearsal on the same pool.
func runOf(poolID, dir string) (checkpoint.State, bool) {
	state, found, err := (&rundir.Dir{Path: dir}).Load()
	return state, err == nil && found && state.Fingerprint[rundir.ByEndpoint] == target.SandboxEndpoint && state.Fingerprint[rundir.ByPool] == poolID
}

// planOf is the fingerprint of the plan in a directory, if it is a rehearsal on the same pool.
func planOf(poolID, dir string) (checkpoint.Fingerprint, bool) {
	plan, err := rundir.ReadPlan(dir)
	if err != nil || plan.Endpoint != target.SandboxEndpoint || plan.Pool.ID != poolID {
		return nil, false
	}
	return plan.Fingerprint, true
}
