package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// mostOpen is how many files a replay keeps open.
const mostOpen = 64

// replayer does again what operations say, in a directory that is its own.
type replayer struct {
	dir  string
	open map[string]*os.File
}

func newReplayer(dir string) *replayer { return &replayer{dir: dir, open: map[string]*os.File{}} }

// replay does what the payload of an object says, by its key. What cannot be done is the object's fault, or this machine's.
func (r *replayer) replay(key string, payload []byte) error {
	var local error
	err := operations(payload, func(o operation) error {
		local = r.do(o)
		return local
	})
	if err == nil || local != nil && !errors.Is(local, fs.ErrNotExist) {
		return local
	}
	return &DamagedError{Key: key, Err: err}
}

func (r *replayer) do(o operation) error {
	path := filepath.Join(r.dir, o.name)
	switch o.kind {
	case opCreate:
		_, err := r.file(o.name)
		return err
	case opWrite:
		f, err := r.file(o.name)
		if err == nil {
			_, err = f.WriteAt(o.data, o.at)
		}
		return err
	case opCut:
		f, err := r.file(o.name)
		if err == nil {
			err = f.Truncate(o.at)
		}
		return err
	case opPut:
		r.forget(o.name)
		return os.WriteFile(path, o.data, 0o600)
	case opRename:
		r.forget(o.name)
		r.forget(o.to)
		return os.Rename(path, filepath.Join(r.dir, o.to))
	default:
		r.forget(o.name)
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
}

// file is a file of the directory, open; it is made if it is not there.
func (r *replayer) file(name string) (*os.File, error) {
	if f := r.open[name]; f != nil {
		return f, nil
	}
	if len(r.open) >= mostOpen {
		for other := range r.open {
			r.forget(other)
		}
	}
	f, err := os.OpenFile(filepath.Join(r.dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		r.open[name] = f
	}
	return f, err
}

func (r *replayer) forget(name string) {
	if f := r.open[name]; f != nil {
		_ = f.Close() // who reads it opens it again, and nothing here outlasts the machine
		delete(r.open, name)
	}
}

func (r *replayer) close() {
	for name := range r.open {
		r.forget(name)
	}
}

// DamagedError says that an object of a log is missing, or is not what a run of this version of the program wrote.
type DamagedError struct {
	Key string
	Err error
}

func (e *DamagedError) Error() string {
	if errors.Is(e.Err, errNewer) {
		return e.Key + ": " + e.Err.Error()
	}
	return fmt.Sprintf("%s: damaged: %v", e.Key, e.Err)
}

// Unwrap returns what is wrong with it.
func (e *DamagedError) Unwrap() error { return e.Err }

// Hint says what to do about it.
func (e *DamagedError) Hint() string {
	if errors.Is(e.Err, errNewer) {
		return "go on with the attrmigrate that began this run, or begin a run under another prefix"
	}
	return "restore the object by the bucket's versions, and see whether a lifecycle rule removes objects of log/; or begin a run under another prefix"
}
