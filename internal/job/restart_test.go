package job

import (
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
	"attrmigrate/internal/target"
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
			name, input string
			stdin       string // at the second start
			want        string // why that is refused; empty: it is closed without having begun
		}{
			{"not begun", "tiers.csv", "", ""},
			{"standard input that is no change set for the pool", "-", "username,no_such_attribute\nann,1\n", "no_such_attribute"},
		} {
			t.Run(fmt.Sprintf("%s/pins %v", tt.name, v.Pins), func(t *testing.T) {
				inDir(t, map[string]string{"tiers.csv": rows})
				spec := specOf(nil, tt.input)
				spec.Connect, spec.Volume, spec.NoRead, spec.Stdin = nil, v, true, strings.NewReader(rows)
				spec.Target, spec.Dir = target.Connection{Sandbox: true, Calls: 1}, "tiers.run"
				j := prepared(t, spec)
				if _, err := j.Start(t.Context(), new(watcher)); err != nil {
					t.Fatal(err)
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				before := namesIn(t, "tiers.run")
				kept := ""
				spec.Restart, spec.Stdin, spec.Kept = true, strings.NewReader(tt.stdin), func(dir string, _ bool) { kept = dir }
				j, err := Prepare(t.Context(), spec)
				if err == nil {
					err = j.Close()
				}
				if text := fmt.Sprint(err); (err != nil) != (tt.want != "") || !strings.Contains(text, tt.want) || strings.Contains(text, "stays in") {
					t.Errorf("refused with %v", err)
				}
				if kept != "" {
					t.Errorf("told that the run of before is in %q", kept)
				}
				if after := namesIn(t, "tiers.run"); !slices.Equal(after, before) {
					t.Errorf("the directory holds %q, it held %q", after, before)
				}
				if left := namesIn(t, "."); !slices.Equal(left, []string{"tiers.csv", "tiers.run"}) {
					t.Errorf("beside it there is %q", left)
				}
				if s, err := rundir.ReadStatus("tiers.run"); err != nil || s.State.Phase != checkpoint.Finished || s.Held {
					t.Errorf("the run is not as it was: %v, %v", s, err)
				}
			})
		}
	}
}
