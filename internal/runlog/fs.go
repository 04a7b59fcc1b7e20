package runlog

import (
	"errors"
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
// Some files stay behind, since they mean nothing elsewhere: see keeps. So do those that are yet to get their name; with it
// they are shipped whole. Files of directories that are no run's are the system's alone. It may be used by many goroutines.
//
// A file that has two names by a link is two files elsewhere, and what is written to it goes to both, if they are in one
// directory. What stays behind is shipped once it gets a name that is; who has it open must not write to it then. A file that gets a name in the directory of another run has it durably before it loses the one of before.
type FS struct {
	disk.FS        // below
	work    string // the work directory
	keeps   func(name string) bool
	runs    runs
	// replaced is told of each file that got its name, once it has it. Nothing of the file system is locked then.
	replaced func(dir, name string) error

	mu    sync.Mutex
	nodes map[string]*node // files that were opened or named, by their paths
	named map[string]mark  // what last changed the names in a directory, by its path
}

// runs are the logs of the directories of runs.
type runs interface {
	// log is that of the run whose directory has this name; nil: it is none. Where the run is new it begins one.
	log(dir string) (*log, error)
	// moved tells that a directory has another name.
	moved(from, to string) error
}

// mark is an operation in a log. Of the zero value, there is none.
type mark struct {
	log    *log
	number int64
}

func (m mark) sync() error {
	if m.log == nil {
		return nil
	}
	return m.log.sync(m.number)
}

var _ disk.FS = (*FS)(nil)

func newFS(below disk.FS, work string, keeps func(string) bool, of runs, replaced func(dir, name string) error) *FS {
	return &FS{FS: below, work: work, keeps: keeps, runs: of, replaced: replaced, nodes: map[string]*node{}, named: map[string]mark{}}
}

// temporary is the ending of a file that is yet to get its name.
const temporary = ".tmp"

// place is where a path lies: the directory and the file's name there, and the log that it is shipped to, if it is.
type place struct {
	path, dir, name string
	keeps           bool // it may be shipped under this name
	log             *log
}

func (f *FS) place(path string) (p place, err error) {
	p.path = path
	rel, err := filepath.Rel(f.work, path)
	if err != nil {
		return p, nil // it is elsewhere
	}
	p.dir, p.name = filepath.Split(rel)
	p.dir = strings.TrimSuffix(p.dir, string(filepath.Separator))
	p.keeps = p.dir != "" && filepath.IsLocal(p.dir) && filepath.Base(p.dir) == p.dir && f.keeps(p.name) && !isTemporary(p.name)
	if p.keeps {
		p.log, err = f.runs.log(p.dir)
	}
	return p, err
}

func isTemporary(path string) bool { return strings.HasSuffix(path, temporary) }

// OpenFile implements [disk.FS].
func (f *FS) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	if flag&os.O_CREATE == 0 && !disk.Exists(path) {
		return f.FS.OpenFile(path, flag, mode) // for its error; a run need not begin for it
	}
	p, err := f.place(path)
	if err != nil {
		return nil, err
	}
	if !p.keeps && !isTemporary(path) {
		return f.FS.OpenFile(path, flag, mode)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	isNew := !disk.Exists(path)
	under, err := f.FS.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	if isNew {
		delete(f.nodes, path)
	}
	n := f.node(p)
	switch {
	case isNew:
		n.note(operation{kind: opCreate})
		f.changed(p, n.mark)
	case flag&os.O_TRUNC != 0:
		n.note(operation{kind: opCut})
	}
	return &file{File: under, fs: f, node: n, appends: flag&os.O_APPEND != 0}, nil
}

// node is what is known of the file at a place. One that is not known was there when the run was restored, or is yet to
// get its name.
func (f *FS) node(p place) *node {
	n := f.nodes[p.path]
	if n == nil {
		n = &node{}
		if p.log != nil {
			n.log, n.names = p.log, []string{p.name}
		}
		f.nodes[p.path] = n
	}
	return n
}

// changed notes that an operation changed the names in the directory of a place. Of a file that is not shipped there is none.
func (f *FS) changed(p place, by mark) {
	if by.log != nil {
		f.named[filepath.Dir(p.path)] = by
	}
}

// Rename implements [disk.FS]. Of a directory, the run's name changes.
func (f *FS) Rename(from, to string) error {
	if filepath.Dir(from) == f.work && filepath.Dir(to) == f.work {
		return f.renameRun(from, to)
	}
	p, err := f.place(from)
	if err != nil {
		return err
	}
	q, err := f.place(to)
	if err == nil {
		err = f.rename(p, q)
	}
	if err != nil {
		return err
	}
	return f.replaced(q.dir, q.name)
}

func (f *FS) rename(p, q place) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.node(p)
	if err := f.FS.Rename(p.path, q.path); err != nil || n == f.nodes[q.path] { // two names of one file both stay
		return err
	}
	f.lose(q)
	delete(f.nodes, p.path)
	f.nodes[q.path] = n
	switch {
	case p.log != nil && p.log == q.log:
		n.number = n.log.record(operation{kind: opRename, name: p.name, to: q.name})
		n.unname(p.name)
		n.names = append(n.names, q.name)
		f.changed(q, n.mark)
		return nil
	case p.log == nil && q.log == nil:
		return nil
	case p.log == nil:
		return f.ship(n, q)
	}
	n.unname(p.name)
	var err error
	if q.log != nil {
		n.names = nil // it goes over, whatever other names it had
		err = errors.Join(f.ship(n, q), n.sync())
	}
	f.changed(p, mark{p.log, p.log.record(operation{kind: opRemove, name: p.name})})
	return err
}

// lose forgets the name of a file that another file has got, or none has any more. Who has it open may go on writing.
func (f *FS) lose(p place) {
	if n := f.nodes[p.path]; n != nil {
		n.unname(p.name)
		delete(f.nodes, p.path)
	}
}

// ship notes a file that has got a name, with all that is in it.
func (f *FS) ship(n *node, p place) error {
	number, err := recordWhole(p.log, p.path, p.name)
	if err != nil {
		p.log.fail(err) // it has its name here, and elsewhere it never will
		return err
	}
	n.mark = mark{p.log, number}
	n.names = append(n.names, p.name)
	f.changed(p, n.mark)
	return nil
}

// renameRun gives the directory of a run another name.
func (f *FS) renameRun(from, to string) error {
	if err := f.FS.Rename(from, to); err != nil {
		return err
	}
	f.mu.Lock()
	for path, n := range f.nodes {
		if filepath.Dir(path) == from {
			delete(f.nodes, path)
			f.nodes[filepath.Join(to, filepath.Base(path))] = n
		}
	}
	if m, ok := f.named[from]; ok {
		delete(f.named, from)
		f.named[to] = m
	}
	f.mu.Unlock()
	return f.runs.moved(filepath.Base(from), filepath.Base(to))
}

// Link implements [disk.FS].
func (f *FS) Link(from, to string) error {
	p, err := f.place(from)
	if err != nil {
		return err
	}
	q, err := f.place(to)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.FS.Link(from, to); err != nil {
		return err
	}
	n := f.node(p)
	if p.log != nil && q.log != nil && p.log != q.log {
		n = &node{}
	}
	f.nodes[q.path] = n
	if q.log == nil {
		return nil
	}
	return f.ship(n, q)
}

// Remove implements [disk.FS].
func (f *FS) Remove(path string) error {
	if !disk.Exists(path) {
		return f.FS.Remove(path)
	}
	p, err := f.place(path)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.FS.Remove(path); err != nil {
		return err
	}
	f.lose(p)
	if p.log != nil {
		f.changed(p, mark{p.log, p.log.record(operation{kind: opRemove, name: p.name})})
	}
	return nil
}

// SyncDir implements [disk.FS].
func (f *FS) SyncDir(path string) error {
	f.mu.Lock()
	last := f.named[path]
	f.mu.Unlock()
	return last.sync()
}

// content is what a file holds, and the operation with which that is durable.
func (f *FS) content(path string) ([]byte, mark, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := disk.ReadFile(path)
	if n := f.nodes[path]; n != nil {
		return body, n.mark, err
	}
	return body, mark{}, err
}
