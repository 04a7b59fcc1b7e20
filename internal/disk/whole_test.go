package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"
)

func TestWriteFileFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(OS{}, path, []byte("x")); err == nil {
		t.Error("a directory was replaced by a file")
	}
	if _, err := os.Stat(path + ".tmp"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file is left: %v", err)
	}
	if err := WriteFile(OS{}, filepath.Join(dir, "absent", "f"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into an absent directory: %v", err)
	}
}

// faulty is a file system with some fault.
type faulty struct {
	FS
	sync, link error
	linked     error // the answer of a link that was made
	remove     error
}

func (f faulty) OpenFile(path string, flag int, mode fs.FileMode) (File, error) {
	file, err := f.FS.OpenFile(path, flag, mode)
	if err == nil && f.sync != nil {
		file = unsynced{file, f.sync}
	}
	return file, err
}

func (f faulty) Link(from, to string) error {
	if f.link != nil {
		return f.link
	}
	return errors.Join(f.FS.Link(from, to), f.linked)
}

func (f faulty) Remove(path string) error {
	if f.remove != nil {
		return f.remove
	}
	return f.FS.Remove(path)
}

type unsynced struct {
	File
	err error
}

func (u unsynced) Sync() error { return u.err }

var errAny = errors.New("any error")

// TestWhole: what is in the directory, once a file was written beside others.
func TestWhole(t *testing.T) {
	const name = "users.csv"
	appears := func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte("theirs"), 0o600) }
	for _, tt := range []struct {
		name     string
		on       FS
		how      Manner
		before   []string           // files with "theirs" in them
		meantime func(string) error // before it is committed
		err      error
		want     []string // name=content
	}{
		{"in place of another", OS{}, Manner{}, []string{name}, nil, nil, []string{"users.csv=ours"}},
		{"what a killed process left goes", OS{}, Manner{}, []string{name + ".tmp"}, nil, nil, []string{"users.csv=ours"}},
		{"others' files stay, and what a killed process left", OS{}, Manner{Shared: true}, []string{name + ".tmp", name + ".attrmigrate.tmp"}, nil, nil,
			[]string{"users.csv=ours", "users.csv.attrmigrate.tmp=theirs", "users.csv.tmp=theirs"}},
		{"another process has begun to write it", OS{}, Manner{Shared: true}, []string{name}, func(dir string) error {
			return WriteFile(OS{}, filepath.Join(dir, name+".attrmigrate.tmp"), []byte("another's"))
		}, errAny, []string{"users.csv=theirs", "users.csv.attrmigrate.tmp=another's"}},
		{"new", OS{}, Manner{New: true}, nil, nil, nil, []string{"users.csv=ours"}},
		{"not new", OS{}, Manner{New: true}, []string{name}, nil, fs.ErrExist, []string{"users.csv=theirs"}},
		{"not new any more", OS{}, Manner{New: true}, nil, appears, fs.ErrExist, []string{"users.csv=theirs"}},
		{"new, without links", faulty{FS: OS{}, link: syscall.EPERM}, Manner{New: true}, nil, nil, nil, []string{"users.csv=ours"}},
		{"not new any more, without links", faulty{FS: OS{}, link: syscall.EPERM}, Manner{New: true}, nil, appears, fs.ErrExist, []string{"users.csv=theirs"}},
		{"new, by a link that says it was there", faulty{FS: OS{}, linked: fs.ErrExist}, Manner{New: true}, nil, nil, nil, []string{"users.csv=ours"}},
		{"new, with a temporary name that stays", faulty{FS: OS{}, remove: syscall.EACCES}, Manner{Shared: true, New: true}, nil, nil, nil,
			[]string{"users.csv=ours", "users.csv.attrmigrate.tmp=ours"}},
		{"not synced", faulty{FS: OS{}, sync: syscall.EIO}, Manner{}, []string{name}, nil, syscall.EIO, []string{"users.csv=theirs"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range tt.before {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("theirs"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := writeWhole(tt.on, filepath.Join(dir, name), tt.how, func() error {
				if tt.meantime == nil {
					return nil
				}
				return tt.meantime(dir)
			})
			if !errors.Is(err, tt.err) && (tt.err != errAny || err == nil) {
				t.Errorf("%v, want %v", err, tt.err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range entries {
				data, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.Name()+"="+string(data))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLongNames: a name that leaves no room for an ending has a temporary file all the same, also where its end is
// a letter of several bytes; one that is too long is refused before anything is written.
func TestLongNames(t *testing.T) {
	for _, tt := range []struct {
		name string
		left int // temporary files of a killed process
		err  error
	}{
		{strings.Repeat("a", 239), 3, nil},
		{strings.Repeat("a", 240), 3, nil},
		{strings.Repeat("a", 251) + ".csv", 12, nil},
		{strings.Repeat("é", 125) + ".csv", 1, nil},
		{strings.Repeat("a", 256), 0, syscall.ENAMETOOLONG},
	} {
		path := filepath.Join(t.TempDir(), tt.name)
		for n := range tt.left {
			if err := os.WriteFile(sharedTemporary(path, n+1), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w, err := Create(OS{}, path, Manner{Shared: true})
		if err == nil {
			if name := filepath.Base(w.Temporary()); !utf8.ValidString(name) || !strings.HasSuffix(name, ".attrmigrate.tmp") {
				t.Errorf("its temporary name is %q", name)
			}
			err = w.Commit()
		}
		if !errors.Is(err, tt.err) && (runtime.GOOS != "windows" || err == nil) {
			t.Errorf("%d bytes: %v", len(tt.name), err)
		}
	}
}

func writeWhole(on FS, path string, how Manner, meantime func() error) error {
	w, err := Create(on, path, how)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte("ours")); err != nil {
		return err
	}
	if err := meantime(); err != nil {
		return err
	}
	return w.Commit()
}

// TestCannotSync: which answers to the sync of a directory are those of a file system that has no such thing,
// and which are those of a disk.
func TestCannotSync(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"synced", nil, false},
		{"invalid argument", syscall.EINVAL, true},
		{"not supported", syscall.ENOTSUP, true},
		{"no such operation", syscall.EOPNOTSUPP, true},
		{"no such call", syscall.ENOSYS, true},
		{"a bad descriptor", syscall.EBADF, true},
		{"no such control of a file", syscall.ENOTTY, true},
		{"an error of the disk", syscall.EIO, false},
		{"no space", syscall.ENOSPC, false},
		{"a quota", syscall.EDQUOT, false},
		{"a stale handle", syscall.ESTALE, false},
		{"read-only", syscall.EROFS, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := cannotSync(tt.err); got != tt.want {
				t.Errorf("%v: got %v", tt.err, got)
			}
			if got := cannotSync(&fs.PathError{Op: "sync", Path: "d", Err: tt.err}); tt.err != nil && got != tt.want {
				t.Errorf("%v, with its path: got %v", tt.err, got)
			}
		})
	}
}
