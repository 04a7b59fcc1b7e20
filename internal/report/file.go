package report

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// bufferSize is what a file gathers before it is written, in bytes.
const bufferSize = 64 << 10

// file is a report that grows. What is written to it is durable after sync. The first error stays.
type file struct {
	*bufio.Writer
	path   string
	f      disk.File
	length int64 // bytes handed to the operating system
	synced int64 // of those, durable
	err    error
}

// openFile goes on behind the first length bytes of a report; a length of 0 creates it anew, with
// mode 0600. The file must be at least that long and a line must end there.
func openFile(on disk.FS, path string, length int64) (*file, error) {
	open := resumeFile
	if length == 0 {
		open = createFile
	}
	f, err := open(on, path, length)
	if err != nil {
		return nil, err
	}
	o := &file{path: path, f: f, length: length, synced: length}
	o.Writer = bufio.NewWriterSize(writerFunc(o.append), bufferSize)
	return o, nil
}

// createFile replaces what is there: the report of a start that never wrote.
func createFile(on disk.FS, path string, _ int64) (disk.File, error) {
	if err := disk.RemoveIfThere(on, path); err != nil {
		return nil, err
	}
	return on.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
}

// resumeFile cuts off what the checkpoint does not know of.
func resumeFile(on disk.FS, path string, length int64) (disk.File, error) {
	f, err := on.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(path, length)
	}
	if err != nil {
		return nil, err
	}
	if err := cutBack(f, length); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func cutBack(f disk.File, length int64) error {
	if err := longEnough(f, length); err != nil {
		return err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, length-1); err != nil {
		return err
	}
	if last[0] != '\n' {
		return damaged(f.Name(), "no line ends at byte %d, where the checkpoint says that one does", length)
	}
	return f.Truncate(length)
}

// longEnough refuses a file that has lost what the checkpoint relies on.
func longEnough(f disk.File, length int64) error {
	info, err := f.Stat()
	if err == nil && info.Size() < length {
		err = damaged(f.Name(), "it has %d bytes, the checkpoint recorded %d", info.Size(), length)
	}
	return err
}

func missing(path string, length int64) error {
	return damaged(path, "it is missing, the checkpoint recorded %d bytes", length)
}

// damaged refuses to go on with a report that is not as the run left it.
func damaged(path, format string, args ...any) error {
	return &checkpoint.DamagedError{Path: path, Err: fmt.Errorf(format, args...)}
}

func (o *file) name() string { return filepath.Base(o.path) }

// writerFunc is a function that is an io.Writer.
type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(b []byte) (int, error) { return w(b) }

// append is where the buffer is emptied to.
func (o *file) append(b []byte) (int, error) {
	n, err := o.f.Write(b)
	o.length += int64(n)
	return n, err
}

// sync makes everything written durable. After a failed sync nothing is known of what reached the
// disk, so its error stays.
func (o *file) sync() error {
	if o.err != nil {
		return o.err
	}
	if o.err = o.Flush(); o.err != nil || o.synced == o.length {
		return o.err
	}
	if o.err = o.f.Sync(); o.err == nil {
		o.synced = o.length
	}
	return o.err
}

// close hands over what is buffered, without making it durable.
func (o *file) close() error {
	return errors.Join(o.Flush(), o.f.Close())
}
