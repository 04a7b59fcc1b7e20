package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
)

func TestExclusivelyOneAfterTheOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.lock")
	var inside, done atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := disk.Exclusively(disk.OS{}, path, func() error {
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d are in", n)
				}
				inside.Add(-1)
				done.Add(1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if done.Load() != 20 {
		t.Errorf("%d of 20 were in", done.Load())
	}
}

func TestExclusivelyIsPatientAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "control.lock")
		err := disk.Exclusively(disk.OS{}, path, func() error {
			begun := time.Now()
			err := disk.Exclusively(disk.OS{}, path, func() error { t.Error("two are in"); return nil })
			if waited := time.Since(begun); waited < 5*time.Second || waited > 6*time.Second {
				t.Errorf("gave up after %s", waited)
			}
			return err
		})
		if !errors.Is(err, disk.ErrClaimed) || !strings.Contains(err.Error(), path+": another process keeps it to itself") {
			t.Errorf("got %v", err)
		}
	})
}

func TestExclusivelyFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	path, victim := filepath.Join(dir, "control.lock"), filepath.Join(dir, "victim")
	if err := os.Symlink(victim, path); err != nil {
		t.Skip(err)
	}
	err := disk.Exclusively(disk.OS{}, path, func() error { t.Error("it is in"); return nil })
	if !errors.Is(err, disk.ErrNotRegular) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(victim); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it made what the link leads to: %v", err)
	}
}
