package runlog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/disk"
)

// TestFSOfMany: many write at once, and each finds what it has synced.
func TestFSOfMany(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		work := workDir(rt)
		defer os.RemoveAll(work)
		s := newShop(rt, t.Context(), work)
		_, _ = s.log("run")
		rounds := rapid.IntRange(1, 4).Draw(rt, "rounds")
		var all sync.WaitGroup
		failures := make(chan error, 6)
		for writer := range cap(failures) / 2 {
			all.Go(func() { failures <- s.writeAlone(fmt.Sprint("w", writer), rounds) })
			all.Go(func() { failures <- s.replaceAlone(fmt.Sprint("r", writer), rounds) })
		}
		all.Wait()
		for range cap(failures) {
			if err := <-failures; err != nil {
				rt.Error(err)
			}
		}
		s.check()
	})
}

func (s *shop) writeAlone(name string, rounds int) error {
	f, err := s.fs.OpenFile(filepath.Join(s.in("run"), name), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	written := ""
	for i := range rounds {
		line := strings.Repeat(fmt.Sprint(i), i) + "\n"
		if _, err := f.Write([]byte(line)); err != nil {
			return err
		}
		written += line
		if err := s.durable(f.Sync, name, written); err != nil {
			return err
		}
	}
	return nil
}

func (s *shop) replaceAlone(name string, rounds int) error {
	for i := range rounds {
		text := fmt.Sprintf("%s %d\n", name, i)
		write := func() error { return disk.WriteFile(s.fs, filepath.Join(s.in("run"), name), []byte(text)) }
		if err := s.durable(write, name, text); err != nil {
			return err
		}
	}
	return nil
}

// durable tells whether a file is elsewhere as it is to be, once it was synced.
func (s *shop) durable(sync func() error, name, want string) error {
	if err := sync(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.work, "restored")
	if err != nil {
		return err
	}
	r := newReplayer(dir)
	defer r.close()
	for _, payload := range s.ledgers["run"].objects() {
		if err := r.replay("", payload); err != nil {
			return err
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, name))
	if err == nil && string(got) != want {
		err = fmt.Errorf("%s is %q elsewhere, and was synced as %q", name, got, want)
	}
	return err
}
