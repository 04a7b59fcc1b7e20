package changeset

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"attrmigrate/sources"
)

// TestUnchanged: inputs are refused that are not what was looked through and confirmed any more.
func TestUnchanged(t *testing.T) {
	tests := []struct {
		name   string
		change func(path string) error
		want   string
	}{
		{"as it was", func(string) error { return nil }, ""},
		{"longer", func(path string) error { return os.WriteFile(path, []byte("username\na\nb\n"), 0o600) }, "changed"},
		{"rewritten", func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) }, "changed"},
		{"replaced", func(path string) error {
			if err := os.WriteFile(path+".new", []byte("username\na\n"), 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}, "changed"},
		{"gone", os.Remove, "gone"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tiers.csv")
			if err := os.WriteFile(path, []byte("username\na\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			set, err := (&Set{paths: []string{path}, decoding: sources.Options{Seals: new(sources.Seals)}}).Stamped()
			if err != nil {
				t.Fatal(err)
			}
			if err := test.change(path); err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := set.Unchanged(); err != nil {
				got = err.Error()
			}
			want := map[string]string{
				"":        "",
				"changed": path + " has changed since it was checked: nothing was written",
				"gone":    path + ": no such file or directory",
			}[test.want]
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
