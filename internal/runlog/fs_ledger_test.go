package runlog

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/internal/disk"
)

// ledger is the log of a run in a test: its objects, and what the directory held behind each operation.
type ledger struct {
	*log
	states map[int64]state // by the number of the last operation

	mu       sync.Mutex
	payloads [][]byte
}

func newLedger(ctx context.Context) *ledger {
	l := &ledger{states: map[int64]state{0: {}}}
	l.log = newLog(ctx, l, func() time.Duration { return 0 }, func(int64) {})
	return l
}

// Append implements [appender].
func (l *ledger) Append(_ context.Context, payload []byte) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.payloads = append(l.payloads, payload)
	return int64(len(l.payloads)), nil
}

func (l *ledger) objects() [][]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.payloads)
}

// state is what the shipped files of a directory hold, by name.
type state map[string]string

func stateOf(t *rapid.T, dir string) state {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := state{}
	for _, e := range entries {
		if e.Name() == "lock" || isTemporary(e.Name()) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		s[e.Name()] = string(data)
	}
	return s
}

// faulty is a disk of which some operations fail, a write in its midst.
type faulty struct {
	disk.OS
	fails bool // the next one
}

func (f *faulty) failed() error {
	if f.fails {
		f.fails = false
		return syscall.EIO
	}
	return nil
}

func (f *faulty) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	if err := f.failed(); err != nil {
		return nil, err
	}
	file, err := f.OS.OpenFile(path, flag, mode)
	return &faultyFile{file, f}, err
}

func (f *faulty) Rename(from, to string) error {
	if err := f.failed(); err != nil {
		return err
	}
	return f.OS.Rename(from, to)
}

func (f *faulty) Remove(path string) error {
	if err := f.failed(); err != nil {
		return err
	}
	return f.OS.Remove(path)
}

type faultyFile struct {
	disk.File
	on *faulty
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.on.failed(); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}
