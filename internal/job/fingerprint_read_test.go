package job

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

// TestDecodingOf: what a fingerprint says of how inputs are read gives the same fingerprint again, whatever texts are in it.
func TestDecodingOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ =a"\\,é\n]{1,6}`)
		d := sources.Options{
			Format:         rapid.SampledFrom([]sources.Format{sources.Auto, sources.CSV, sources.JSONL}).Draw(t, "format"),
			Empty:          rapid.SampledFrom([]sources.EmptyPolicy{sources.KeepEmpty, sources.DeleteEmpty, sources.RefuseEmpty}).Draw(t, "empty"),
			Separator:      rapid.SampledFrom([]rune{0, ';', '\t'}).Draw(t, "separator"),
			UsernameColumn: rapid.OneOf(rapid.Just(""), text).Draw(t, "column"),
			DeleteMarker:   rapid.OneOf(rapid.Just(DefaultDeleteMarker), text).Draw(t, "marker"),
			Trim:           rapid.Bool().Draw(t, "trim"),
			Rename:         rapid.MapOfN(text, text, 0, 3).Draw(t, "map"),
			Ignore:         rapid.SliceOfN(text, 0, 3).Draw(t, "ignore"),
			EmptyValues:    rapid.SliceOfN(text, 0, 3).Draw(t, "empty values"),
		}
		want := traits{spec: &Spec{}, decoding: d}.fingerprint()
		read, err := DecodingOf(want)
		if err != nil {
			t.Fatal(err)
		}
		if got := (traits{spec: &Spec{}, decoding: read}).fingerprint(); !maps.Equal(got, want) {
			t.Errorf("%v\nwant %v", got, want)
		}
	})
	for name, text := range map[string]string{rundir.ByMap: `"a"`, rundir.ByIgnore: `a"`, rundir.BySeparator: `;`, rundir.ByMarker: `'`} {
		if o, err := DecodingOf(map[string]string{name: text}); err == nil {
			t.Errorf("%s %s: %+v", name, text, o)
		}
	}
}
