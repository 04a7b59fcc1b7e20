package disk

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// bufferSize is what a file gathers before it is written, in bytes.
const bufferSize = 64 << 10

// Manner is how a [Whole] comes into its directory. The zero value is that of a directory which is this
// process's alone.
type Manner struct {
	// Shared says that others have files in the directory, too, and may make the same one at the same time. The
	// temporary file then has the name with .attrmigrate.tmp behind it, or .2.attrmigrate.tmp and so on: what
	// has such a name already stays. Else it has .tmp, and what a killed process left there goes.
	Shared bool
	// Keep says that the content was dear: where only the name cannot be given, the whole file stays under the
	// one that it has, and the error is an *[UnnamedError].
	Keep bool
	// New refuses a file that is there (fs.ErrExist): at once, and where it came meanwhile, at the end.
	New bool
}

// Whole is a file that gets its name when it is whole. Until then it is written beside it, with mode 0600, and
// an older file of that name stands: after a crash at any moment the path holds all of the old content, or all
// of the new. It is used by one goroutine.
type Whole struct {
	on   FS
	path string
	how  Manner
	tmp  string
	made fs.FileInfo // of the temporary file
	f    File        // nil once it is finished
	out  *bufio.Writer
	over bool // it has its name, or is gone
	err  error
}

// Create begins a file that will have a path.
func Create(on FS, path string, how Manner) (*Whole, error) {
	w := &Whole{on: on, path: path, how: how}
	if how.New {
		if err := refuseExisting(path); err != nil {
			return nil, err
		}
	}
	if err := w.openTemporary(); err != nil {
		return nil, err
	}
	w.out = bufio.NewWriterSize(w.f, bufferSize)
	return w, nil
}

func refuseExisting(path string) error {
	_, err := os.Lstat(path)
	if err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// openTemporary creates the temporary file anew, so that neither the mode of another one nor a link to
// elsewhere is taken over.
func (w *Whole) openTemporary() (err error) {
	if w.tmp = w.path + ".tmp"; !w.how.Shared {
		if err := RemoveIfThere(w.on, w.tmp); err != nil {
			return err
		}
	}
	for n := 1; ; n++ {
		if w.how.Shared {
			w.tmp = sharedTemporary(w.path, n)
		}
		w.f, err = w.on.OpenFile(w.tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !w.how.Shared || !errors.Is(err, fs.ErrExist) || n > mostTemporaries {
			break
		}
	}
	if err != nil {
		return err
	}
	if w.made, err = w.f.Stat(); err != nil {
		err = errors.Join(err, w.f.Close(), RemoveIfThere(w.on, w.tmp))
	}
	return err
}

const (
	mostTemporaries = 1000 // are tried as the name of a temporary file
	longestName     = 255  // bytes of a name in a directory, nearly everywhere
)

// sharedTemporary is the nth name for the temporary file of a path. A name that has hardly room for an ending is
// cut for it; one that is too long itself is not, and fails at once.
func sharedTemporary(path string, n int) string {
	ending := ".attrmigrate.tmp"
	if n > 1 {
		ending = fmt.Sprintf(".%d%s", n, ending)
	}
	dir, name := filepath.Split(path)
	if room := longestName - len(ending); len(name) > room && len(name) <= longestName {
		for room > 0 && !utf8.RuneStart(name[room]) {
			room--
		}
		name = name[:room]
	}
	return dir + name + ending
}

// Temporary is the name that the file has until it is whole.
func (w *Whole) Temporary() string { return w.tmp }

// own reports whether the temporary file is still this one, and not that of another process.
func (w *Whole) own() bool { return w.is(w.tmp) }

// is reports whether a path leads to this very file.
func (w *Whole) is(path string) bool {
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(w.made, there)
}

// Write takes bytes of the file.
func (w *Whole) Write(b []byte) (int, error) { return w.out.Write(b) }

// Finish makes the content durable, without the name. Nothing more can be written. If it fails, the file is
// discarded: of what a failed sync left nothing is known.
func (w *Whole) Finish() error {
	if w.f == nil {
		return w.err
	}
	w.err = w.out.Flush()
	if w.err == nil {
		w.err = w.f.Sync()
	}
	w.err = errors.Join(w.err, w.f.Close())
	w.f = nil
	if w.err != nil {
		w.err = errors.Join(w.err, w.Discard())
	}
	return w.err
}

// Commit finishes the file and gives it its name, durably. If that fails, the file is discarded, or kept as
// [Manner] says.
func (w *Whole) Commit() error {
	if err := w.Finish(); err != nil {
		return err
	}
	if w.over {
		return fs.ErrClosed
	}
	if w.how.Shared && !w.own() {
		return errors.Join(fmt.Errorf("%s: another process has begun to write it", w.tmp), w.Discard())
	}
	if err := w.name(); err != nil && w.how.Keep {
		w.over = true
		return &UnnamedError{Path: w.path, Temporary: w.tmp, Err: err}
	} else if err != nil {
		return errors.Join(err, w.Discard())
	}
	w.over = true
	return w.on.SyncDir(filepath.Dir(w.path))
}

// name gives the file its name. A link replaces nothing, not even what comes in the last moment; where a file
// system has none, that moment is left. A network share may have made the link and answer that it was there.
func (w *Whole) name() error {
	if !w.how.New {
		return w.on.Rename(w.tmp, w.path)
	}
	if err := w.on.Link(w.tmp, w.path); err == nil || w.is(w.path) {
		_ = w.on.Remove(w.tmp) // the file has its name, and a second one does it no harm
		return nil
	}
	if there := refuseExisting(w.path); there != nil {
		return there
	}
	return w.on.Rename(w.tmp, w.path)
}

// Discard drops a file that has no name yet; what has its name stays. Behind a Commit it does nothing.
func (w *Whole) Discard() error {
	if w.over {
		return nil
	}
	w.over = true
	if w.f != nil {
		_ = w.f.Close() // it goes anyway
		w.f, w.err = nil, fs.ErrClosed
	}
	if w.how.Shared && !w.own() {
		return nil
	}
	return RemoveIfThere(w.on, w.tmp)
}

// WriteFile replaces the file at path by one with the content data and mode 0600, atomically and durably. Two
// processes must not replace one path at the same time.
func WriteFile(on FS, path string, data []byte) error {
	w, err := Create(on, path, Manner{})
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return errors.Join(err, w.Discard())
	}
	return w.Commit()
}
