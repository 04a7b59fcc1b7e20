package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
)

// refusing is a file system that refuses for a while, with one of the error numbers of Windows.
type refusing struct {
	disk.FS
	until time.Time
	err   error
}

func (r refusing) refuse() error {
	if time.Now().Before(r.until) {
		return r.err
	}
	return nil
}

func (r refusing) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	if err := r.refuse(); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return r.FS.OpenFile(path, flag, mode)
}

func (r refusing) Rename(from, to string) error {
	if err := r.refuse(); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return r.FS.Rename(from, to)
}

func (r refusing) Remove(path string) error {
	if err := r.refuse(); err != nil {
		return &fs.PathError{Op: "remove", Path: path, Err: err}
	}
	return r.FS.Remove(path)
}

// TestPatient: what Windows refuses while another process has a file open is done once it has closed it; the
// same numbers mean something else elsewhere.
func TestPatient(t *testing.T) {
	steps := []struct {
		name string
		do   func(on disk.FS, path string) error
	}{
		{"replace a file", func(on disk.FS, path string) error { return disk.WriteFile(on, path, []byte("new")) }},
		{"rename", func(on disk.FS, path string) error { return disk.Rename(on, path, path+".kept") }},
		{"remove", disk.RemoveIfThere},
		{"create", func(on disk.FS, path string) error {
			f, err := on.OpenFile(path+".new", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			return f.Close()
		}},
	}
	for _, tt := range []struct {
		name   string
		system string
		number syscall.Errno
		busy   time.Duration
		ends   bool          // well
		least  time.Duration // that it takes
		most   time.Duration
	}{
		{"access denied", "windows", 5, 3 * time.Second, true, 3 * time.Second, 4 * time.Second},
		{"a sharing violation", "windows", 32, 3 * time.Second, true, 3 * time.Second, 4 * time.Second},
		{"a lock violation", "windows", 33, time.Second, true, time.Second, 2 * time.Second},
		{"a moment", "windows", 32, 4 * time.Millisecond, true, 4 * time.Millisecond, 10 * time.Millisecond},
		{"for ever", "windows", 5, time.Hour, false, 10 * time.Second, 11 * time.Second},
		{"another error", "windows", 112, time.Hour, false, 0, 0},
		{"elsewhere", "linux", 5, time.Hour, false, 0, 0},
	} {
		for _, step := range steps {
			t.Run(tt.name+"/"+step.name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "checkpoint.json")
				if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
					t.Fatal(err)
				}
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					err := step.do(disk.Patient(refusing{disk.OS{}, begun.Add(tt.busy), tt.number}, tt.system), path)
					if ok := err == nil; ok != tt.ends || !ok && !errors.Is(err, tt.number) {
						t.Errorf("ended with %v", err)
					}
					if took := time.Since(begun); took < tt.least || took > tt.most {
						t.Errorf("took %s, want %s to %s", took, tt.least, tt.most)
					}
				})
			})
		}
	}
}
