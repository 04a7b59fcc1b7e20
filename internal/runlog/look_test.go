package runlog

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
)

// looked looks at the directory "loyalty", or at one in it.
func looked(t *testing.T, store Store, names Names, in string) *Seen {
	t.Helper()
	s, err := Look(t.Context(), store, "loyalty/"+in, names)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// restored are the files of a run that was restored from outside.
func restored(t *testing.T, s *Seen) string {
	t.Helper()
	dir := t.TempDir()
	if err := s.Restore(t.Context(), dir, func(int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	var list []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e.Name()+"="+string(data))
	}
	return strings.Join(list, " ")
}

// TestLook: who only looks finds the run as it was published, knows when that is not all, and writes nothing.
func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		if s := looked(t, store, Names{}, ""); s.Run != "" || s.Aside {
			t.Errorf("an empty directory holds %q", s.Run)
		}
		r := opened(t, store)
		names := r.c.Names
		replace(t, r, "checkpoint.json", "{1}")
		appendTo(t, r, "undo.jsonl", "one\n")
		replace(t, r, "control.json", "{asked}")
		synctest.Wait() // the checkpoint is published
		s := looked(t, store, names, "")
		if body, err := s.Live(t.Context(), "checkpoint.json"); string(body) != "{1}" || err != nil {
			t.Errorf("published is %q, %v", body, err)
		}
		if _, held, err := s.Holder(t.Context()); !held || err != nil {
			t.Errorf("held is %v, %v", held, err)
		}
		published := func(want bool) {
			t.Helper()
			if is, err := looked(t, store, names, "").Published(t.Context(), "undo.jsonl"); is != want || err != nil {
				t.Errorf("published is %v, want %v (%v)", is, want, err)
			}
		}
		published(false)
		before := len(store.objects)
		if got, want := restored(t, s), "checkpoint.json={1} control.json={asked} undo.jsonl=one\n"; got != want {
			t.Errorf("restored is %q, want %q", got, want)
		}
		if len(store.objects) != before {
			t.Error("who looks has written")
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		published(true)
		if files, err := looked(t, store, names, "").Files(t.Context()); err != nil ||
			!slices.Equal(files, []string{"checkpoint.json", "control.json", "current.json", "lock.json", "undo.jsonl"}) {
			t.Errorf("files are %q, %v", files, err)
		}
		r = opened(t, store) // it does not publish: as if it were killed
		appendTo(t, r, "undo.jsonl", "two\n")
		published(false)
		if got, want := restored(t, looked(t, store, names, "")), "checkpoint.json={1} control.json={asked} undo.jsonl=one\ntwo\n"; got != want {
			t.Errorf("restored is %q, want %q", got, want)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestLatest: a file that is replaced whole is found in the log as it is now, whatever was published, and however long it is.
func TestLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		r := opened(t, store)
		long := strings.Repeat("x", mostBatch+mostOperation)
		latest := func(want string) {
			t.Helper()
			body, err := looked(t, store, r.c.Names, "").Latest(t.Context(), "checkpoint.json")
			if string(body) != want || errors.Is(err, fs.ErrNotExist) != (want == "") {
				t.Errorf("it is %.20q (%d bytes, %v), want %.20q (%d bytes)", body, len(body), err, want, len(want))
			}
		}
		appendTo(t, r, "undo.jsonl", "one\n")
		latest("")
		for _, text := range []string{"{1}", "{2}", long, "{3}", long + "y"} {
			replace(t, r, "checkpoint.json", text)
			latest(text)
			appendTo(t, r, "undo.jsonl", "more\n")
			replace(t, r, "summary.json", "{}")
			latest(text)
		}
		for len(store.objects) < foldSize+20 {
			appendTo(t, r, "undo.jsonl", "more\n")
		}
		synctest.Wait() // a snapshot is there
		latest(long + "y")
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		latest(long + "y")
		r = opened(t, store) // it adds nothing but its claim
		latest(long + "y")
		if err := errors.Join(r.FS().Remove(filepath.Join(r.Dir(), "checkpoint.json")), r.FS().SyncDir(r.Dir())); err != nil {
			t.Fatal(err)
		}
		latest("")
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestLookAside: a run that was set aside can be looked at under its own name, and nothing that was asked of it, or published
// of it, is the next one's.
func TestLookAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		r := opened(t, store)
		names, first := r.c.Names, r.now.Run
		replace(t, r, "checkpoint.json", "{old}")
		replace(t, r, "control.json", "{hold}")
		synctest.Wait()
		time.Sleep(time.Second)
		for _, step := range []error{disk.Rename(r.FS(), r.Dir(), r.Dir()+".2026"), disk.MkdirAll(r.FS(), r.Dir())} {
			if step != nil {
				t.Fatal(step)
			}
		}
		appendTo(t, r, "undo.jsonl", "new\n")
		s := looked(t, store, names, "")
		if body, err := s.Live(t.Context(), "checkpoint.json"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the new run has published %q, %v", body, err)
		}
		if body, _, err := s.Asked(t.Context()); len(body) > 0 || err != nil {
			t.Errorf("of the new run is asked %q, %v", body, err)
		}
		aside := looked(t, store, names, "runs/"+first+"/")
		if !aside.Aside || aside.Run != first {
			t.Errorf("set aside is %q, %v", aside.Run, aside.Aside)
		}
		if got, want := restored(t, aside), "checkpoint.json={old}"; got != want { // what was asked of it is published at the end
			t.Errorf("restored is %q, want %q", got, want)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := restored(t, aside), "checkpoint.json={old} control.json={hold}"; got != want {
			t.Errorf("restored is %q, want %q", got, want)
		}
		c := r.c
		c.Prefix, c.Shown = "loyalty/runs/"+first+"/", c.Shown+"/runs/"+first
		_, err := Open(t.Context(), c)
		if refused, ok := errors.AsType[*AsideError](err); !ok || !strings.Contains(refused.Hint(), "s3://runs/loyalty/,") {
			t.Errorf("the run that was set aside is opened: %v", err)
		}
	})
}

// TestLookInside: the run that a directory holds is not found under the name that it is kept by, where it would pass for one that
// was set aside, and be gone back from while it goes on.
func TestLookInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		r := opened(t, store)
		appendTo(t, r, "undo.jsonl", "one\n")
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := looked(t, store, r.c.Names, "runs/"+r.now.Run+"/")
		if !s.Inside || s.Aside || s.Run != "" {
			t.Errorf("it is seen as %q, inside %v, set aside %v", s.Run, s.Inside, s.Aside)
		}
		c := r.c
		c.Prefix, c.Shown = "loyalty/runs/"+r.now.Run+"/", c.Shown+"/runs/"+r.now.Run
		_, err := Open(t.Context(), c)
		if refused, ok := errors.AsType[*InsideError](err); !ok || refused.Hint() != "leave /runs/"+r.now.Run+" out" {
			t.Errorf("it is opened there: %v", err)
		}
	})
}

// TestAsk: of two who ask at the same time one is told, and an answer that was lost is no race.
func TestAsk(t *testing.T) {
	store := newMemory()
	names := Names{Asked: "control.json"}
	s := looked(t, store, names, "")
	_, stands, err := s.Asked(t.Context())
	if err != nil || stands != IfAbsent {
		t.Fatal(stands, err)
	}
	if err := s.Ask(t.Context(), []byte("{ann}"), stands); err != nil {
		t.Fatal(err)
	}
	if err := s.Ask(t.Context(), []byte("{bob}"), stands); !errors.Is(err, ErrRaced) {
		t.Errorf("who was late is told %v", err)
	}
	if err := s.Ask(t.Context(), []byte("{ann}"), stands); err != nil {
		t.Errorf("the same again is told %v", err)
	}
	body, _, err := s.Asked(t.Context())
	if !bytes.Equal(body, []byte("{ann}")) || err != nil {
		t.Errorf("asked is %q, %v", body, err)
	}
}
