package runlog

import (
	"io"
	"slices"

	"attrmigrate/internal/disk"
)

// node is a file, whatever it is called: its names may change, and go, while it is open. The mutex of its [FS] guards it.
type node struct {
	mark           // of the last operation on it
	names []string // that are shipped, all in its log; without one, nobody will find elsewhere what is written to it
}

// note records an operation on the file, under each name.
func (n *node) note(o operation) {
	for _, o.name = range n.names {
		n.number = n.log.record(o)
	}
}

func (n *node) unname(name string) {
	n.names = slices.DeleteFunc(n.names, func(other string) bool { return other == name })
}

// file is an open file that is shipped, or will be once it has its name.
type file struct {
	disk.File
	fs      *FS
	node    *node
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
	for part := range slices.Chunk(b, mostOperation) {
		f.node.note(operation{kind: opWrite, at: at, data: part})
		at += int64(len(part))
	}
}

// Truncate implements [disk.File].
func (f *file) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.File.Truncate(size); err != nil {
		return err
	}
	f.node.note(operation{kind: opCut, at: size})
	return nil
}

// Sync implements [disk.File].
func (f *file) Sync() error {
	f.fs.mu.Lock()
	last := f.node.mark
	f.fs.mu.Unlock()
	return last.sync()
}

// recordWhole records the operations that make a file as it is. One that is too long for one operation gets its name when
// it is whole. It reads no more at once than an operation has.
func recordWhole(to *log, path, name string) (number int64, err error) {
	f, err := disk.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	data := make([]byte, mostOperation)
	n, err := io.ReadFull(f, data)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return to.record(operation{kind: opPut, name: name, data: data[:n]}), nil
	}
	part := name + temporary
	to.record(operation{kind: opPut, name: part})
	for at := int64(0); err == nil; {
		to.record(operation{kind: opWrite, name: part, at: at, data: data[:n]})
		at += int64(n)
		n, err = io.ReadFull(f, data)
		if n > 0 && err == io.ErrUnexpectedEOF {
			to.record(operation{kind: opWrite, name: part, at: at, data: data[:n]})
		}
	}
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, err
	}
	return to.record(operation{kind: opRename, name: part, to: name}), nil
}
