package checkpoint

import (
	"maps"
	"slices"
)

// Fingerprint names what a run does: the digests of its inputs, its pool, its operation, and every
// setting that changes what is sent, each under a name of its own. Two starts with equal fingerprints are
// the same run; a setting that may change between starts (rate, workers, budgets) is no part of it.
//
// It stands in checkpoint.json, so what nobody is to read there is in it as a digest; and a text that is
// made of several is written so that no others give the same one.
type Fingerprint map[string]string

// Difference is one setting in which two fingerprints differ. An absent setting is empty.
type Difference struct {
	Name      string
	Was, Here string
}

// Diff returns the settings in which the run that was kept differs from the one here, by name.
func (was Fingerprint) Diff(here Fingerprint) []Difference {
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range here {
		names[name] = true
	}
	var diff []Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != here[name] {
			diff = append(diff, Difference{Name: name, Was: was[name], Here: here[name]})
		}
	}
	return diff
}
