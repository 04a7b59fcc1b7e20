package runlog

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"attrmigrate/internal/disk"
)

// FS is the file system of a work directory. Each directory in it is that of a run, whose files it ships: what is
// written, cut, replaced and removed is noted in the order in which it was done, and Sync and SyncDir return once it is
// durable in the store. On the disk below nothing is synced: it goes with the machine.
//
// Some files stay behind, since they mean nothing elsewhere: see keeps. Files of directories that are no run's are the
// system's alone. It may be used by many goroutines.
type FS struct {
	disk.FS        // below
	work    string // the work directory
	keeps   func(name string) bool
	runs    runs
	// replaced is told of each file that got its name, once it has it.
	replaced func(dir, name string) error

	mu    sync.Mutex
	files map[string]*shipped // by their paths
}

// runs are the logs of the directories of runs.
type runs interface {
	// log is that of the run whose directory has this name; nil: it is none. Where the run is new it begins one.
	log(dir string) (*log, error)
	// moved tells that a directory has another name.
	moved(from, to string) error
}

// shipped is a file, or the names in a directory, of which operations were noted.
type shipped struct {
	log  *log
	last int64 // the number of its last operation
}

var _ disk.FS = (*FS)(nil)

// place is the directory of a run that a path lies in, and the file's name there; false: it is no file of a run that is shipped.
func (f *FS) place(path string) (dir, name string, ok bool) {
	rel, err := filepath.Rel(f.work, path)
	if err != nil {
		return "", "", false
	}
	dir, name = filepath.Split(rel)
	dir = strings.TrimSuffix(dir, string(filepath.Separator))
	return dir, name, dir != "" && filepath.IsLocal(dir) && filepath.Base(dir) == dir && f.keeps(name) && !strings.HasSuffix(name, temporary)
}

// temporary is the ending of a file that is yet to get its name: then it is shipped whole.
const temporary = ".tmp"

// OpenFile implements [disk.FS].
func (f *FS) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	dir, name, ok := f.place(path)
	if !ok {
		under, err := f.FS.OpenFile(path, flag, mode)
		if err == nil && strings.HasSuffix(path, temporary) {
			under = unsynced{under}
		}
		return under, err
	}
	log, err := f.runs.log(dir)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	isNew := !disk.Exists(path)
	under, err := f.FS.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	var ops []operation
	switch {
	case isNew:
		ops = []operation{{kind: opCreate, name: name}}
	case flag&os.O_TRUNC != 0:
		ops = []operation{{kind: opCut, name: name}}
	}
	file := &file{File: under, fs: f, path: path, name: name, appends: flag&os.O_APPEND != 0}
	if len(ops) > 0 {
		f.note(log, path, ops...)
		f.note(log, filepath.Dir(path))
	} else if f.files[path] == nil {
		f.files[path] = &shipped{log: log}
	}
	return file, nil
}

// unsynced is a file that has no name yet: with that it is shipped, and nobody needs it before.
type unsynced struct{ disk.File }

func (unsynced) Sync() error { return nil }

// note records operations on what has a path. Without any, that changed with the last which was recorded.
func (f *FS) note(l *log, path string, ops ...operation) {
	s := f.files[path]
	if s == nil {
		s = &shipped{}
		f.files[path] = s
	}
	s.log, s.last = l, l.record(ops...)
}

// Rename implements [disk.FS]. A file that gets its name is shipped with all that is in it; of a directory, the run's
// name changes.
func (f *FS) Rename(from, to string) error {
	if filepath.Dir(from) == f.work && filepath.Dir(to) == f.work {
		return f.renameRun(from, to)
	}
	dirFrom, nameFrom, was := f.place(from)
	dirTo, nameTo, is := f.place(to)
	if !was && !is {
		if err := f.FS.Rename(from, to); err != nil {
			return err
		}
		return f.replaced(dirTo, nameTo)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.FS.Rename(from, to); err != nil {
		return err
	}
	switch {
	case was && is && dirFrom == dirTo:
		return f.did(dirTo, to, operation{kind: opRename, name: nameFrom, to: nameTo})
	case was:
		if err := f.did(dirFrom, from, operation{kind: opRemove, name: nameFrom}); err != nil || !is {
			return err
		}
	}
	ops, err := wholeFile(to, nameTo)
	if err == nil {
		err = f.did(dirTo, to, ops...)
	}
	if err != nil {
		return err
	}
	return f.replaced(dirTo, nameTo)
}

// did notes operations on a file that were done, and that they changed the names in its directory.
func (f *FS) did(dir, path string, ops ...operation) error {
	log, err := f.runs.log(dir)
	if err != nil {
		return err
	}
	f.note(log, path, ops...)
	f.note(log, filepath.Dir(path))
	return nil
}

// renameRun gives the directory of a run another name.
func (f *FS) renameRun(from, to string) error {
	if err := f.FS.Rename(from, to); err != nil {
		return err
	}
	f.mu.Lock()
	for path := range f.files { // what follows is noted anew
		if path == from || filepath.Dir(path) == from {
			delete(f.files, path)
		}
	}
	f.mu.Unlock()
	return f.runs.moved(filepath.Base(from), filepath.Base(to))
}

// wholeFile are the operations that make a file as it is. One that is too long for one operation gets its name when it is whole.
func wholeFile(path, name string) ([]operation, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(data) <= mostOperation {
		return []operation{{kind: opPut, name: name, data: data}}, nil
	}
	part := name + temporary
	ops := []operation{{kind: opPut, name: part}}
	for at := 0; at < len(data); at += mostOperation {
		ops = append(ops, operation{kind: opWrite, name: part, at: int64(at), data: data[at:min(at+mostOperation, len(data))]})
	}
	return append(ops, operation{kind: opRename, name: part, to: name}), nil
}

// Link implements [disk.FS].
func (f *FS) Link(from, to string) error {
	if err := f.FS.Link(from, to); err != nil {
		return err
	}
	dir, name, ok := f.place(to)
	if !ok {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	ops, err := wholeFile(to, name)
	if err != nil {
		return err
	}
	return f.did(dir, to, ops...)
}

// Remove implements [disk.FS].
func (f *FS) Remove(path string) error {
	dir, name, ok := f.place(path)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.FS.Remove(path); err != nil || !ok {
		return err
	}
	return f.did(dir, path, operation{kind: opRemove, name: name})
}

// SyncDir implements [disk.FS].
func (f *FS) SyncDir(path string) error { return f.sync(path) }

func (f *FS) sync(path string) error {
	f.mu.Lock()
	s := f.files[path]
	var last int64
	if s != nil {
		last = s.last
	}
	f.mu.Unlock()
	if s == nil || s.log == nil {
		return nil
	}
	return s.log.sync(last)
}

// file is an open file that is shipped.
type file struct {
	disk.File
	fs      *FS
	path    string
	name    string
	appends bool
	pos     int64 // of the next Write
}

// Write implements [disk.File].
func (f *file) Write(b []byte) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.appends {
		info, err := f.Stat()
		if err != nil {
			return 0, err
		}
		f.pos = info.Size()
	}
	n, err := f.File.Write(b)
	f.wrote(b[:n], f.pos)
	f.pos += int64(n)
	return n, err
}

// WriteAt implements [disk.File].
func (f *file) WriteAt(b []byte, at int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	n, err := f.File.WriteAt(b, at)
	f.wrote(b[:n], at)
	return n, err
}

func (f *file) wrote(b []byte, at int64) {
	for len(b) > 0 {
		part := b[:min(len(b), mostOperation)]
		f.note(operation{kind: opWrite, name: f.name, at: at, data: part})
		at, b = at+int64(len(part)), b[len(part):]
	}
}

// note records an operation on the file. The file may have been removed or renamed: then nobody will read it by this name, and
// what is written to it is lost with the process, as it is elsewhere.
func (f *file) note(o operation) {
	if s := f.fs.files[f.path]; s != nil && s.log != nil {
		s.last = s.log.record(o)
	}
}

// Truncate implements [disk.File].
func (f *file) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.File.Truncate(size); err != nil {
		return err
	}
	f.note(operation{kind: opCut, name: f.name, at: size})
	return nil
}

// Sync implements [disk.File].
func (f *file) Sync() error { return f.fs.sync(f.path) }
