package job

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
	"attrmigrate/sources"
)

// settings are what of a command line a fingerprint knows.
type settings struct {
	metadata, rename map[string]string
	ignore           []string
	column, marker   string
	digests          []string
}

func (s settings) fingerprint() checkpoint.Fingerprint {
	return traits{
		spec: &Spec{Metadata: s.metadata}, poolID: "us-east-1_Made0000", address: "sandbox", digests: s.digests,
		decoding: sources.Options{Rename: s.rename, Ignore: s.ignore, UsernameColumn: s.column, DeleteMarker: s.marker},
	}.fingerprint()
}

// TestFingerprints: two command lines that mean something else have different fingerprints.
func TestFingerprints(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b settings
	}{
		{"one pair of metadata and two", settings{metadata: map[string]string{"a": "1,b=2"}}, settings{metadata: map[string]string{"a": "1", "b": "2"}}},
		{"where a pair is parted", settings{metadata: map[string]string{"a": "=b"}}, settings{metadata: map[string]string{"a=": "b"}}},
		{"an empty value and none", settings{metadata: map[string]string{"a": ""}}, settings{}},
		{"one column renamed and two", settings{rename: map[string]string{"a": "b,c=d"}}, settings{rename: map[string]string{"a": "b", "c": "d"}}},
		{"as a quoted pair", settings{rename: map[string]string{`a`: `b" "c"="d`}}, settings{rename: map[string]string{"a": "b", "c": "d"}}},
		{"one column ignored and two", settings{ignore: []string{"a,b"}}, settings{ignore: []string{"a", "b"}}},
		{"bytes that are no text", settings{ignore: []string{"\xff"}}, settings{ignore: []string{"\xfe"}}},
		{"a byte and its escape", settings{column: "\xff"}, settings{column: `\xff`}},
		{"a column and a marker", settings{column: "a"}, settings{marker: "a"}},
		{"an empty marker and the default", settings{marker: ""}, settings{marker: DefaultDeleteMarker}},
		{"the order of inputs", settings{digests: []string{"sha256:1", "sha256:2"}}, settings{digests: []string{"sha256:2", "sha256:1"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if len(tt.a.fingerprint().Diff(tt.b.fingerprint())) == 0 {
				t.Errorf("both are %v", tt.a.fingerprint())
			}
		})
	}
}

// TestTraits: whatever changes what is sent, and to whom, is in a fingerprint, under its name; what does not is not.
func TestTraits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*traits)
		want   string // the name of what differs; empty: nothing
	}{
		{"the input", func(t *traits) { t.digests = []string{"sha256:2"} }, rundir.ByInput},
		{"who writes", func(t *traits) { t.spec.AsUser = true }, rundir.ByOperation},
		{"the pool", func(t *traits) { t.poolID = "us-east-1_Made11111" }, rundir.ByPool},
		{"the endpoint", func(t *traits) { t.address = "http://127.0.0.1:9229" }, rundir.ByEndpoint},
		{"users are not read", func(t *traits) { t.spec.NoRead = true }, rundir.ByNoRead},
		{"verified flags stay", func(t *traits) { t.spec.KeepVerified = true }, rundir.ByVerified},
		{"the format", func(t *traits) { t.decoding.Format = sources.JSONL }, rundir.ByFormat},
		{"another separator", func(t *traits) { t.decoding.Separator = ';' }, rundir.BySeparator},
		{"the column of the username", func(t *traits) { t.decoding.UsernameColumn = "id" }, rundir.ByUsername},
		{"a column renamed", func(t *traits) { t.decoding.Rename = map[string]string{"tier": "custom:tier"} }, rundir.ByMap},
		{"a column ignored", func(t *traits) { t.decoding.Ignore = []string{"note"} }, rundir.ByIgnore},
		{"empty cells delete", func(t *traits) { t.decoding.Empty = sources.DeleteEmpty }, rundir.ByEmpty},
		{"empty cells are refused", func(t *traits) { t.decoding.Empty = sources.RefuseEmpty }, rundir.ByEmpty},
		{"the marker of deletions", func(t *traits) { t.decoding.DeleteMarker = "-" }, rundir.ByMarker},
		{"a text that stands for none", func(t *traits) { t.decoding.EmptyValues = []string{"NULL"} }, rundir.ByEmptyValue},
		{"blanks are trimmed", func(t *traits) { t.decoding.Trim = true }, rundir.ByTrim},
		{"national phone numbers", func(t *traits) { t.spec.PhoneRegion = "DE" }, rundir.ByPhoneRegion},
		{"odd values are refused", func(t *traits) { t.spec.Strict = true }, rundir.ByStrict},
		{"client metadata", func(t *traits) { t.spec.Metadata = map[string]string{"reason": "made up"} }, rundir.ByMetadata},
		{"only what failed", func(t *traits) { t.only = "sha256:3" }, rundir.ByOnlyFailed},

		{"the pace", func(t *traits) { t.spec.Rate, t.spec.ReadRate, t.spec.Workers = 1, 2, 3 }, ""},
		{"when it stops", func(t *traits) { t.spec.Limit, t.spec.MaxDuration, t.spec.MaxAttempts = 1, time.Second, 2 }, ""},
		{"nothing ignored", func(t *traits) { t.decoding.Ignore = []string{} }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made := func() traits {
				return traits{spec: new(Spec), poolID: "us-east-1_Made00000", address: target.SandboxEndpoint, digests: []string{"sha256:1"},
					decoding: sources.Options{Format: sources.CSV, DeleteMarker: DefaultDeleteMarker}}
			}
			was, is := made(), made()
			tt.change(&is)
			got := ""
			for _, d := range was.fingerprint().Diff(is.fingerprint()) {
				got += d.Name
			}
			if got != tt.want {
				t.Errorf("got %q, want %q: %v", got, tt.want, is.fingerprint())
			}
			if len(was.fingerprint1().Diff(is.fingerprint1())) != min(len(tt.want), 1) {
				t.Errorf("version 1: %v and %v", was.fingerprint1(), is.fingerprint1())
			}
		})
	}
}

// TestSameEndpoint: an endpoint is the same however it is spelled, and only then.
func TestSameEndpoint(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		same       bool
	}{
		{"a slash", "http://127.0.0.1:9229", "http://127.0.0.1:9229/", true},
		{"capitals", "https://Cognito.Example.COM", "HTTPS://cognito.example.com", true},
		{"the port of the scheme", "https://cognito.example.com:443/", "https://cognito.example.com", true},
		{"the other scheme's", "http://cognito.example.com:443", "http://cognito.example.com", false},
		{"a path", "https://example.com/a/", "https://example.com/a", true},
		{"capitals in a path", "https://example.com/A", "https://example.com/a", false},
		{"an address of version 6", "http://[::1]:80", "http://[::1]", true},
		{"the end of an address", "http://[::80]", "http://[::]", false},
		{"a sandbox", target.SandboxEndpoint, "http://" + target.SandboxEndpoint, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := endpointText(tt.a), endpointText(tt.b)
			if (a == b) != tt.same {
				t.Errorf("%s and %s", a, b)
			}
		})
	}
}

// TestFingerprintsOfPairs: pairs and lists are told by their text, and metadata is not in it.
func TestFingerprintsOfPairs(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune{'a', '=', ',', '"', ' ', '\\', '\n', 'é', 0xfffd}), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		pairs := rapid.MapOfN(word, word, 0, 3)
		a, b := pairs.Draw(t, "a"), pairs.Draw(t, "b")
		if maps.Equal(a, b) != (pairsText(a) == pairsText(b)) {
			t.Errorf("%q and %q: %s and %s", a, b, pairsText(a), pairsText(b))
		}
		list := rapid.SliceOfNDistinct(word, 0, 3, rapid.ID)
		c, d := list.Draw(t, "c"), list.Draw(t, "d")
		slices.Sort(c)
		slices.Sort(d)
		if slices.Equal(c, d) != (listText(c) == listText(d)) {
			t.Errorf("%q and %q: %s and %s", c, d, listText(c), listText(d))
		}
		f := settings{metadata: map[string]string{"job": "made-up" + word.Draw(t, "value")}}.fingerprint()
		if !strings.HasPrefix(f[rundir.ByMetadata], "sha256:") || len(f[rundir.ByMetadata]) != len("sha256:")+64 {
			t.Errorf("client metadata: %s", f[rundir.ByMetadata])
		}
	})
}
