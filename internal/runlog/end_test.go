package runlog

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
)

// isAway has writings of keys with a text in them fail, as if they were on a server that is away.
func isAway(m *memory, text string) {
	m.onPut(func(key string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
		if strings.Contains(key, text) {
			return fails(do)
		}
		return do()
	})
}

// unread is a store of which one object cannot be read.
type unread struct {
	*memory
	name string
}

func (u unread) Get(ctx context.Context, key string) (Object, error) {
	if strings.HasSuffix(key, u.name) {
		return Object{}, errAway
	}
	return u.memory.Get(ctx, key)
}

// TestOpenFailsLate: who has claimed the log already leaves no goroutine, and the lease is free.
func TestOpenFailsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		if _, err := open(t, unread{m, "control.json"}); !errors.Is(err, errAway) {
			t.Errorf("error %v", err)
		}
		if state, _, err := ReadLease(t.Context(), m, "loyalty/lock.json"); !state.Released || err != nil {
			t.Errorf("released: %t, error: %v", state.Released, err)
		}
	})
}

// TestCloseTellsOfALapse: files that are not published, since the lease has run out, are told of.
func TestCloseTellsOfALapse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		appendTo(t, r, "errors.csv", "x\n")
		isAway(m, "")
		time.Sleep(2 * time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Close(ctx); !Lapsed(err) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v", err)
		}
		m.onPut(nil)
		if _, there := m.objects["loyalty/errors.csv"]; there {
			t.Error("it is published")
		}
	})
}

// TestPublishedBehindTrouble: a run that has ended is published once the store takes it, as long as the lease can be renewed meanwhile, or
// could be a moment later.
func TestPublishedBehindTrouble(t *testing.T) {
	for _, tt := range []struct {
		name  string
		away  string
		lasts time.Duration // longer than single calls are tried
		work  time.Duration // of it before the run ends
	}{
		{"a file is not taken", "loyalty/undo.jsonl", 40 * time.Second, 0},
		{"what is published is not noted", "current.json", 40 * time.Second, 0},
		{"less is left of the lease than a call may take", "lock.json", 52 * time.Second, 51 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				r := opened(t, m)
				appendTo(t, r, "undo.jsonl", "one\n")
				isAway(m, tt.away)
				time.AfterFunc(tt.lasts, func() { m.onPut(nil) })
				time.Sleep(tt.work)
				if err := r.Close(t.Context()); err != nil {
					t.Errorf("error %v", err)
				}
				if is, err := looked(t, m, r.c.Names, "").Published(t.Context(), "undo.jsonl"); !is || err != nil {
					t.Errorf("published: %t, error: %v", is, err)
				}
			})
		})
	}
}

// TestPublishedLate: what an owner of before was publishing as its machine went away, and the store takes only now, is not put in the
// place of what the next one has published.
func TestPublishedLate(t *testing.T) {
	for _, name := range []string{"undo.jsonl", "checkpoint.json"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				r := opened(t, m)
				replace(t, r, name, "one")
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}

				r = opened(t, m)
				replace(t, r, name, "one, two")
				var late []func() (string, error)
				m.onPut(func(key string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
					if key == "loyalty/"+name {
						late = append(late, do)
						return "", errAway
					}
					return do()
				})
				ctx, gone := context.WithTimeout(t.Context(), time.Second)
				defer gone()
				if err := r.Close(ctx); err == nil || len(late) == 0 {
					t.Fatalf("it is published: %v", err)
				}
				m.onPut(nil)

				r = opened(t, m)
				replace(t, r, name, "one, two, three")
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, do := range late {
					if _, err := do(); !errors.Is(err, ErrTaken) {
						t.Errorf("late: %v", err)
					}
				}
				if got := string(m.objects["loyalty/"+name].body); got != "one, two, three" {
					t.Errorf("%s is %q", name, got)
				}
			})
		})
	}
}

// TestPublishedAtOnce: what somebody else writes between the look at what stands there and the writing is replaced all the same.
func TestPublishedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		appendTo(t, r, "undo.jsonl", "one\n")
		writings := 0
		m.onPut(func(key string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
			if key == "loyalty/undo.jsonl" {
				if writings++; writings == 1 {
					if _, err := m.write(key, []byte("old"), Always); err != nil {
						t.Error(err)
					}
				}
			}
			return do()
		})
		if err := r.Close(t.Context()); err != nil {
			t.Errorf("error %v", err)
		}
		if got := string(m.objects["loyalty/undo.jsonl"].body); got != "one\n" || writings != 2 {
			t.Errorf("after %d writings it is %q", writings, got)
		}
	})
}

// TestNeverPublished: what the store takes no more is tried for as long as a lease, and is told.
func TestNeverPublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		appendTo(t, r, "undo.jsonl", "one\n")
		isAway(m, "loyalty/undo.jsonl")
		began := time.Now()
		if err := r.Close(t.Context()); !errors.Is(err, errAway) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took < time.Minute || took > 70*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// TestLogThatNeverAnswers: an owner whose lease is renewed, and whose log is away, ends within a lease.
func TestLogThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		isAway(m, "/log/")
		began := time.Now()
		f, err := r.FS().OpenFile(filepath.Join(r.Dir(), "undo.jsonl"), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := io.WriteString(f, "one\n"); err != nil {
			t.Fatal(err)
		}
		if err := f.Sync(); !errors.Is(err, errAway) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took < time.Minute || took > 70*time.Second {
			t.Errorf("it took %s", took)
		}
		if err := r.Close(t.Context()); !errors.Is(err, errAway) {
			t.Errorf("closed: %v", err)
		}
	})
}

// TestCloseCutShort: who has no patience any more waits for nothing but a moment for the lease, whatever is under way.
func TestCloseCutShort(t *testing.T) {
	for _, away := range []string{"/log/", "loyalty/undo.jsonl", "lock.json", ""} {
		t.Run(away, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				r := opened(t, m)
				f, err := r.FS().OpenFile(filepath.Join(r.Dir(), "undo.jsonl"), os.O_RDWR|os.O_CREATE, 0o600)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				isAway(m, away)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				began := time.Now()
				err = r.Close(ctx)
				if took := time.Since(began); err == nil || took > 8*time.Second {
					t.Errorf("it took %s: %v", took, err)
				}
				synctest.Wait()
			})
		})
	}
}

// TestSetAsideAway: where a new run cannot be begun, it is tried once, and leaves no goroutine; the run of before can be put back.
func TestSetAsideAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		appendTo(t, r, "errors.csv", "x\n")
		first := r.now.Run
		time.Sleep(time.Second)
		aside := r.Dir() + ".2000"
		if err := errors.Join(r.FS().Rename(r.Dir(), aside), r.FS().Mkdir(r.Dir(), 0o700)); err != nil {
			t.Fatal(err)
		}
		isAway(m, "current.json")
		began := time.Now()
		for range 3 {
			if _, err := r.FS().OpenFile(filepath.Join(r.Dir(), "errors.csv"), os.O_RDWR|os.O_CREATE, 0o600); !errors.Is(err, errAway) {
				t.Errorf("error %v", err)
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
		m.onPut(nil)
		if err := errors.Join(os.Remove(r.Dir()), r.FS().Rename(aside, r.Dir()), r.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
		r = opened(t, m)
		if got := content(t, r); got != "errors.csv=x\n" || r.now.Run != first {
			t.Errorf("%s holds %q", r.now.Run, got)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestAbandon: who waits for what is not durable, waits no more.
func TestAbandon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		appendTo(t, r, "undo.jsonl", "one\n")
		isAway(m, "/log/")
		time.AfterFunc(time.Second, r.Abandon)
		began := time.Now()
		if err := disk.WriteFile(r.FS(), filepath.Join(r.Dir(), "checkpoint.json"), []byte("{}")); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
		if err := r.Close(t.Context()); !errors.Is(err, context.Canceled) {
			t.Errorf("closed: %v", err)
		}
		m.onPut(nil)
		r = opened(t, m)
		if got := content(t, r); got != "undo.jsonl=one\n" {
			t.Errorf("restored is %q", got)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
