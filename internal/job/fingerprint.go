package job

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

// traits are what makes a run the same run.
type traits struct {
	spec    *Spec
	poolID  string
	address string   // the endpoint
	digests []string // of the inputs
	from    string   // the digest of what a rehearsal's pool is filled from; empty: the inputs

	decoding sources.Options
	only     string // the digest of the report that says which records are meant; empty: all
}

// fingerprint names a run: everything that changes what is sent, and to whom. Two starts with the same
// fingerprint are the same run. Texts of the user are quoted one by one, so that no two command lines give
// the same one; client metadata is nobody's business and a digest.
func (t traits) fingerprint() checkpoint.Fingerprint {
	d := t.decoding
	f := checkpoint.Fingerprint{
		rundir.ByInput:     strings.Join(t.digests, " "),
		rundir.ByOperation: t.spec.operation(),
		rundir.ByPool:      t.poolID,
		rundir.ByEndpoint:  endpointText(t.address),
		rundir.ByMap:       pairsText(d.Rename),
		rundir.ByIgnore:    listText(d.Ignore),
		rundir.ByEmpty:     emptyWord(d.Empty),
		rundir.ByMetadata:  digestText(pairsText(t.spec.Metadata)),

		rundir.ByEmptyValue: listText(d.EmptyValues),
	}
	if d.Trim {
		f[rundir.ByTrim] = "true"
	}
	if t.spec.Strict {
		f[rundir.ByStrict] = "true"
	}
	if t.spec.NoRead {
		f[rundir.ByNoRead] = "true"
	}
	if t.spec.KeepVerified {
		f[rundir.ByVerified] = "keep"
	}
	if d.Format != sources.Auto {
		f[rundir.ByFormat] = strings.ToLower(d.Format.String())
	}
	if d.Separator != 0 && d.Separator != ',' {
		f[rundir.BySeparator] = strconv.QuoteRune(d.Separator)
	}
	if d.UsernameColumn != "" {
		f[rundir.ByUsername] = strconv.Quote(d.UsernameColumn)
	}
	if d.DeleteMarker != DefaultDeleteMarker {
		f[rundir.ByMarker] = strconv.Quote(d.DeleteMarker)
	}
	f[rundir.ByPhoneRegion] = t.spec.PhoneRegion
	f[rundir.ByOnlyFailed], f[rundir.ByFrom] = t.only, t.from
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

// differences holds a run, as its checkpoint names it, against the one that this start would be. Where they
// are the same run, the state has the fingerprint of this version afterwards.
func (t traits) differences(was *checkpoint.State) []checkpoint.Difference {
	here := t.fingerprint()
	compared := here
	if was.Version == 1 {
		compared = t.fingerprint1()
	}
	diff := was.Fingerprint.Diff(compared)
	if len(diff) == 0 {
		was.Fingerprint = here
	}
	return diff
}
