package runlog

import (
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
)

// before is a store that calls a function before each call that publishing makes, but for those of log and lease.
type before struct {
	*memory
	do func(what, key string)
}

func (b before) tell(what, key string) {
	if b.do != nil && !strings.Contains(key, "/log/") && !strings.HasSuffix(key, lockName) {
		b.do(what, key)
	}
}

func (b before) List(ctx context.Context, prefix, behind string, each func(Entry) error) error {
	b.tell("list", prefix)
	return b.memory.List(ctx, prefix, behind, each)
}

func (b before) Tag(ctx context.Context, key string) (string, error) {
	b.tell("tag", key)
	return b.memory.Tag(ctx, key)
}

func (b before) Put(ctx context.Context, key string, body []byte, when Condition) (string, error) {
	b.tell("put", key)
	return b.memory.Put(ctx, key, body, when)
}

func (b before) Upload(ctx context.Context, key string, from io.ReaderAt, size int64, when Condition) error {
	b.tell("upload", key)
	return b.memory.Upload(ctx, key, from, size, when)
}

func (b before) Delete(ctx context.Context, key string, when Condition) error {
	b.tell("delete", key)
	return b.memory.Delete(ctx, key, when)
}

// published is what stands under its own name.
func (m *memory) published() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[string]string{}
	for key, o := range m.objects {
		if name := strings.TrimPrefix(key, "loyalty/"); !strings.Contains(name, "/") && name != lockName {
			all[name] = string(o.body)
		}
	}
	return all
}

// setAside has the directory hold nothing, as a start that begins anew does.
func setAside(t *testing.T, r *Run) {
	t.Helper()
	if err := errors.Join(r.FS().Rename(r.Dir(), r.Dir()+".aside"), r.FS().Mkdir(r.Dir(), 0o700)); err != nil {
		t.Fatal(err)
	}
}

func writeFile(r *Run, name, text string) error {
	return disk.WriteFile(r.FS(), filepath.Join(r.Dir(), name), []byte(text))
}

// machine is one that can be suspended: its timers stand still meanwhile, and the wall's clock goes on.
type machine struct{ asleep atomic.Bool }

func (m *machine) clock() Clock {
	return Clock{Sleep: func(ctx context.Context, d time.Duration) error {
		const step = 100 * time.Millisecond
		for d > 0 {
			if err := (Clock{}).sleep(ctx, step); err != nil {
				return err
			}
			if !m.asleep.Load() {
				d -= step
			}
		}
		return nil
	}}
}

// TestPublishesAsleep: a start whose machine is suspended before any of the calls by which it begins a run anew and publishes it, and
// which wakes when another has taken over and is done, leaves all as that one has published it.
func TestPublishesAsleep(t *testing.T) {
	for n := 1; ; n++ {
		var calls atomic.Int64
		where := ""
		synctest.Test(t, func(t *testing.T) {
			mem := newMemory()
			r := opened(t, mem)
			replace(t, r, "checkpoint.json", "{old}")
			appendTo(t, r, "errors.csv", "of an earlier run\n")
			if err := r.Close(t.Context()); err != nil {
				t.Fatal(err)
			}

			var m machine
			s := &before{memory: mem}
			c := config(t, s)
			c.Clock = m.clock()
			a, err := Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			setAside(t, a)
			var left map[string]string
			s.do = func(what, key string) {
				if calls.Add(1) != int64(n) {
					return
				}
				where = what + " " + key
				m.asleep.Store(true)
				b := opened(t, mem) // watches the lease, and takes over
				replace(t, b, "checkpoint.json", "{new}")
				appendTo(t, b, "errors.csv", "the users that failed\n")
				if err := b.Close(t.Context()); err != nil {
					t.Error(err)
				}
				left = mem.published()
				m.asleep.Store(false)
			}
			_ = writeFile(a, "checkpoint.json", "{anew}")
			_ = writeFile(a, "undo.jsonl", "one\n")
			_ = a.Close(t.Context()) // what it could not do is the other's
			if got := mem.published(); left != nil && !maps.Equal(got, left) {
				t.Errorf("asleep before %s: there is %v, and the other has published %v", where, got, left)
			}
		})
		if calls.Load() < int64(n) {
			t.Logf("%d calls", n-1)
			return
		}
	}
}

// TestRemovedLate: a removal whose machine went away, and which the store takes only later, takes nothing of what the next start has
// published.
func TestRemovedLate(t *testing.T) {
	for _, name := range []string{"errors.csv", "checkpoint.json"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mem := newMemory()
				r := opened(t, mem)
				appendTo(t, r, name, "of the earlier run\n")
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}

				s := &lateRemoval{memory: mem, key: "loyalty/" + name}
				a := opened(t, s)
				setAside(t, a)
				_ = writeFile(a, "undo.jsonl", "one\n")
				ctx, gone := context.WithTimeout(t.Context(), time.Second)
				defer gone()
				_ = a.Close(ctx)
				if len(s.late) == 0 {
					t.Fatal("nothing is removed")
				}

				b := opened(t, mem)
				appendTo(t, b, name, "of this run\n")
				if err := b.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, remove := range s.late {
					_ = remove()
				}
				if got := mem.published()[name]; !strings.HasSuffix(got, "of this run\n") {
					t.Errorf("%s is %q", name, got)
				}
			})
		})
	}
}

// lateRemoval is a store that removes an object only later.
type lateRemoval struct {
	*memory
	key  string
	late []func() error
}

func (s *lateRemoval) Delete(ctx context.Context, key string, when Condition) error {
	if key != s.key {
		return s.memory.Delete(ctx, key, when)
	}
	s.late = append(s.late, func() error { return s.memory.Delete(context.WithoutCancel(ctx), key, when) })
	return errAway
}

// TestMendedStays: a file that somebody has mended stays, and counts as published, whatever starts took the run over meanwhile that did
// nothing, also one that was killed; one that has written something publishes its own.
func TestMendedStays(t *testing.T) {
	for _, tt := range []struct {
		name, written string
		counts        bool
		want          string
	}{
		{"nothing was done", "", true, "mended"},
		{"something was done", "more\n", false, "as it failed\nmore\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mem := newMemory()
				r := opened(t, mem)
				appendTo(t, r, "errors.csv", "as it failed\n")
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := mem.write("loyalty/errors.csv", []byte("mended"), Always); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					r = opened(t, mem)
					if tt.written != "" {
						appendTo(t, r, "errors.csv", tt.written)
						tt.written = ""
					}
					killed(r)
				}
				if is, err := looked(t, mem, r.c.Names, "").Published(t.Context(), "errors.csv"); is != tt.counts || err != nil {
					t.Errorf("it counts: %t, %v", is, err)
				}
				r = opened(t, mem)
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := mem.published()["errors.csv"]; got != tt.want {
					t.Errorf("it is %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// killed has a start end as one whose machine is gone.
func killed(r *Run) {
	for _, k := range r.dirs {
		k.fail(errAway)
	}
	r.stop()
	r.lease.stop()
	r.all.Wait()
}

// TestAHoleIsNoEnd: what is published does not count where an object behind it is gone, and later ones are there.
func TestAHoleIsNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := newMemory()
		r := opened(t, mem)
		appendTo(t, r, "errors.csv", "as it failed\n")
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		gone := Key("loyalty/runs/"+r.now.Run+"/log/", r.now.Published+1)
		r = opened(t, mem)
		appendTo(t, r, "errors.csv", "more\n")
		killed(r)
		if _, there := mem.objects[gone]; !there {
			t.Fatalf("there is no %s", gone)
		}
		delete(mem.objects, gone)
		if is, err := looked(t, mem, r.c.Names, "").Published(t.Context(), "errors.csv"); is || err != nil {
			t.Errorf("it counts: %t, %v", is, err)
		}
	})
}
