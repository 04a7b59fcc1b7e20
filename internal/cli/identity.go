package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// identify names a run: everything that changes what is sent, and to whom. Two starts with the same
// identity are the same run.
func identify(o options, set *changeSet, s *service, digests []string) checkpoint.Identity {
	id := checkpoint.Identity{
		"input":     strings.Join(digests, " "),
		"operation": o.operation(),
		"pool":      s.poolID,
		"endpoint":  s.endpoint,
	}
	note := func(name, value string) {
		if value != "" {
			id[name] = printable(value) // what JSON cannot hold would come back as another value
		}
	}
	if o.noRead {
		id["--no-read"] = "true"
	}
	if o.keep {
		id["--verified"] = "keep"
	}
	d := set.decoding
	if d.Format != sources.Auto {
		note("--format", strings.ToLower(d.Format.String()))
	}
	note("--username-column", d.UsernameColumn)
	note("--map", joined(d.Rename))
	note("--ignore", strings.Join(slices.Sorted(slices.Values(d.Ignore)), ","))
	note("--empty", map[sources.EmptyPolicy]string{sources.DeleteEmpty: "delete", sources.RefuseEmpty: "error"}[d.Empty])
	if d.DeleteMarker != defaultDeleteMarker {
		note("--delete-marker", d.DeleteMarker)
	}
	note("--client-metadata", joined(o.metadata))
	if set.only != nil {
		note("--only-failed", set.only.digest)
	}
	return id
}

// The operations that write.
const (
	updateAsAdmin = "AdminUpdateUserAttributes"
	updateAsUser  = "UpdateUserAttributes"
)

// operation is the one that writes.
func (o *options) operation() string {
	if o.asUser {
		return updateAsUser
	}
	return updateAsAdmin
}

func joined(m map[string]string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, k+"="+m[k])
	}
	return strings.Join(pairs, ",")
}

// describe says in what two runs differ.
func describe(differences []checkpoint.Difference) string {
	var parts []string
	for _, d := range differences {
		if d.Name == "input" {
			parts = append(parts, "the input has changed")
			continue
		}
		parts = append(parts, fmt.Sprintf("%s was %s and is %s", d.Name, orNone(d.Was), orNone(d.Here)))
	}
	return strings.Join(parts, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "not given"
	}
	return s
}
