package crash

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"attrmigrate/internal/disk"
)

// Disk is a file system in one directory that logs what it does. Nothing is really synced: a crash takes
// place on paper. It may be used by many goroutines.
type Disk struct {
	root  string
	begin int // operations that only made what was there in the beginning

	mu    sync.Mutex
	tree  *node // as it is now
	nodes int
	log   []operation
	fail  map[string]int // how many syncs of a name go well before one fails
}

var _ disk.FS = (*Disk)(nil)

// node is a file or a directory, whatever it is called.
type node struct {
	id    int
	size  int64
	names map[string]*node // of a directory; nil for a file
}

// New makes a file system of a directory. What is there already is durable.
func New(root string) (*Disk, error) {
	d := &Disk{root: root}
	d.tree = d.node(true)
	err := d.adopt(root, d.tree)
	d.begin = len(d.log)
	return d, err
}

// Mark notes something in the log. A [State] has the marks that were made before the crash.
func (d *Disk) Mark(what any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, operation{kind: mark, text: fmt.Sprintf("mark %+v", what), mark: what})
}

// FailSync has one sync of a file with a name fail, after so many that go well: what was written since the last
// one never reaches the disk, though it can be read and though later syncs go well, as Linux has it.
func (d *Disk) FailSync(name string, after int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail == nil {
		d.fail = map[string]int{}
	}
	d.fail[name] = after
}

func (d *Disk) node(dir bool) *node {
	d.nodes++
	n := &node{id: d.nodes}
	if dir {
		n.names = map[string]*node{}
	}
	return n
}

// adopt takes over what is in a directory.
func (d *Disk) adopt(path string, in *node) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		n := d.node(e.IsDir())
		d.enter(in, e.Name(), n)
		below := filepath.Join(path, e.Name())
		if e.IsDir() {
			err = d.adopt(below, n)
		} else {
			err = d.adoptFile(below, n)
		}
		if err != nil {
			return err
		}
	}
	d.log = append(d.log, operation{kind: synced, node: in.id, before: len(d.log)})
	return nil
}

func (d *Disk) adoptFile(path string, n *node) error {
	data, err := os.ReadFile(path)
	n.size = int64(len(data))
	d.log = append(d.log, operation{kind: written, node: n.id, data: data})
	d.log = append(d.log, operation{kind: synced, node: n.id, before: len(d.log)})
	return err
}

// enter logs that a node gets a name.
func (d *Disk) enter(in *node, name string, n *node) {
	in.names[name] = n
	d.log = append(d.log, operation{kind: named, text: "create " + name, in: in.id,
		names: []naming{{name, n.id, n.names != nil}}})
}

// find returns the directory of a path, the last part of the path, and the node there, if there is one.
func (d *Disk) find(path string) (in *node, base string, n *node, err error) {
	rel, err := filepath.Rel(d.root, path)
	if err != nil || !filepath.IsLocal(rel) {
		return nil, "", nil, fmt.Errorf("%s is not in %s", path, d.root)
	}
	if rel == "." {
		return nil, "", d.tree, nil
	}
	n = d.tree
	for part := range strings.SplitSeq(rel, string(filepath.Separator)) {
		if n == nil || n.names == nil {
			return nil, "", nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		in, base, n = n, part, n.names[part]
	}
	return in, base, n, nil
}

// OpenFile implements [disk.FS]. It does not know os.O_TRUNC.
func (d *Disk) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if flag&os.O_TRUNC != 0 {
		return nil, fmt.Errorf("open %s: O_TRUNC is not modelled", path)
	}
	in, base, n, err := d.find(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	if n == nil {
		n = d.node(false)
		d.enter(in, base, n)
	}
	return &file{File: f, on: d, node: n, appends: flag&os.O_APPEND != 0}, nil
}

// Mkdir implements [disk.FS].
func (d *Disk) Mkdir(path string, mode fs.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, base, _, err := d.find(path)
	if err == nil {
		err = os.Mkdir(path, mode)
	}
	if err == nil {
		d.enter(in, base, d.node(true))
	}
	return err
}

// Rename implements [disk.FS], within a directory.
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, was, n, err := d.find(from)
	if err != nil {
		return err
	}
	other, is, _, err := d.find(to)
	if err == nil && in != other {
		err = fmt.Errorf("rename %s to %s: to another directory is not modelled", from, to)
	}
	if err == nil {
		err = os.Rename(from, to)
	}
	if err != nil {
		return err
	}
	delete(in.names, was)
	in.names[is] = n
	d.log = append(d.log, operation{kind: named, text: "rename " + was + " to " + is, in: in.id,
		names: []naming{{was, 0, false}, {is, n.id, n.names != nil}}})
	return nil
}

// Link implements [disk.FS], within a directory.
func (d *Disk) Link(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, was, n, err := d.find(from)
	if err != nil {
		return err
	}
	other, is, _, err := d.find(to)
	if err == nil && in != other {
		err = fmt.Errorf("link %s to %s: to another directory is not modelled", from, to)
	}
	if err == nil {
		err = os.Link(from, to)
	}
	if err != nil {
		return err
	}
	in.names[is] = n
	d.log = append(d.log, operation{kind: named, text: "link " + was + " to " + is, in: in.id, names: []naming{{is, n.id, false}}})
	return nil
}

// Remove implements [disk.FS].
func (d *Disk) Remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	in, base, _, err := d.find(path)
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil {
		return err
	}
	delete(in.names, base)
	d.log = append(d.log, operation{kind: named, text: "remove " + base, in: in.id, names: []naming{{base, 0, false}}})
	return nil
}

// SyncDir implements [disk.FS]. What lies above the directory of the file system is durable.
func (d *Disk) SyncDir(path string) error {
	if rel, err := filepath.Rel(path, d.root); err == nil && rel != "." && filepath.IsLocal(rel) {
		return nil
	}
	d.mu.Lock()
	_, _, n, err := d.find(path)
	d.mu.Unlock()
	if err == nil && (n == nil || n.names == nil) {
		err = &fs.PathError{Op: "sync", Path: path, Err: fs.ErrNotExist}
	}
	if err == nil {
		d.sync(n, "sync directory "+filepath.Base(path))
	}
	return err
}

// sync makes durable what was done to a file or directory before it began. Meanwhile others go on.
func (d *Disk) sync(n *node, text string) {
	d.mu.Lock()
	o := operation{kind: synced, text: text, node: n.id, before: len(d.log)}
	d.mu.Unlock()
	for range 100 {
		runtime.Gosched()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, o)
}

// file is an open file. It is used by one goroutine at a time.
type file struct {
	*os.File
	on      *Disk
	node    *node
	appends bool
	at      int64 // where the next write goes, unless it appends
}

// Write logs and makes a write.
func (f *file) Write(b []byte) (int, error) {
	f.on.mu.Lock()
	defer f.on.mu.Unlock()
	at := f.at
	if f.appends {
		at = f.node.size
	}
	n, err := f.File.Write(b)
	f.at = at + int64(n)
	f.wrote(b[:n], at)
	return n, err
}

// WriteAt logs and makes a write at a place.
func (f *file) WriteAt(b []byte, at int64) (int, error) {
	f.on.mu.Lock()
	defer f.on.mu.Unlock()
	n, err := f.File.WriteAt(b, at)
	f.wrote(b[:n], at)
	return n, err
}

func (f *file) wrote(b []byte, at int64) {
	f.node.size = max(f.node.size, at+int64(len(b)))
	f.log(operation{kind: written, text: fmt.Sprintf("write %d bytes at %d of", len(b), at), offset: at, data: bytes.Clone(b)})
}

// Truncate logs and makes a truncation.
func (f *file) Truncate(size int64) error {
	f.on.mu.Lock()
	defer f.on.mu.Unlock()
	err := f.File.Truncate(size)
	if err == nil {
		f.node.size = size
		f.log(operation{kind: truncated, text: fmt.Sprintf("truncate to %d", size), size: size})
	}
	return err
}

// Sync logs that what was written is durable from now on, unless it is to fail.
func (f *file) Sync() error {
	name := filepath.Base(f.Name())
	if f.on.fails(name) {
		f.on.mu.Lock()
		defer f.on.mu.Unlock()
		f.log(operation{kind: dropped, text: "fail to sync"})
		return &fs.PathError{Op: "sync", Path: f.Name(), Err: syscall.EIO}
	}
	f.on.sync(f.node, "sync "+name)
	return nil
}

// fails says whether this sync of a name is the one to fail.
func (d *Disk) fails(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	after, ok := d.fail[name]
	if !ok {
		return false
	}
	d.fail[name] = after - 1
	if after == 0 {
		delete(d.fail, name)
	}
	return after == 0
}

func (f *file) log(o operation) {
	o.node = f.node.id
	o.text += " " + filepath.Base(f.Name())
	f.on.log = append(f.on.log, o)
}
