package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/rundir"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// rehearsed is the journal that a plan of a rehearsal goes on from: that of the directory in which its input
// lies, or that of the rehearsed apply of the same input. There may be none.
func (s *service) rehearsed(ctx context.Context, set *changeSet) (journal string, err error) {
	if journal = s.rehearsedBeside(set.paths); journal != "" {
		return journal, nil
	}
	dir := rundir.Dir{Path: rundir.Name(set.paths, ".sandbox.run")}
	state, found := s.rehearsedRun(dir.Path)
	if !found {
		return "", nil
	}
	same := slices.EqualFunc(state.Inputs, set.paths, disk.SameFile)
	if !same {
		digests, err := set.digests(ctx)
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

// rehearsedBeside is the journal of the rehearsal in whose directory the input lies, as its undo file does. A
// journal that is anywhere else is somebody else's.
func (s *service) rehearsedBeside(paths []string) string {
	dir := filepath.Dir(paths[0])
	if _, found := s.rehearsedRun(dir); found || s.rehearsedPlan(dir) {
		return filepath.Join(dir, rundir.Journal)
	}
	return ""
}

// rehearsedRun is the run in a directory, if it is a rehearsal on the same pool.
func (s *service) rehearsedRun(dir string) (checkpoint.State, bool) {
	state, found, err := (&rundir.Dir{Path: dir}).Load()
	return state, err == nil && found && state.Fingerprint[rundir.ByEndpoint] == sandboxEndpoint && state.Fingerprint[rundir.ByPool] == s.poolID
}

// rehearsedPlan tells whether there is a plan in a directory that is a rehearsal on the same pool.
func (s *service) rehearsedPlan(dir string) bool {
	plan, err := rundir.ReadPlan(dir)
	return err == nil && plan.Endpoint == sandboxEndpoint && plan.Pool.ID == s.poolID
}
