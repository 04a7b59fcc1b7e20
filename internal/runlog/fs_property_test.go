package runlog

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/disk"
)

// shop is a work directory with a file system that ships it, in the hands of a test.
type shop struct {
	*rapid.T
	work    string
	below   *faulty
	fs      *FS
	ledgers map[string]*ledger // by directory
	open    []disk.File
	ctx     context.Context
}

func newShop(t *rapid.T, ctx context.Context, work string) *shop {
	s := &shop{T: t, work: work, below: &faulty{}, ledgers: map[string]*ledger{}, ctx: ctx}
	s.fs = newFS(s.below, work, func(name string) bool { return name != "lock" }, s, func(string, string) error { return nil })
	for _, dir := range []string{"run", "plan"} { // what is in "plan" is no run's
		if err := s.fs.Mkdir(filepath.Join(work, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// log implements [runs].
func (s *shop) log(dir string) (*log, error) {
	if s.ledgers[dir] == nil && dir == "run" {
		s.ledgers[dir] = newLedger(s.ctx)
	}
	if l := s.ledgers[dir]; l != nil {
		return l.log, nil
	}
	return nil, nil
}

func (s *shop) moved(from, to string) error {
	if l := s.ledgers[from]; l != nil {
		delete(s.ledgers, from)
		s.ledgers[to] = l
	}
	return nil
}

var dirs = []string{"run", "run", "run", "aside", "plan"}

func (s *shop) path() string {
	return filepath.Join(s.work, rapid.SampledFrom(dirs).Draw(s.T, "dir"), rapid.SampledFrom([]string{"a", "b", "c", "a.tmp", "b.tmp", "lock"}).Draw(s.T, "name"))
}

// source is the path of a file that may get another name while it is open.
func (s *shop) source() string {
	path := s.path()
	if filepath.Base(path) == "lock" {
		s.Skip("it stays behind")
	}
	return path
}

func (s *shop) file() disk.File {
	if len(s.open) == 0 {
		s.Skip("none is open")
	}
	return rapid.SampledFrom(s.open).Draw(s.T, "file")
}

func (s *shop) bytes() []byte {
	return []byte(rapid.SampledFrom([]string{"", "x", "some\n", "longer than others\n"}).Draw(s.T, "bytes"))
}

// do are the operations. What fails is no matter: it has to fail elsewhere, too.
func (s *shop) do() map[string]func(*rapid.T) {
	flags := []int{os.O_RDWR, os.O_RDWR | os.O_CREATE, os.O_RDWR | os.O_CREATE | os.O_APPEND, os.O_RDWR | os.O_CREATE | os.O_TRUNC, os.O_WRONLY | os.O_CREATE | os.O_EXCL}
	actions := map[string]func(){
		"open": func() {
			if f, err := s.fs.OpenFile(s.path(), rapid.SampledFrom(flags).Draw(s.T, "flags"), 0o600); err == nil {
				s.open = append(s.open, f)
			}
		},
		"write":    func() { _, _ = s.file().Write(s.bytes()) },
		"write at": func() { _, _ = s.file().WriteAt(s.bytes(), rapid.Int64Range(0, 12).Draw(s.T, "at")) },
		"cut":      func() { _ = s.file().Truncate(rapid.Int64Range(0, 20).Draw(s.T, "size")) },
		"rename":   func() { s.rename() },
		"link":     func() { s.link() },
		"remove":   func() { _ = s.fs.Remove(s.path()) },
		"replace":  func() { _ = disk.WriteFile(s.fs, s.path(), s.bytes()) },
		"sync":     func() { s.sync() },
		"sync names": func() {
			if err := s.fs.SyncDir(filepath.Join(s.work, "run")); err != nil {
				s.Fatal(err)
			}
		},
		"set aside": func() {
			if s.fs.Rename(s.in("run"), s.in("aside")) == nil {
				_ = s.fs.Mkdir(s.in("run"), 0o700)
			}
		},
		"fail": func() { s.below.fails = true },
	}
	steps := map[string]func(*rapid.T){}
	for name, act := range actions {
		steps[name] = func(t *rapid.T) {
			s.T = t
			act()
			s.note()
		}
	}
	return steps
}

func (s *shop) in(name string) string { return filepath.Join(s.work, name) }

// rename keeps the names of a file in one directory, as link does.
func (s *shop) rename() {
	from, to := s.source(), s.path()
	if filepath.Dir(from) != filepath.Dir(to) && s.linked(from) {
		s.Skip("it has another name")
	}
	_ = s.fs.Rename(from, to)
}

// linked tells whether a file has another name in its directory.
func (s *shop) linked(path string) bool {
	info, err := os.Stat(path)
	entries, _ := os.ReadDir(filepath.Dir(path)) // without it, path is no file either
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		other, err := e.Info()
		return err == nil && e.Name() != filepath.Base(path) && os.SameFile(info, other)
	})
}

// link links within a directory: beyond one, what is written to a file goes to one of its names.
func (s *shop) link() {
	from := s.source()
	_ = s.fs.Link(from, filepath.Join(filepath.Dir(from), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(s.T, "to")))
}

// note keeps what is in the directories now.
func (s *shop) note() {
	for dir, l := range s.ledgers {
		l.log.mu.Lock()
		recorded := l.log.recorded
		l.log.mu.Unlock()
		l.states[recorded] = stateOf(s.T, s.in(dir))
	}
}

// sync makes a file durable, and looks whether it is, under each name.
func (s *shop) sync() {
	f := s.file()
	if err := f.Sync(); err != nil {
		s.Fatal(err)
	}
	shipped, ok := f.(*file)
	if !ok || len(shipped.node.names) == 0 {
		return
	}
	for dir, l := range s.ledgers {
		if l.log != shipped.node.log {
			continue
		}
		have := s.restored(l)
		for _, name := range shipped.node.names {
			if want := stateOf(s.T, s.in(dir))[name]; have[name] != want {
				s.Fatalf("%s/%s is %q elsewhere, and was synced as %q", dir, name, have[name], want)
			}
		}
	}
}

// restored is what the objects of a log make.
func (s *shop) restored(l *ledger) state {
	return s.replayed(func(r *replayer) {
		for _, payload := range l.objects() {
			if err := r.replay("", payload); err != nil {
				s.Fatal(err)
			}
		}
	})
}

func (s *shop) replayed(do func(*replayer)) state {
	dir, err := os.MkdirTemp(s.work, "restored")
	if err != nil {
		s.Fatal(err)
	}
	defer os.RemoveAll(dir)
	r := newReplayer(dir)
	do(r)
	r.close()
	return stateOf(s.T, dir)
}

// check: behind each operation elsewhere is what was here behind it, and so it is behind all of them, and when they are
// brought down to what is left of them.
func (s *shop) check() {
	for dir, l := range s.ledgers {
		if err := l.close(); err != nil {
			s.Fatal(err)
		}
		number, at := int64(0), state{}
		checked := s.replayed(func(r *replayer) {
			for _, payload := range l.objects() {
				err := operations(payload, func(o operation) error {
					number++
					if err := r.do(o); err != nil {
						return err
					}
					want, ok := l.states[number]
					if !ok {
						return nil
					}
					if at = stateOf(s.T, r.dir); !maps.Equal(at, want) {
						return fmt.Errorf("behind operation %d, a %q of %s, %s is %q elsewhere, and was %q", number, o.kind, o.name, dir, at, want)
					}
					return nil
				})
				if err != nil {
					s.Fatal(err)
				}
			}
		})
		if want := stateOf(s.T, s.in(dir)); !maps.Equal(checked, want) {
			s.Fatalf("%s is %q elsewhere, and is %q", dir, checked, want)
		}
		s.checkFolded(l, checked)
	}
}

func (s *shop) checkFolded(l *ledger, want state) {
	payloads := l.objects()
	size := rapid.IntRange(1, len(payloads)+1).Draw(s.T, "folded")
	got := s.replayed(func(r *replayer) {
		for block := range slices.Chunk(payloads, size) {
			var c compactor
			for _, payload := range block {
				if err := operations(payload, c.add); err != nil {
					s.Fatal(err)
				}
			}
			if err := r.replay("", c.payload()); err != nil {
				s.Fatal(err)
			}
		}
	})
	if !maps.Equal(got, want) {
		s.Fatalf("folded by %d it is %q, and else %q", size, got, want)
	}
}

// TestFS: whatever is done to files, elsewhere it is done in the same order, and what was synced is there.
func TestFS(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		work := workDir(rt)
		defer os.RemoveAll(work)
		s := newShop(rt, t.Context(), work)
		rt.Repeat(s.do())
		s.T = rt
		for _, f := range s.open {
			_ = f.Close()
		}
		s.check()
	})
}

// workDir is a directory in memory, where that can be: very much is written, and none of it kept.
func workDir(t *rapid.T) string {
	const shared = "/dev/shm"
	dir, err := os.MkdirTemp(shared, "runlog")
	if err != nil {
		dir, err = os.MkdirTemp("", "runlog")
	}
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
