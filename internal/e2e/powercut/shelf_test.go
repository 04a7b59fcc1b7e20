package powercut_test

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/runlog"
)

// shelf is an object store in memory that keeps every state of it: the machine may go in each. While a call is under way others
// go on, but the clock stands still: in a bubble, who waits for a mutex holds it up, and a job has some that are held while
// files are synced. Some calls that write fail, with an effect or without.
type shelf struct {
	faults bool

	mu      sync.Mutex
	objects map[string]placed
	puts    int // of logs
	marks   []any
	states  []shelved
}

type placed struct {
	body []byte
	at   time.Time
}

// shelved is what a machine leaves that goes.
type shelved struct {
	objects map[string]placed
	marks   []any
	text    string // when
}

var _ runlog.Store = (*shelf)(nil)

func newShelf(objects map[string]placed) *shelf { return &shelf{objects: maps.Clone(objects)} }

// Mark notes something that happened.
func (s *shelf) Mark(m any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks = append(s.marks, m)
}

// keep keeps the state of now. The caller holds mu.
func (s *shelf) keep(text string) {
	s.states = append(s.states, shelved{maps.Clone(s.objects), slices.Clip(s.marks), text})
}

// passing is a failure after which the same call may go well.
type passing struct{ error }

func (passing) Passing() bool { return true }

func (s *shelf) Put(_ context.Context, key string, body []byte, when runlog.Condition) (string, error) {
	others()
	s.mu.Lock()
	n := 0
	if s.faults && strings.Contains(key, "/log/") {
		s.puts++
		n = s.puts
	}
	if n%7 == 6 {
		s.mu.Unlock()
		return "", passing{errors.New("503 Slow Down")}
	}
	o, there := s.objects[key]
	if when == runlog.IfAbsent && there || when != runlog.IfAbsent && when != runlog.Always && (!there || tag(o.body) != string(when)) {
		s.mu.Unlock()
		return "", fmt.Errorf("%s: %w", key, runlog.ErrTaken)
	}
	s.keep("before " + key)
	s.objects[key] = placed{body, time.Now()}
	s.keep("behind " + key + ", which is not answered")
	s.mu.Unlock()
	others()
	if n%5 == 4 {
		return "", passing{errors.New("the connection was reset")}
	}
	return tag(body), nil
}

// others lets others go on.
func others() {
	for range 100 {
		runtime.Gosched()
	}
}

// patience is a clock by which a call that failed is tried again at once.
func patience() runlog.Clock {
	return runlog.Clock{Sleep: func(ctx context.Context, d time.Duration) error {
		if d < time.Second {
			others()
			return ctx.Err()
		}
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
}

func tag(body []byte) string { return fmt.Sprintf(`"%x"`, md5.Sum(body)) }

func (s *shelf) Get(_ context.Context, key string) (runlog.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.objects[key]
	if !ok {
		return runlog.Object{}, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	return runlog.Object{Body: o.body, Tag: tag(o.body), Age: time.Since(o.at)}, nil
}

func (s *shelf) List(_ context.Context, prefix, behind string, each func(runlog.Entry) error) error {
	s.mu.Lock()
	objects := maps.Clone(s.objects)
	s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		if !strings.HasPrefix(key, prefix) || key <= behind {
			continue
		}
		if err := each(runlog.Entry{Key: key, Size: int64(len(objects[key].body))}); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Tag(ctx context.Context, key string) (string, error) {
	o, err := s.Get(ctx, key)
	return o.Tag, err
}

func (s *shelf) Delete(_ context.Context, key string, when runlog.Condition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, there := s.objects[key]; there && when != runlog.Always && tag(o.body) != string(when) {
		return fmt.Errorf("%s: %w", key, runlog.ErrTaken)
	}
	delete(s.objects, key)
	s.keep("behind the end of " + key)
	return nil
}

func (s *shelf) Upload(ctx context.Context, key string, from io.ReaderAt, size int64, when runlog.Condition) error {
	body, err := io.ReadAll(io.NewSectionReader(from, 0, size))
	if err == nil {
		_, err = s.Put(ctx, key, body, when)
	}
	return err
}

// farRecorder is the file system of a run in a store, and marks each checkpoint that counts as durable.
type farRecorder struct {
	disk.FS
	on    *shelf
	named string // the directory whose checkpoint has its name
}

// Rename implements [disk.FS].
func (r *farRecorder) Rename(from, to string) error {
	err := r.FS.Rename(from, to)
	if err == nil && filepath.Base(to) == checkpoint.FileName {
		r.named = filepath.Dir(to)
	}
	return err
}

// SyncDir implements [disk.FS].
func (r *farRecorder) SyncDir(path string) error {
	err := r.FS.SyncDir(path)
	if err == nil && path == r.named {
		r.named = ""
		var s checkpoint.State
		if s, err = checkpoint.NewFile(path).Load(); err == nil {
			r.on.Mark(saved{s.Counts.Done(), s.Phase})
		}
	}
	return err
}
