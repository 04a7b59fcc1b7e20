package checkpoint

import (
	"maps"
	"slices"
)

// Identity names what a run does: the digests of its inputs, its pool, its operation, and every
// setting that changes what is sent. Two starts with equal identities are the same run; a setting
// that may change between starts (rate, workers, budgets) is no part of it.
type Identity map[string]string

// Difference is one setting in which two identities differ. An absent setting is empty.
type Difference struct {
	Name      string
	Was, Here string
}

// Diff returns the settings in which the run that was kept differs from the one here, by name.
func (was Identity) Diff(here Identity) []Difference {
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
