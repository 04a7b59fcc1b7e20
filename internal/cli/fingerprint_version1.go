package cli

import (
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/prose"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// fingerprint1 names a run as version 1 of checkpoint.json did, so that a run that began then is continued
// now. It is not unambiguous: --client-metadata a=1,b=2 gives the same as a=1 and b=2, and what such a run was
// begun with nobody can tell. Both continue it.
func fingerprint1(o options, set *changeSet, s *service, digests []string) checkpoint.Fingerprint {
	d := set.decoding
	f := checkpoint.Fingerprint{
		"input":     strings.Join(digests, " "),
		"operation": o.operation(),
		"pool":      s.poolID,
		"endpoint":  s.endpoint,
	}
	note := func(name, value string) {
		if value != "" {
			f[name] = prose.Printable(value)
		}
	}
	if o.noRead {
		f["--no-read"] = "true"
	}
	if o.keep {
		f["--verified"] = "keep"
	}
	if d.Format != sources.Auto {
		note("--format", strings.ToLower(d.Format.String()))
	}
	note("--username-column", d.UsernameColumn)
	note("--map", joined(d.Rename))
	note("--ignore", strings.Join(slices.Sorted(slices.Values(d.Ignore)), ","))
	note("--empty", emptyWord(d.Empty))
	if d.DeleteMarker != defaultDeleteMarker {
		note("--delete-marker", d.DeleteMarker)
	}
	note("--client-metadata", joined(o.metadata))
	if set.only != nil {
		note("--only-failed", set.only.digest)
	}
	return f
}

func joined(m map[string]string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, k+"="+m[k])
	}
	return strings.Join(pairs, ",")
}
