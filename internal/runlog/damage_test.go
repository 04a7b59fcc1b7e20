package runlog

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestLogDamage: what is wrong with an object of the run is told by its key, and nothing of the run is used.
func TestLogDamage(t *testing.T) {
	run := func(m *memory) string { // the prefix of the run
		now, err := loadCurrent(t.Context(), m, "loyalty/")
		if err != nil {
			t.Fatal(err)
		}
		return "loyalty/runs/" + now.Run + "/"
	}
	for _, tt := range []struct {
		name string
		harm func(m *memory, run string)
		want string
	}{
		{"one in the midst is gone", func(m *memory, run string) { delete(m.objects, run+"log/000000002") },
			"log/000000002: damaged: it is missing, and later ones are there"},
		{"the first is gone", func(m *memory, run string) { delete(m.objects, run+"log/000000001") },
			"log/000000001: damaged: it is missing, and later ones are there"},
		{"the last is gone", func(m *memory, run string) { delete(m.objects, run+"log/000000004") },
			"log/000000004: damaged: it is missing, and its files were published up to number 4"},
		{"all are gone", func(m *memory, run string) {
			for _, n := range []string{"1", "2", "3", "4"} {
				delete(m.objects, run+"log/00000000"+n)
			}
		}, "log/000000001: damaged: it is missing, and its files were published up to number 4"},
		{"a byte is another", func(m *memory, run string) { m.objects[run+"log/000000003"].body[90] ^= 1 },
			"log/000000003: damaged: its checksum is that of another content"},
		{"one is cut short", func(m *memory, run string) {
			o := m.objects[run+"log/000000003"]
			o.body = o.body[:len(o.body)-1]
			m.objects[run+"log/000000003"] = o
		},
			"log/000000003: damaged: its checksum is that of another content"},
		{"one is empty", func(m *memory, run string) { m.objects[run+"log/000000003"] = memoryObject{} },
			"log/000000003: damaged: it is no object of a log"},
		{"one is in the place of another", func(m *memory, run string) { m.objects[run+"log/000000003"] = m.objects[run+"log/000000002"] },
			"log/000000003: damaged: it is number 2, in the place of number 3"},
		{"one is of another run", func(m *memory, run string) {
			m.objects[run+"log/000000003"] = memoryObject{body: Segment{Run: "other", Number: 3}.Seal()}
		}, "log/000000003: damaged: it is of the run other, in the place of one of "},
		{"one is a snapshot", func(m *memory, run string) {
			m.objects[run+"log/000000003"] = memoryObject{body: Segment{Run: runName(run), Number: 3, From: 1}.Seal()}
		}, "log/000000003: damaged: it is of the log, in the place of a snapshot, or the other way round"},
		{"a rename of nothing", func(m *memory, run string) {
			o := operation{kind: opRename, name: "no such file", to: "undo.jsonl"}
			m.objects[run+"log/000000003"] = memoryObject{body: Segment{Run: runName(run), Number: 3, Payload: o.appendTo(nil)}.Seal()}
		}, "log/000000003: damaged: rename "},
		{"bytes that say nothing", func(m *memory, run string) {
			m.objects[run+"log/000000003"] = memoryObject{body: Segment{Run: runName(run), Number: 3, Payload: []byte("?")}.Seal()}
		}, "log/000000003: damaged: what it says was done cannot be read"},
		{"a directory that names no run", func(m *memory, _ string) {
			m.objects["loyalty/current.json"] = memoryObject{body: []byte(`{"run":"../x"}`)}
		},
			"loyalty/current.json: damaged: it names no run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				r := opened(t, m)
				for _, text := range []string{"one\n", "two\n", "three\n"} {
					appendTo(t, r, "undo.jsonl", text)
				}
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				tt.harm(m, run(m))
				_, err := open(t, m)
				damaged, ok := errors.AsType[*DamagedError](err)
				if !ok || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(damaged.Key, "loyalty/") || damaged.Hint() == "" {
					t.Errorf("error is %v, want %s", err, tt.want)
				}
				if _, held, err := ReadLease(t.Context(), m, "loyalty/lock.json"); held || err != nil {
					t.Errorf("the lease is held: %t, %v", held, err)
				}
			})
		})
	}
}

// TestThisMachineFails: what this machine's disk refuses is no damage of the run.
func TestThisMachineFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "undo.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := newReplayer(dir).replay("log/000000001", operation{kind: opWrite, name: "undo.jsonl", data: []byte("x")}.appendTo(nil))
	if _, damaged := errors.AsType[*DamagedError](err); damaged || err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}

// TestLogHasFailed: once an object cannot be written, who waits is told, and nothing is kept for it any more.
func TestLogHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		appendTo(t, r, "undo.jsonl", "one\n")
		denied := errors.New("access denied")
		m.put = func(key string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
			if strings.Contains(key, "/log/") {
				return "", denied
			}
			return do()
		}
		f, err := r.FS().OpenFile(filepath.Join(r.Dir(), "undo.jsonl"), os.O_RDWR|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		big := make([]byte, 8<<20)
		for range 2 * mostPending / len(big) {
			if _, err := f.Write(big); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Sync(); !errors.Is(err, denied) {
			t.Errorf("sync says %v", err)
		}
		if pending := r.dirs[r.runDir()].pending; pending != 0 {
			t.Errorf("%d bytes are kept", pending)
		}
		if err := errors.Join(r.Close(t.Context()), f.Close()); !errors.Is(err, denied) {
			t.Errorf("close says %v", err)
		}
		appendBehind := r.dirs[r.runDir()].log
		if err := appendBehind.sync(appendBehind.record(operation{kind: opCreate, name: "late"})); err == nil {
			t.Error("what is written to a closed log counts as durable")
		}
	})
}

// TestPublishedOnceDurable: while the run goes on, no more is published of it than is in its log; and who was overtaken puts
// nothing old in the place of the other's.
func TestPublishedOnceDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		r := opened(t, m)
		release := make(chan struct{})
		m.put = func(key string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
			if strings.Contains(key, "/log/") {
				<-release
			}
			return do()
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			replace(t, r, "checkpoint.json", "{1}")
		}()
		time.Sleep(5 * time.Second)
		if _, there := m.objects["loyalty/checkpoint.json"]; there {
			t.Error("the checkpoint is published, and is not in the log")
		}
		close(release)
		<-done
		synctest.Wait()
		if got := string(m.objects["loyalty/checkpoint.json"].body); got != "{1}" {
			t.Errorf("published is %q", got)
		}
		m.put = func(key string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
			if strings.Contains(key, "/log/") {
				defer r.lease.end(&OvertakenError{Key: "loyalty/lock.json"})
			}
			return do()
		}
		replace(t, r, "checkpoint.json", "{2}")
		synctest.Wait()
		if got := string(m.objects["loyalty/checkpoint.json"].body); got != "{1}" {
			t.Errorf("an owner that was overtaken has published %q", got)
		}
		_ = r.Close(t.Context())
		if got := string(m.objects["loyalty/checkpoint.json"].body); got != "{1}" {
			t.Errorf("an owner that was overtaken has published %q in the end", got)
		}
	})
}

// TestMended: a start that writes nothing leaves a published file as somebody has mended it, and puts one back that is gone;
// one that writes, or that was set aside and came back, publishes all.
func TestMended(t *testing.T) {
	for _, tt := range []struct {
		name   string
		start  func(t *testing.T, r *Run)
		mended bool
	}{
		{"nothing", func(*testing.T, *Run) {}, true},
		{"writes", func(t *testing.T, r *Run) { appendTo(t, r, "undo.jsonl", "2\n") }, false},
		{"aside and back", func(t *testing.T, r *Run) {
			for _, names := range [][2]string{{r.Dir(), r.Dir() + ".old"}, {r.Dir() + ".old", r.Dir()}} {
				if err := r.FS().Rename(names[0], names[1]); err != nil {
					t.Fatal(err)
				}
			}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				r := opened(t, m)
				appendTo(t, r, "errors.csv", "bad\n")
				appendTo(t, r, "undo.jsonl", "1\n")
				for n := range 3 { // also the second start that writes nothing
					if n > 0 {
						r = opened(t, m)
						tt.start(t, r)
					}
					if err := r.Close(t.Context()); err != nil {
						t.Fatal(err)
					}
					if n == 0 {
						mended := m.objects["loyalty/errors.csv"]
						mended.body = []byte("good\n")
						m.objects["loyalty/errors.csv"] = mended
					}
					delete(m.objects, "loyalty/undo.jsonl")
				}
				r = opened(t, m)
				if err := r.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := string(m.objects["loyalty/errors.csv"].body); got == "good\n" != tt.mended {
					t.Errorf("errors.csv is %q", got)
				}
				if got := string(m.objects["loyalty/undo.jsonl"].body); !strings.HasPrefix(got, "1\n") {
					t.Errorf("undo.jsonl is %q", got)
				}
			})
		})
	}
}

// open takes the directory, or is refused.
func open(t *testing.T, store Store) (*Run, error) {
	t.Helper()
	return Open(t.Context(), config(t, store))
}

func config(t *testing.T, store Store) Config {
	t.Helper()
	work, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Store: store, Prefix: "loyalty/", Shown: "s3://runs/loyalty", Work: work, TTL: time.Minute, Timeout: 10 * time.Second,
		Names: Names{
			Ships: func(name string) bool { return name != "lock" }, Published: func(string) bool { return true },
			Asked: "control.json", Live: []string{"checkpoint.json"},
		},
		Restoring: func(int64, int64) {}, Log: slog.New(slog.DiscardHandler),
	}
}
