package rundir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// stubborn is a file system on which some renames fail.
type stubborn struct {
	disk.FS
	refuses func(from, to string) bool
	err     error
}

func (s *stubborn) Rename(from, to string) error {
	if s.refuses != nil && s.refuses(from, to) {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: s.err}
	}
	return s.FS.Rename(from, to)
}

// aside is a new run directory, from which a run with applied.csv in it has been set aside.
func aside(t *testing.T, v Volume, path string) (d *Dir, kept string) {
	t.Helper()
	d, err := v.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.File("applied.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if kept, err = d.SetAside(nil); err != nil {
		t.Fatal(err)
	}
	return d, kept
}

// TestPutBackPinned: where another process has opened the directory that was to go, it stays, and the run of before
// is where the message says.
func TestPutBackPinned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.run")
	fs := &stubborn{FS: disk.OS{}, err: syscall.EACCES}
	d, kept := aside(t, Volume{FS: fs, Pins: true}, path)
	fs.refuses = func(from, _ string) bool { return from == path }
	d.Refused = true
	err := d.Close()
	if text := fmt.Sprint(err); !strings.HasPrefix(text, "the run of before stays in "+kept+": ") || !strings.Contains(text, syscall.EACCES.Error()) {
		t.Errorf("put back: %v", err)
	}
	if !slices.Equal(namesIn(t, kept), []string{"applied.csv", "lock"}) || !slices.Equal(namesIn(t, path), []string{"lock"}) {
		t.Errorf("there is %q and %q", namesIn(t, kept), namesIn(t, path))
	}
}

// TestPutBackHalfWay: where the run of before cannot have its name back, it is told where it is, and nothing else is
// left.
func TestPutBackHalfWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.run")
	v := Volume{FS: &stubborn{disk.OS{}, func(_, to string) bool { return to == path }, syscall.EIO}}
	d, kept := aside(t, v, path)
	d.Refused = true
	if err := d.Close(); !errors.Is(err, syscall.EIO) || !strings.HasPrefix(err.Error(), "the run of before stays in "+kept+": ") {
		t.Errorf("put back: %v", err)
	}
	if left := namesIn(t, filepath.Dir(path)); !slices.Equal(left, []string{filepath.Base(kept)}) {
		t.Errorf("there is %q", left)
	}
	if err := d.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

// TestPutBackLongName: the run of before comes back also where its name has room for a date and nothing else.
func TestPutBackLongName(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("a", 232)+".run")
	d, _ := aside(t, Local(), path)
	d.Refused = true
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if left := namesIn(t, path); !slices.Equal(left, []string{"applied.csv", "lock"}) {
		t.Errorf("there is %q", left)
	}
}

// overtaken is a file system on which another process comes behind a rename.
type overtaken struct {
	disk.FS
	come func()
}

func (o overtaken) Rename(from, to string) error {
	err := o.FS.Rename(from, to)
	o.come()
	return err
}

// TestSetAsideOvertaken: where another process has put a run in the place that was just left, that run stays as it
// is, and so does the one of before.
func TestSetAsideOvertaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.run")
	take := func(mark string) {
		if err := errors.Join(os.MkdirAll(path, 0o700), os.WriteFile(filepath.Join(path, "lock"), []byte("\n"), 0o600), os.WriteFile(filepath.Join(path, mark), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	take("applied.csv")
	d, err := Volume{FS: overtaken{disk.OS{}, func() { take("summary.json") }}}.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.SetAside(nil)
	if held, ok := errors.AsType[*checkpoint.HeldError](err); !ok || held.Path != d.File("lock") || !strings.Contains(err.Error(), "\nthe run of before stays in "+path+".") {
		t.Errorf("set aside: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	kept, _ := filepath.Glob(path + ".*")
	if len(kept) != 1 || !slices.Equal(namesIn(t, kept[0]), []string{"applied.csv", "lock"}) || !slices.Equal(namesIn(t, path), []string{"lock", "summary.json"}) {
		t.Errorf("there is %q with %q, and %q", kept, namesIn(t, kept[0]), namesIn(t, path))
	}
}

// TestSetAside: what goes along with a run that is set aside, and what does not.
func TestSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.run")
	d, err := Local().Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, name := range []string{"stdin.csv", Incoming + "stdin.csv"} {
		if err := os.WriteFile(d.File(name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const told = " holds the input "
	if _, err := d.SetAside([]string{d.File("stdin.csv")}); err == nil || !strings.Contains(err.Error(), path+told) {
		t.Errorf("with an input in it: %v", err)
	}
	kept, err := d.SetAside([]string{d.File(Incoming + "stdin.csv")})
	if err != nil {
		t.Fatal(err)
	}
	if was, is := namesIn(t, kept), namesIn(t, path); !slices.Equal(was, []string{"lock", "stdin.csv"}) || !slices.Equal(is, []string{Incoming + "stdin.csv", "lock"}) {
		t.Errorf("set aside %q, and there is %q", was, is)
	}
	if _, err := Local().Open(path); err == nil {
		t.Error("the new directory is not locked")
	}
}

// TestPutBackBegun: a run that was begun in the new directory is not taken away for the one of before.
func TestPutBackBegun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.run")
	d, kept := aside(t, Local(), path)
	if err := checkpoint.NewFile(path).Save(checkpoint.State{Phase: checkpoint.Stopped}); err != nil {
		t.Fatal(err)
	}
	d.Refused = true
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if !disk.Exists(d.File(checkpoint.FileName)) || !disk.Exists(kept) {
		t.Errorf("there is %q and %q", namesIn(t, path), namesIn(t, filepath.Dir(path)))
	}
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestPutBackAsked: where somebody has asked something of the start, its directory stays, and the run of before where it was
// set aside: the next start has to know.
func TestPutBackAsked(t *testing.T) {
	for name, stays := range map[string]bool{
		`{"version":1,"hold":true}`: true, `{"version":1,"paused":true}`: true, `{"version":1,"rate":10}`: true, `{`: true, `{"version":1}`: false,
	} {
		path := filepath.Join(t.TempDir(), "tiers.run")
		d, kept := aside(t, Local(), path)
		write(t, path, name)
		d.Refused = true
		if err := d.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := []string{"applied.csv", "lock"}
		if stays {
			want = []string{AskedJSON, "lock"}
		}
		if left := namesIn(t, path); !slices.Equal(left, want) || disk.Exists(kept) != stays {
			t.Errorf("%s: there is %q", name, left)
		}
	}
}
