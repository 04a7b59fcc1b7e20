package crash

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"attrmigrate/internal/disk"
)

// step is something that a program does with its files.
type step func(t *testing.T, d *Disk)

func open(name string, flag int) func(*testing.T, *Disk) disk.File {
	return func(t *testing.T, d *Disk) disk.File {
		f, err := d.OpenFile(filepath.Join(d.root, name), flag, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func writes(name, text string) step {
	return func(t *testing.T, d *Disk) {
		f := open(name, os.O_RDWR|os.O_CREATE|os.O_APPEND)(t, d)
		_, err := f.Write([]byte(text))
		must(t, err)
		must(t, f.Close())
	}
}

func cuts(name string, size int64) step {
	return func(t *testing.T, d *Disk) {
		f := open(name, os.O_RDWR)(t, d)
		must(t, f.Truncate(size))
		must(t, f.Close())
	}
}

func syncs(name string) step {
	return func(t *testing.T, d *Disk) {
		f := open(name, os.O_RDWR)(t, d)
		must(t, f.Sync())
		must(t, f.Close())
	}
}

// overwrites writes at a place of a file.
func overwrites(name string, at int64, text string) step {
	return func(t *testing.T, d *Disk) {
		f, err := d.OpenFile(filepath.Join(d.root, name), os.O_WRONLY, 0)
		must(t, err)
		_, err = f.WriteAt([]byte(text), at)
		must(t, errors.Join(err, f.Close()))
	}
}

// failsToSync syncs a file, which fails.
func failsToSync(name string) step {
	return func(t *testing.T, d *Disk) {
		f, err := d.OpenFile(filepath.Join(d.root, name), os.O_WRONLY, 0)
		must(t, err)
		d.FailSync(filepath.Base(name), 0)
		if err := f.Sync(); !errors.Is(err, syscall.EIO) {
			t.Errorf("the sync ended with %v", err)
		}
		must(t, f.Close())
	}
}

func syncsDir(name string) step {
	return func(t *testing.T, d *Disk) { must(t, d.SyncDir(filepath.Join(d.root, name))) }
}

func renames(from, to string) step {
	return func(t *testing.T, d *Disk) {
		must(t, d.Rename(filepath.Join(d.root, from), filepath.Join(d.root, to)))
	}
}

func removes(name string) step {
	return func(t *testing.T, d *Disk) { must(t, d.Remove(filepath.Join(d.root, name))) }
}

func makes(name string) step {
	return func(t *testing.T, d *Disk) { must(t, d.Mkdir(filepath.Join(d.root, name), 0o700)) }
}

// TestStates: what a crash behind the last step may leave. A directory "was" with a file "old" in it, "abc",
// is there from the beginning.
func TestStates(t *testing.T) {
	for _, tt := range []struct {
		name  string
		bound Bound
		steps []step
		want  []string // files and what they hold, of each state
	}{
		{"nothing was done", Some, nil, []string{`was/old="abc"`}},
		{"a file is not synced, but its name is", Some, []step{writes("f", "vwxyz"), syncsDir(".")}, []string{
			`f="" was/old="abc"`, `f="\x00\x00\x00\x00\x00" was/old="abc"`, `f="\x00\x00xyz" was/old="abc"`, `f="v" was/old="abc"`,
			`f="vw" was/old="abc"`, `f="vw\x00\x00\x00" was/old="abc"`, `f="vwxy" was/old="abc"`, `f="vwxyz" was/old="abc"`,
		}},
		{"a file is synced, but its name is not", Some, []step{writes("f", "x"), syncs("f")}, []string{
			`f="x" was/old="abc"`, `was/old="abc"`,
		}},
		{"both are synced", Some, []step{writes("f", "x"), syncs("f"), syncsDir(".")}, []string{`f="x" was/old="abc"`}},
		{"another directory is synced", Some, []step{writes("f", "x"), syncs("f"), syncsDir("was")}, []string{
			`f="x" was/old="abc"`, `was/old="abc"`,
		}},
		{"of two writes one, or the other", Some, []step{writes("was/old", "d"), writes("was/old", "e")}, []string{
			`was/old="abc"`, `was/old="abc\x00\x00"`, `was/old="abc\x00e"`, `was/old="abcd"`, `was/old="abcd\x00"`, `was/old="abcde"`,
		}},
		{"what is written behind a cut may be there without it", Some, []step{cuts("was/old", 1), writes("was/old", "Z")}, []string{
			`was/old="a"`, `was/old="aZ"`, `was/old="aZc"`, `was/old="a\x00"`, `was/old="abc"`,
		}},
		{"what is written over bytes that are there leaves these or others", Some, []step{overwrites("was/old", 1, "XYZ")}, []string{
			`was/old="aXY"`, `was/old="aXYZ"`, `was/old="aXc"`, `was/old="aXc\x00"`, `was/old="abYZ"`, `was/old="abc"`, `was/old="abc\x00"`,
		}},
		{"what a failed sync has dropped is lost, though later ones go well", Some, []step{writes("was/old", "d"), failsToSync("was/old"), syncs("was/old")}, []string{
			`was/old="abc"`,
		}},
		{"unless it is written again", Some, []step{writes("was/old", "d"), failsToSync("was/old"), overwrites("was/old", 3, "d"), syncs("was/old")}, []string{
			`was/old="abcd"`,
		}},
		{"a cut that is synced", Some, []step{cuts("was/old", 1), syncs("was/old")}, []string{`was/old="a"`}},
		{"a file is replaced", Some, []step{writes("was/new", "x"), syncs("was/new"), renames("was/new", "was/old")}, []string{
			`was/new="x" was/old="abc"`, `was/old="abc"`, `was/old="x"`,
		}},
		{"a file is replaced, durably", Some, []step{writes("was/new", "x"), syncs("was/new"), renames("was/new", "was/old"), syncsDir("was")}, []string{
			`was/old="x"`,
		}},
		{"a file is replaced before it is synced", Some, []step{writes("was/new", "x"), syncsDir("was"), renames("was/new", "was/old"), syncsDir("was")}, []string{
			`was/old=""`, `was/old="\x00"`, `was/old="x"`,
		}},
		{"a file is removed", Some, []step{removes("was/old")}, []string{`was`, `was/old="abc"`}},
		{"a directory that is not synced takes all that is in it along", Some, []step{makes("d"), writes("d/f", "x"), syncs("d/f"), syncsDir("d")}, []string{
			`d/f="x" was/old="abc"`, `was/old="abc"`,
		}},
		{"a directory gets another name, and another one its own", Some, []step{renames("was", "kept"), makes("was")}, []string{
			`kept/old="abc"`, `kept/old="abc" was`, `was`, `was/old="abc"`,
		}},
		{"three names, without each other", Some, []step{makes("1"), makes("2"), makes("3")}, []string{
			`1 2 3 was/old="abc"`, `1 2 was/old="abc"`, `1 3 was/old="abc"`, `1 was/old="abc"`, `2 3 was/old="abc"`, `2 was/old="abc"`,
			`3 was/old="abc"`, `was/old="abc"`,
		}},
		{"two files, one in every way while the other is whole or lost", Some, []step{syncsDir("."), writes("was/b", "x"), writes("was/c", "y"), syncsDir("was")}, []string{
			`was/b="" was/c="" was/old="abc"`, `was/b="" was/c="\x00" was/old="abc"`, `was/b="" was/c="y" was/old="abc"`,
			`was/b="\x00" was/c="" was/old="abc"`, `was/b="\x00" was/c="\x00" was/old="abc"`, `was/b="\x00" was/c="y" was/old="abc"`,
			`was/b="x" was/c="" was/old="abc"`, `was/b="x" was/c="\x00" was/old="abc"`, `was/b="x" was/c="y" was/old="abc"`,
		}},
		{"every combination", All, []step{writes("1", "x"), writes("2", "y")}, []string{
			`1="" 2="" was/old="abc"`, `1="" 2="\x00" was/old="abc"`, `1="" 2="y" was/old="abc"`, `1="" was/old="abc"`,
			`1="\x00" 2="" was/old="abc"`, `1="\x00" 2="\x00" was/old="abc"`, `1="\x00" 2="y" was/old="abc"`, `1="\x00" was/old="abc"`,
			`1="x" 2="" was/old="abc"`, `1="x" 2="\x00" was/old="abc"`, `1="x" 2="y" was/old="abc"`, `1="x" was/old="abc"`,
			`2="" was/old="abc"`, `2="\x00" was/old="abc"`, `2="y" was/old="abc"`, `was/old="abc"`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			must(t, os.Mkdir(filepath.Join(root, "was"), 0o700))
			must(t, os.WriteFile(filepath.Join(root, "was", "old"), []byte("abc"), 0o600))
			d, err := New(root)
			must(t, err)
			for _, s := range tt.steps {
				s(t, d)
			}
			d.Mark("here") // so that the states behind the last step are told from those before it
			got := map[string]bool{}
			for s := range d.States(tt.bound) {
				if len(s.Marks) > 0 {
					got[restored(t, s)] = true
				}
			}
			if list := slices.Sorted(maps.Keys(got)); !slices.Equal(list, tt.want) {
				t.Errorf("the states are\n%s\nwant\n%s", strings.Join(list, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// restored writes a state to the disk and reads it.
func restored(t *testing.T, s *State) string {
	t.Helper()
	dir := t.TempDir()
	must(t, s.Restore(dir))
	var list []string
	must(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		switch data, failed := os.ReadFile(path); {
		case err != nil:
			return err
		case failed == nil:
			list = append(list, fmt.Sprintf("%s=%q", filepath.ToSlash(name), data))
		default:
			if below, _ := os.ReadDir(path); len(below) == 0 && path != dir {
				list = append(list, name)
			}
		}
		return nil
	}))
	return strings.Join(list, " ")
}

// TestEveryPrefix: the crash comes behind each operation once, and has the marks of before it.
func TestEveryPrefix(t *testing.T) {
	d, err := New(t.TempDir())
	must(t, err)
	for _, s := range []step{writes("f", "x"), syncs("f"), syncsDir(".")} {
		s(t, d)
		d.Mark("m")
	}
	var got []string
	for s := range d.States(Some) {
		got = append(got, fmt.Sprintf("%s: %s, %d marks", s, restored(t, s), len(s.Marks)))
	}
	want := []string{
		`behind operation 0 (); : , 0 marks`,
		`behind operation 1 (create f); : f="", 0 marks`,
		`behind operation 2 (write 1 bytes at 0 of f); f: whole: f="x", 0 marks`,
		`behind operation 2 (write 1 bytes at 0 of f); f: zeros: f="\x00", 0 marks`,
		`behind operation 3 (mark m); not: create f: , 1 marks`,
		`behind operation 3 (mark m); f: whole: f="x", 1 marks`,
		`behind operation 3 (mark m); f: lost: f="", 1 marks`,
		`behind operation 3 (mark m); f: zeros: f="\x00", 1 marks`,
		`behind operation 5 (mark m); not: create f: , 2 marks`,
		`behind operation 5 (mark m); : f="x", 2 marks`,
		`behind operation 7 (mark m); : f="x", 3 marks`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSyncOfWhatCameBefore: what is written while a sync is under way is not durable by it.
func TestSyncOfWhatCameBefore(t *testing.T) {
	m := newModel()
	for _, o := range []operation{
		{kind: named, in: 1, names: []naming{{"f", 2, false}}},
		{kind: written, node: 2, data: []byte("a")},
		{kind: written, node: 2, offset: 1, data: []byte("b")},
		{kind: synced, node: 2, before: 2},
		{kind: named, in: 1, names: []naming{{"g", 3, false}}},
		{kind: synced, node: 1, before: 4},
	} {
		m.step(o)
	}
	if f := m.files[2]; string(f.durable.data) != "a" || len(f.since) != 1 {
		t.Errorf("durable is %q, and %d writes are not", f.durable.data, len(f.since))
	}
	if len(m.since) != 1 || m.dirs[1]["f"] != 2 || m.dirs[1]["g"] != 0 {
		t.Errorf("durable are the names %v, and %d are not", m.dirs[1], len(m.since))
	}
}

// TestNotModelled: what the model cannot tell is refused.
func TestNotModelled(t *testing.T) {
	root := t.TempDir()
	d, err := New(root)
	must(t, err)
	makes("a")(t, d)
	writes("f", "x")(t, d)
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"emptied while it is opened", second(d.OpenFile(filepath.Join(root, "f"), os.O_RDWR|os.O_TRUNC, 0)), "O_TRUNC is not modelled"},
		{"to another directory", d.Rename(filepath.Join(root, "f"), filepath.Join(root, "a", "f")), "to another directory is not modelled"},
		{"elsewhere", d.Remove(filepath.Join(t.TempDir(), "f")), " is not in " + root},
		{"a directory that is not there", d.SyncDir(filepath.Join(root, "b")), "file does not exist"},
		{"a file that is not there", d.Remove(filepath.Join(root, "b")), "no such file"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, tt.err, tt.want)
		}
	}
}

func second(_ disk.File, err error) error { return err }
