package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
)

// pinning is a file system as Windows has it: a directory in which a file is open is not renamed, and a file that
// is open is not removed.
type pinning struct{ disk.FS }

func (p pinning) Rename(from, to string) error {
	if err := pinned(from); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return p.FS.Rename(from, to)
}

func (p pinning) Remove(path string) error {
	if err := pinned(path); err != nil {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return p.FS.Remove(path)
}

// pinned refuses what this process has open, or something in it.
func pinned(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, fd := range open {
		to, _ := os.Readlink(filepath.Join("/proc/self/fd", fd.Name())) // one is that of the directory that is read
		if to == path || strings.HasPrefix(to, path+string(filepath.Separator)) {
			return fmt.Errorf("%s: %w", to, syscall.EACCES)
		}
	}
	return nil
}

// TestRefusedRestart: a --restart that is refused leaves the run where it was, also on a system that does not
// rename a directory with an open file in it. A rehearsal has its journal open in there, and standard input its
// copy.
func TestRefusedRestart(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what is open is looked up in /proc")
	}
	const rows = "username,custom:tier\nann,gold\nbob,gold\n"
	for _, v := range []rundir.Volume{{FS: disk.OS{}}, {FS: pinning{disk.OS{}}, Pins: true}} {
		for _, tt := range []struct {
			name    string
			begin   []string
			refused []string
			stdin   string
			want    string
		}{
			{"nobody to ask", []string{"--yes", "tiers.csv"}, []string{"tiers.csv"}, "", "there is no terminal to ask at: nothing was written"},
			{"standard input that is no change set for the pool", []string{"--yes", "--run-dir", "tiers.sandbox.run", "-"},
				[]string{"--yes", "--run-dir", "tiers.sandbox.run", "-"}, "username,no_such_attribute\nann,1\n", "no_such_attribute"},
		} {
			t.Run(fmt.Sprintf("%s/pins %v", tt.name, v.Pins), func(t *testing.T) {
				t.Chdir(t.TempDir())
				if err := os.WriteFile("tiers.csv", []byte(rows), 0o600); err != nil {
					t.Fatal(err)
				}
				run := func(stdin string, args ...string) (code int, stderr string) {
					var out, told bytes.Buffer
					code = Run(append([]string{"apply", "--sandbox", "--rate", "off", "--no-read"}, args...), System{
						Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &told, on: &v,
					})
					return code, told.String()
				}
				if code, told := run(rows, tt.begin...); code != exitDone {
					t.Fatalf("the run ended with %d: %s", code, told)
				}
				before := filesIn(t, "tiers.sandbox.run")
				code, told := run(tt.stdin, append([]string{"--restart"}, tt.refused...)...)
				if code == exitDone || !strings.Contains(told, tt.want) || strings.Contains(told, "stays in") ||
					!strings.HasPrefix(told, "kept     the run of before is in tiers.sandbox.run.20") {
					t.Errorf("refused with %d: %s", code, told)
				}
				if after := filesIn(t, "tiers.sandbox.run"); !slices.Equal(after, before) {
					t.Errorf("the directory holds %q, it held %q", after, before)
				}
				if left := filesIn(t, "."); !slices.Equal(left, []string{"tiers.csv", "tiers.sandbox.run"}) {
					t.Errorf("beside it there is %q", left)
				}
				if s, err := rundir.ReadStatus("tiers.sandbox.run"); err != nil || s.State.Phase != checkpoint.Finished || s.Held {
					t.Errorf("the run is not as it was: %v, %v", s, err)
				}
			})
		}
	}
}

func filesIn(t *testing.T, dir string) (names []string) {
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

// TestPutBackPinned: where another process has opened the directory that was to go, it stays, and the run of before
// is where the message says.
func TestPutBackPinned(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what is open is looked up in /proc")
	}
	path := filepath.Join(t.TempDir(), "tiers.run")
	v := rundir.Volume{FS: pinning{disk.OS{}}, Pins: true}
	d, err := v.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.File("applied.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := d.SetAside(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.Open(d.File(checkpoint.LockName))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	d.Refused = true
	if err := d.Close(); !errors.Is(err, syscall.EACCES) && !strings.HasPrefix(fmt.Sprint(err), "the run of before stays in "+kept+": ") {
		t.Errorf("put back: %v", err)
	}
	if !disk.Exists(filepath.Join(kept, "applied.csv")) || !disk.Exists(path) {
		t.Error("a directory is gone")
	}
}

// unnaming is a file system on which nothing can be renamed to a path.
type unnaming struct {
	disk.FS
	to string
}

func (u unnaming) Rename(from, to string) error {
	if to == u.to {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EIO}
	}
	return u.FS.Rename(from, to)
}

// TestPutBackHalfWay: where the run of before cannot have its name back, it is told where it is, and nothing else is
// left.
func TestPutBackHalfWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiers.run")
	v := rundir.Volume{FS: unnaming{disk.OS{}, path}}
	d, err := v.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.File("applied.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := d.SetAside(nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Refused = true
	if err := d.Close(); !errors.Is(err, syscall.EIO) || !strings.HasPrefix(err.Error(), "the run of before stays in "+kept+": ") {
		t.Errorf("put back: %v", err)
	}
	if left := filesIn(t, filepath.Dir(path)); !slices.Equal(left, []string{filepath.Base(kept)}) {
		t.Errorf("there is %q", left)
	}
	if err := d.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

// TestPutBackLongName: the run of before comes back also where its name has room for a date and nothing else.
func TestPutBackLongName(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("a", 232)+".run")
	d, err := rundir.Local().Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.File("applied.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetAside(nil); err != nil {
		t.Fatal(err)
	}
	d.Refused = true
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if left := filesIn(t, path); !slices.Equal(left, []string{"applied.csv", "lock"}) {
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
	d, err := rundir.Volume{FS: overtaken{disk.OS{}, func() { take("summary.json") }}}.Open(path)
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
	if len(kept) != 1 || !slices.Equal(filesIn(t, kept[0]), []string{"applied.csv", "lock"}) || !slices.Equal(filesIn(t, path), []string{"lock", "summary.json"}) {
		t.Errorf("there is %q with %q, and %q", kept, filesIn(t, kept[0]), filesIn(t, path))
	}
}
