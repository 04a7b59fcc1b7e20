package changeset

import (
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

// watchedFS remembers what is opened on it, and removed.
type watchedFS struct {
	disk.FS
	steps []string
}

func (w *watchedFS) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	w.steps = append(w.steps, "open "+filepath.Base(path))
	return w.FS.OpenFile(path, flag, mode)
}

func (w *watchedFS) Remove(path string) error {
	w.steps = append(w.steps, "remove "+filepath.Base(path))
	return w.FS.Remove(path)
}

// TestUnpack: the copy of a packed input is a file of the run like any other. It is its owner's alone, what another
// name of an older copy leads to stays, and it goes in the end.
func TestUnpack(t *testing.T) {
	const text = "username,custom:tier\nann,gold\n"
	in := t.TempDir()
	path, theirs := filepath.Join(in, "tiers.csv.gz"), filepath.Join(in, "theirs")
	writeGzip(t, path, text)
	on := &watchedFS{FS: disk.OS{}}
	dir, err := rundir.Volume{FS: on}.Open(filepath.Join(in, "tiers.plan"))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	older := dir.File(rundir.Unpacked + "1.csv")
	if err := errors.Join(os.WriteFile(theirs, []byte("theirs"), 0o644), os.Link(theirs, older)); err != nil {
		t.Fatal(err)
	}
	plain, err := Open(t.Context(), Spec{Paths: []string{path}, Decoding: sources.Options{}})
	if err != nil {
		t.Fatal(err)
	}
	on.steps = nil
	set, clean, err := plain.Unpack(t.Context(), dir)
	if err != nil || !set.Unpacked() || plain.Unpacked() {
		t.Fatalf("%v, unpacked %v, before %v", err, set.Unpacked(), plain.Unpacked())
	}
	got, _ := os.ReadFile(older)
	if info, err := os.Stat(older); err != nil || string(got) != text || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%q, %v", got, err)
	}
	if got, _ := os.ReadFile(theirs); string(got) != "theirs" {
		t.Errorf("another name of what was there has %q", got)
	}
	clean()
	if want := []string{"remove unpacked-1.csv", "open unpacked-1.csv", "remove unpacked-1.csv"}; !slices.Equal(on.steps, want) || disk.Exists(older) {
		t.Errorf("%q, want %q", on.steps, want)
	}
}

func writeGzip(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := gzip.NewWriter(f)
	_, err = io.WriteString(w, text)
	if err := errors.Join(err, w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}
