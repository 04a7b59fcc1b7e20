package runlog

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
)

// opened takes the directory "loyalty" in a store for a start.
func opened(t *testing.T, store Store) *Run {
	t.Helper()
	r, err := open(t, store)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// appendTo writes behind what a file has, durably.
func appendTo(t *testing.T, r *Run, name, text string) {
	t.Helper()
	f, err := r.FS().OpenFile(filepath.Join(r.Dir(), name), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}

func replace(t *testing.T, r *Run, name, text string) {
	t.Helper()
	if err := disk.WriteFile(r.FS(), filepath.Join(r.Dir(), name), []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// content is what the files of the directory of a run hold, the lock aside.
func content(t *testing.T, r *Run) string {
	t.Helper()
	entries, err := os.ReadDir(r.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(r.Dir(), e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s=%.40s", e.Name(), data))
	}
	return strings.Join(list, " ")
}

// TestRestored: what was durable is there at the next start, on another machine.
func TestRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		r := opened(t, store)
		appendTo(t, r, "undo.jsonl", "one\n")
		appendTo(t, r, "undo.jsonl", "two\n")
		replace(t, r, "checkpoint.json", "{1}")
		replace(t, r, "checkpoint.json", "{2}")
		replace(t, r, "control.json", "{asked}")
		replace(t, r, "large", strings.Repeat("x", 3<<20))
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"undo.jsonl", "checkpoint.json", "control.json"} {
			if _, there := store.objects["loyalty/"+name]; !there {
				t.Errorf("%s is not published", name)
			}
		}
		r = opened(t, store)
		const want = "checkpoint.json={2} control.json={asked} large=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx undo.jsonl=one\ntwo\n"
		if got := content(t, r); got != want {
			t.Errorf("restored is %q, want %q", got, want)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSetAside: a run that is set aside is kept under its own name, and can be put back.
func TestSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		r := opened(t, store)
		replace(t, r, "checkpoint.json", "{old}")
		first := r.now.Run
		kept := r.Dir() + ".2026"
		time.Sleep(time.Second)
		for _, step := range []error{disk.Rename(r.FS(), r.Dir(), kept), disk.MkdirAll(r.FS(), r.Dir())} {
			if step != nil {
				t.Fatal(step)
			}
		}
		replace(t, r, "checkpoint.json", "{new}")
		if r.now.Run == first {
			t.Errorf("the directory still holds the run %s", first)
		}
		if places := r.Places(); places[1] != "s3://runs/loyalty/runs/"+first {
			t.Errorf("places are %q", places)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]string{"loyalty/checkpoint.json": "{new}", "loyalty/runs/" + first + "/checkpoint.json": "{old}"} {
			if got := string(store.objects[key].body); got != want {
				t.Errorf("%s is %q, want %q", key, got, want)
			}
		}
	})
}

// TestDirName: the directory of a run is called as people call it, unless something else is, or could be.
func TestDirName(t *testing.T) {
	for shown, want := range map[string]string{
		"s3://runs/loyalty": "loyalty", "s3://runs": "runs", "s3://runs/a b/ü": "ü", "s3://runs/claim": "claim", "s3://runs/x.tmp": "x.tmp",
		"s3://runs/.claim": "run", "s3://runs/..": "run", "s3://runs/" + strings.Repeat("x", 200): "run", "s3://runs/a:b": "run",
	} {
		if got := DirName(shown); got != want {
			t.Errorf("%s: %q, want %q", shown, got, want)
		}
	}
}

// TestForeignFiles: what lies where no run is yet, and a run would replace, stays; all else may lie there.
func TestForeignFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		for _, key := range []string{"errors.csv", "loyalty/others.csv", "loyalty/deeper/errors.csv", "loyalty/control.json"} {
			store.objects[key] = memoryObject{body: []byte("theirs")}
		}
		names := Names{Ships: func(string) bool { return true }, Published: func(name string) bool { return name != "others.csv" }, Asked: "control.json"}
		try := func() error {
			seen, err := Look(t.Context(), store, "loyalty/", names)
			if err == nil {
				err = seen.takesOver(t.Context(), "s3://runs/loyalty")
			}
			return err
		}
		if err := try(); err != nil {
			t.Error(err)
		}
		store.objects["loyalty/errors.csv"] = memoryObject{body: []byte("theirs")}
		const want = "s3://runs/loyalty/errors.csv is there, and no run: a run would replace it by its own"
		if err := try(); err == nil || err.Error() != want {
			t.Errorf("error %v", err)
		}
		store.objects["loyalty/current.json"] = memoryObject{body: []byte(`{"run":"theirs"}`)}
		if err := try(); err != nil {
			t.Error(err)
		}
	})
}
