package disk

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestPrivate: a directory that a killed process left goes when the next is made, and no other.
func TestPrivate(t *testing.T) {
	in := t.TempDir()
	make := func() *Private {
		p, err := MakePrivate(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.Path, "undo.jsonl"), []byte("{}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, name := range []string{"loyalty.run", privateName + "empty"} {
		if err := os.Mkdir(filepath.Join(in, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("loyalty.run", filepath.Join(in, privateName+"link")); err != nil {
		t.Skip(err)
	}
	atWork, killed := make(), make()
	_ = killed.claim.Close() // as the system does
	last := make()
	var left []string
	entries, err := os.ReadDir(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := []string{filepath.Base(atWork.Path), filepath.Base(last.Path), privateName + "link", "loyalty.run"}
	slices.Sort(want)
	if slices.Sort(left); !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
	for _, p := range []*Private{atWork, last} {
		if err := p.Close(); err != nil || Exists(p.Path) {
			t.Errorf("%s: is there still, or %v", p.Path, err)
		}
	}
}

func TestPrivateWhereNothingCanBeMade(t *testing.T) {
	if _, err := MakePrivate(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("the error is %v", err)
	}
}
