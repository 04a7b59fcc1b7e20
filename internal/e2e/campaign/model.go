package campaign

import (
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/sandbox"
)

// addresses are the attributes with a verified flag.
var addresses = []string{"email", "phone_number"}

// model says what a record makes of a user.
type model struct {
	verifyFirst []string
	keep        bool
}

// apply returns the values of a user to whom a record was applied.
func (m model) apply(values map[string]string, r Record) map[string]string {
	set := m.withKeptFlags(values, r.Set)
	next := maps.Clone(values)
	for name, value := range set {
		if !m.waits(values, set, name) {
			assign(next, name, value)
		}
	}
	for _, address := range addresses {
		_, said := set[address+"_verified"]
		if next[address] != values[address] && !said {
			next[address+"_verified"] = "false"
		}
	}
	return next
}

// withKeptFlags adds the flags that are kept with an address that changes.
func (m model) withKeptFlags(values, set map[string]string) map[string]string {
	set = maps.Clone(set)
	for _, address := range addresses {
		flag := address + "_verified"
		_, said := set[flag]
		if to := set[address]; m.keep && !said && to != "" && to != values[address] && values[flag] == "true" {
			set[flag] = "true"
		}
	}
	return set
}

// waits tells whether an address has to be verified before the user has it.
func (m model) waits(values, set map[string]string, name string) bool {
	return slices.Contains(m.verifyFirst, name) && set[name] != "" && set[name] != values[name] && set[name+"_verified"] != "true"
}

// holds tells whether what a record expects is so. What is as the record wants it already is not held
// against that.
func (m model) holds(values map[string]string, r Record) bool {
	if maps.Equal(m.apply(values, r), values) {
		return true
	}
	for name, value := range r.Expect {
		to, sets := r.Set[name]
		if values[name] != value && !(sets && values[name] == to) {
			return false
		}
	}
	return true
}

func assign(values map[string]string, name, value string) {
	if value == "" {
		delete(values, name)
	} else {
		values[name] = value
	}
}

// updated returns the values of a user after an accepted update.
func updated(values map[string]string, u sandbox.Update) map[string]string {
	next := maps.Clone(values)
	for _, c := range u.Changes {
		assign(next, c.Name, c.After)
	}
	return next
}

// difference tells in what two users differ.
func difference(is, want map[string]string) string {
	var parts []string
	for name := range maps.Keys(is) {
		if _, ok := want[name]; !ok {
			parts = append(parts, name+" is "+quoted(is[name])+", want none")
		}
	}
	for name, value := range want {
		if is[name] != value {
			parts = append(parts, name+" is "+quoted(is[name])+", want "+quoted(value))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

// quoted is a value as messages have it.
func quoted(value string) string {
	if len(value) > 60 {
		value = value[:60] + "…"
	}
	return `"` + strings.ReplaceAll(value, "\n", `\n`) + `"`
}
