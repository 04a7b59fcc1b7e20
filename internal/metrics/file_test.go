package metrics

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/refusal"
)

func TestCheckFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "a.prom"), 0o700); err != nil {
		t.Fatal(err)
	}
	kept := source(Reading{Recorded: true})
	New(kept).Keep(filepath.Join(dir, "kept.prom"), slog.New(slog.DiscardHandler))()
	for name, text := range map[string]string{"empty.prom": "", "input.prom": "username,locale\nann,de\n", "node.prom": "# HELP node_load1 1m load average.\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link.prom": "kept.prom", "dangling.prom": "none.prom"} {
		if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, link)); err != nil {
			t.Skip("the system has no symbolic links")
		}
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, says, hint string }{
		{"a name that node_exporter reads", "loyalty.prom", "", ""},
		{"one that it does not", "loyalty.txt",
			"DIR/loyalty.txt: node_exporter reads no metrics from a file of that name", "one that ends in .prom is read"},
		{"nothing but the ending", ".prom", "DIR/.prom: node_exporter reads no metrics from a file of that name", "one that ends in .prom is read"},
		{"no directory", "none/loyalty.prom", "DIR/none/loyalty.prom: metrics would be written there, and there is no directory DIR/none",
			"make it: mkdir DIR/none"},
		{"none that would lead to it", "no/where/loyalty.prom", "DIR/no/where/loyalty.prom: metrics would be written there, and there is no directory DIR/no/where",
			"make it, and those that lead to it"},
		{"one that was kept before", "kept.prom", "", ""},
		{"one that is empty", "empty.prom", "", ""},
		{"a change set", "input.prom", "DIR/input.prom: metrics would be written there, and it has something else in it", "give another name, or remove it"},
		{"the metrics of another program", "node.prom", "DIR/node.prom: metrics would be written there, and it has something else in it", "give another name, or remove it"},
		{"a link", "link.prom", "DIR/link.prom: metrics would be written there, and it is a symbolic link", "name the file that it leads to"},
		{"a link that leads nowhere", "dangling.prom", "DIR/dangling.prom: metrics would be written there, and it is a symbolic link", "name the file that it leads to"},
		{"a directory of that name", "a.prom", "DIR/a.prom: metrics would be written there, and it is no file", "give another name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := CheckFile(filepath.Join(dir, filepath.FromSlash(tt.path)))
			says := ""
			if err != nil {
				says = err.Error()
			}
			here := strings.NewReplacer(dir, "DIR", string(filepath.Separator), "/")
			if says, hint := here.Replace(says), here.Replace(refusal.HintOf(err)); says != tt.says || hint != tt.hint {
				t.Errorf("%q, hint %q; want %q, hint %q", says, hint, tt.says, tt.hint)
			}
		})
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != len(there) {
		t.Errorf("it leaves %v, %v", left, err)
	}
}

// scene is a file that is kept, in the time of synctest.
type scene struct {
	*testing.T
	dir, path string
	reading   atomic.Pointer[Reading]
	log       bytes.Buffer
	end       func()
}

func keep(t *testing.T, first Reading) *scene {
	s := &scene{T: t, dir: filepath.Join(t.TempDir(), "textfile")}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.path = filepath.Join(s.dir, "loyalty.prom")
	s.reading.Store(&first)
	from := source(first)
	from.Read = func() Reading { return *s.reading.Load() }
	s.end = New(from).Keep(s.path, slog.New(slog.NewTextHandler(&s.log, nil)))
	return s
}

// is wants the file to say how many records remain; empty: there is to be none.
func (s *scene) is(remaining string) {
	s.Helper()
	text, err := os.ReadFile(s.path)
	if remaining == "" {
		if !os.IsNotExist(err) {
			s.Errorf("there is a file, or not: %v\n%s", err, text)
		}
		return
	}
	if err != nil || !strings.Contains("\n"+samples(string(text)), "\nattrmigrate_records_remaining "+remaining+"\n") {
		s.Errorf("%v: %s remain, want it in\n%s", err, remaining, text)
	}
}

func (s *scene) now(change func(*Reading)) {
	r := *s.reading.Load()
	change(&r)
	s.reading.Store(&r)
}

// after lets time pass.
func after(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := Of(standing("running"), totals())
		r.Recorded = false // from the beginning: the first write is at once
		s := keep(t, r)
		after(10 * time.Second)
		s.is("") // it may be refused yet

		s.now(func(r *Reading) { r.Recorded = true })
		after(time.Second)
		s.is("300")
		s.now(func(r *Reading) { r.Remaining = 200 })
		after(14 * time.Second)
		s.is("300")
		after(time.Second)
		s.is("200")

		s.now(func(r *Reading) { r.Remaining, r.State = 0, "finished" })
		s.end()
		s.is("0")
		s.end()

		info, err := os.Stat(s.path)
		if err != nil || info.Mode().Perm()&0o044 != 0o044 {
			t.Errorf("node_exporter cannot read it: %v, %v", info.Mode(), err)
		}
		if left, err := os.ReadDir(s.dir); err != nil || len(left) != 1 {
			t.Errorf("in its directory there are %v, %v", left, err)
		}
		if s.log.Len() > 0 {
			t.Error(s.log.String())
		}
	})
}

// A command that cannot be seen goes on, says so once, and is seen again once it can be.
func TestKeepFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := keep(t, Of(standing("running"), totals()))
		after(time.Second)
		s.is("300")
		away := s.dir + ".away"
		move := func(from, to string) {
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
		move(s.dir, away)
		after(time.Hour)
		if got := s.log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `level=WARN msg="metrics are not written, and the command goes on"`) {
			t.Error(got)
		}
		move(away, s.dir)
		s.now(func(r *Reading) { r.Remaining = 100 })
		after(interval)
		s.is("100")
		s.end()
		if got := s.log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, `level=INFO msg="metrics are written again"`) {
			t.Error(got)
		}
	})
}
