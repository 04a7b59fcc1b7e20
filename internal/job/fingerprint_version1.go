package job

import (
	"maps"
	"slices"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/prose"
	"attrmigrate/sources"
)

// fingerprint1 names a run as version 1 of checkpoint.json did, so that a run that began then is continued
// now. It is not unambiguous: --client-metadata a=1,b=2 gives the same as a=1 and b=2, and what such a run was
// begun with nobody can tell. Both continue it.
func (t traits) fingerprint1() checkpoint.Fingerprint {
	d := t.decoding
	f := checkpoint.Fingerprint{
		"input":     strings.Join(t.digests, " "),
		"operation": t.spec.operation(),
		"pool":      t.poolID,
		"endpoint":  t.address,
	}
	note := func(name, value string) {
		if value != "" {
			f[name] = prose.Printable(value)
		}
	}
	if t.spec.NoRead {
		f["--no-read"] = "true"
	}
	if t.spec.KeepVerified {
		f["--verified"] = "keep"
	}
	if d.Format != sources.Auto {
		note("--format", strings.ToLower(d.Format.String()))
	}
	if d.Separator != 0 && d.Separator != ',' { // that version knew commas only
		note("--separator", string(d.Separator))
	}
	note("--username-column", d.UsernameColumn)
	note("--map", joined(d.Rename))
	note("--ignore", strings.Join(slices.Sorted(slices.Values(d.Ignore)), ","))
	note("--empty", emptyWord(d.Empty))
	if d.DeleteMarker != DefaultDeleteMarker {
		note("--delete-marker", d.DeleteMarker)
	}
	note("--empty-value", listText(d.EmptyValues)) // which no run of then had, as it had none of the next three
	if d.Trim {
		f["--trim"] = "true"
	}
	note("--phone-region", t.spec.PhoneRegion)
	if t.spec.Strict {
		f["--strict"] = "true"
	}
	note("--client-metadata", joined(t.spec.Metadata))
	note("--only-failed", t.only)
	note("--from", t.from) // which no run of then had
	return f
}

func joined(m map[string]string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, k+"="+m[k])
	}
	return strings.Join(pairs, ",")
}
