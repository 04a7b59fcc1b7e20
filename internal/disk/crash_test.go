package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/disk/crash"
)

// TestMkdirAllWithinANewDirectory: a start was killed after it made a directory, before it synced the parent. When
// the next one has asked for a directory within, both are durable.
func TestMkdirAllWithinANewDirectory(t *testing.T) {
	root := t.TempDir()
	d, err := crash.New(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Mkdir(filepath.Join(root, "a"), 0o700), disk.MkdirAll(d, filepath.Join(root, "a", "b", "c"))); err != nil {
		t.Fatal(err)
	}
	d.Mark("done")
	for s := range d.States(crash.All) {
		found := t.TempDir()
		if err := s.Restore(found); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(found, "a", "b", "c")); err != nil && len(s.Marks) > 0 {
			t.Errorf("a/b/c is gone: %s", s)
		}
	}
}

// TestSteps has the machine crash behind each operation of each step. The mark says that a step returned.
func TestSteps(t *testing.T) {
	write := func(name, text string) func(disk.FS, string) error {
		return func(on disk.FS, root string) error {
			return disk.WriteFile(on, filepath.Join(root, name), []byte(text))
		}
	}
	create := func(name, text string) func(disk.FS, string) error {
		return func(on disk.FS, root string) error {
			w, err := disk.Create(on, filepath.Join(root, name), disk.Manner{New: true, Shared: true})
			if err != nil {
				return err
			}
			_, err = w.Write([]byte(text))
			return errors.Join(err, w.Commit())
		}
	}
	rename := func(from, to string) func(disk.FS, string) error {
		return func(on disk.FS, root string) error {
			return disk.Rename(on, filepath.Join(root, from), filepath.Join(root, to))
		}
	}
	mkdir := func(name string) func(disk.FS, string) error {
		return func(on disk.FS, root string) error { return disk.MkdirAll(on, filepath.Join(root, name)) }
	}
	for _, tt := range []struct {
		name  string
		steps []func(disk.FS, string) error
		// right tells whether a crash may leave this, when so many of the steps have returned.
		right func(root string, returned int) bool
	}{
		{"a file is written and replaced", []func(disk.FS, string) error{write("f", "one"), write("f", "and another")},
			func(root string, returned int) bool {
				data, err := os.ReadFile(filepath.Join(root, "f"))
				switch string(data) {
				case "and another":
					return true
				case "one":
					return returned < 2
				default:
					return returned < 1 && err != nil
				}
			}},
		{"a file that must be new", []func(disk.FS, string) error{create("f", "whole")},
			func(root string, returned int) bool {
				data, err := os.ReadFile(filepath.Join(root, "f"))
				return string(data) == "whole" || returned < 1 && err != nil
			}},
		{"a directory is made in another one", []func(disk.FS, string) error{mkdir(filepath.Join("a", "b")), write(filepath.Join("a", "b", "f"), "x")},
			func(root string, returned int) bool {
				_, err1 := os.Stat(filepath.Join(root, "a", "b"))
				_, err2 := os.Stat(filepath.Join(root, "a", "b", "f"))
				return (err1 == nil || returned < 1) && (err2 == nil || returned < 2)
			}},
		{"a directory is set aside for a new one", []func(disk.FS, string) error{mkdir("run"), write(filepath.Join("run", "f"), "x"), rename("run", "old"), mkdir("run")},
			func(root string, returned int) bool {
				_, err1 := os.Stat(filepath.Join(root, "run", "f"))
				_, err2 := os.Stat(filepath.Join(root, "old", "f"))
				return returned < 2 || (err1 == nil) != (err2 == nil) && (err2 == nil || returned < 3)
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			d, err := crash.New(root)
			if err != nil {
				t.Fatal(err)
			}
			for i, step := range tt.steps {
				if err := step(d, root); err != nil {
					t.Fatal(err)
				}
				d.Mark(i)
			}
			for s := range d.States(crash.All) {
				found := t.TempDir()
				if err := s.Restore(found); err != nil {
					t.Fatal(err)
				}
				if !tt.right(found, len(s.Marks)) {
					t.Errorf("wrong, with %d steps done: %s", len(s.Marks), s)
				}
			}
		})
	}
}

// TestMkdirAll: what stands in the way is told, and what is there already is no trouble.
func TestMkdirAll(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the texts are those of Unix")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want string }{
		{"new", "new", ""},
		{"there already", ".", ""},
		{"below what is not there", filepath.Join("a", "b", "c"), ""},
		{"a file", "file", "mkdir " + filepath.Join(dir, "file") + ": not a directory"},
		{"below a file", filepath.Join("file", "a"), "stat " + filepath.Join(dir, "file", "a") + ": not a directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, tt.path)
			err := disk.MkdirAll(disk.OS{}, path)
			if text := textOf(err); text != tt.want {
				t.Errorf("%q, want %q", text, tt.want)
			}
			if info, failed := os.Stat(path); err == nil && (failed != nil || !info.IsDir()) {
				t.Errorf("it is no directory: %v", failed)
			}
		})
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestSyncDir: a directory that is not there is told; one that cannot be synced is left alone.
func TestSyncDir(t *testing.T) {
	dir := t.TempDir()
	if err := (disk.OS{}).SyncDir(dir); err != nil {
		t.Error(err)
	}
	if err := (disk.OS{}).SyncDir(filepath.Join(dir, "absent")); runtime.GOOS != "windows" && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent directory: %v", err)
	}
	if err := (disk.OS{}).SyncDir("/proc"); runtime.GOOS == "linux" && err != nil {
		t.Errorf("a file system that cannot do it: %v", err)
	}
}
