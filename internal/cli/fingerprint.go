package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"attrmigrate/internal/rundir"

	"attrmigrate/internal/prose"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// fingerprintOf names a run: everything that changes what is sent, and to whom. Two starts with the same
// fingerprint are the same run. Texts of the user are quoted one by one, so that no two command lines give
// the same one; client metadata is nobody's business and a digest.
func fingerprintOf(o options, set *changeSet, s *service, digests []string) checkpoint.Fingerprint {
	d := set.decoding
	f := checkpoint.Fingerprint{
		rundir.ByInput:     strings.Join(digests, " "),
		rundir.ByOperation: o.operation(),
		rundir.ByPool:      s.poolID,
		rundir.ByEndpoint:  endpointText(s.endpoint),
		rundir.ByMap:       pairsText(d.Rename),
		rundir.ByIgnore:    listText(d.Ignore),
		rundir.ByEmpty:     emptyWord(d.Empty),
		rundir.ByMetadata:  digestText(pairsText(o.metadata)),
	}
	if o.noRead {
		f[rundir.ByNoRead] = "true"
	}
	if o.keep {
		f[rundir.ByVerified] = "keep"
	}
	if d.Format != sources.Auto {
		f[rundir.ByFormat] = strings.ToLower(d.Format.String())
	}
	if d.UsernameColumn != "" {
		f[rundir.ByUsername] = strconv.Quote(d.UsernameColumn)
	}
	if d.DeleteMarker != defaultDeleteMarker {
		f[rundir.ByMarker] = strconv.Quote(d.DeleteMarker)
	}
	if set.only != nil {
		f[rundir.ByOnlyFailed] = set.only.digest
	}
	maps.DeleteFunc(f, func(_, text string) bool { return text == "" })
	return f
}

// pairsText writes pairs so that no other pairs give the same text: "a"="1" "b"="2".
func pairsText(m map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, strconv.Quote(k)+"="+strconv.Quote(m[k]))
	}
	return strings.Join(parts, " ")
}

// listText does the same for a list, in which neither order nor repetition counts.
func listText(list []string) string {
	var parts []string
	for _, text := range slices.Compact(slices.Sorted(slices.Values(list))) {
		parts = append(parts, strconv.Quote(text))
	}
	return strings.Join(parts, " ")
}

func digestText(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// endpointText writes an address in one way, where several lead to the same place: its host in small letters,
// without the port that goes without saying and without slashes at the end.
func endpointText(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	u.Host = strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		u.Host = strings.TrimSuffix(u.Host, port)
	}
	return strings.TrimRight(u.String(), "/")
}

func emptyWord(p sources.EmptyPolicy) string {
	return map[sources.EmptyPolicy]string{sources.DeleteEmpty: "delete", sources.RefuseEmpty: "error"}[p]
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

// differences holds a run, as its checkpoint names it, against the one that this start would be. Where they
// are the same run, the state has the fingerprint of this version afterwards.
func differences(was *checkpoint.State, o options, set *changeSet, s *service, digests []string) []checkpoint.Difference {
	here := fingerprintOf(o, set, s, digests)
	compared := here
	if was.Version == 1 {
		compared = fingerprint1(o, set, s, digests)
	}
	diff := was.Fingerprint.Diff(compared)
	if len(diff) == 0 {
		was.Fingerprint = here
	}
	return diff
}

// describe says in what two runs differ, in the words of the command line.
func describe(differences []checkpoint.Difference) string {
	var parts []string
	for _, d := range differences {
		name := d.Name
		switch name {
		case rundir.ByInput:
			parts = append(parts, "the input has changed")
			continue
		case rundir.ByPool, rundir.ByEndpoint, rundir.ByOperation:
		default:
			name = "--" + strings.ReplaceAll(strings.TrimPrefix(name, "--"), "_", "-")
		}
		parts = append(parts, name+" "+change(name, d))
	}
	return strings.Join(parts, "; ")
}

// change says what a setting was and is; of one that is kept as a digest, only whether it was given.
func change(name string, d checkpoint.Difference) string {
	given := func(text string) string {
		switch {
		case text == "":
			return "not given"
		case name == "--client-metadata", name == "--only-failed":
			return "given"
		default:
			return prose.Printable(text)
		}
	}
	if was, is := given(d.Was), given(d.Here); was != is {
		return fmt.Sprintf("was %s and is %s", was, is)
	}
	return "is another one"
}
