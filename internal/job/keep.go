package job

import (
	"maps"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/rundir"
)

// mayKeep refuses to keep verified flags where it could harm and nobody has looked. In a pool with aliases an
// address that is sent as verified is taken from whoever holds it ("only the last user who has
// verified" signs in by it), so a plan of the same change set must have found none held twice. Its place is
// where plan, given the same inputs and settings, puts it, or where the caller says.
func (j *Job) mayKeep() error {
	if !j.spec.KeepVerified || len(j.pool.AliasAttributes) == 0 {
		return nil
	}
	planned, err := rundir.ReadPlan(j.spec.planDir())
	if err == nil && !planned.Withheld && planned.Limit == 0 && j.planOf(planned.Fingerprint) {
		return nil
	}
	return &UnplannedError{j.missing()}
}

// planOf tells whether a plan is one of the change set that the run is about to apply. Client metadata makes
// another run, but not another plan. The plan may have been made when fingerprints were of version 1.
func (j *Job) planOf(planned checkpoint.Fingerprint) bool {
	for _, here := range []checkpoint.Fingerprint{j.state.Fingerprint, j.traits(strings.Fields(j.state.Fingerprint[rundir.ByInput])).fingerprint1()} {
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

// mayKeep refuses a plan that keeps verified flags and could miss the holder of an address. A lookup heeds
// case, which the names of a pool with aliases may not.
func (p *planning) mayKeep() error {
	switch {
	case !p.spec.KeepVerified || len(p.pool.AliasAttributes) == 0:
		return nil
	case p.read == audit.Lookup:
		return ErrLookup
	default:
		p.read = audit.Scan
		return nil
	}
}
