package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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
	extent checkpoint.Extent // what was handed to the operating system
	synced int64             // bytes of it that are durable
	err    error
}

// openFile goes on behind what the checkpoint recorded of a report, which must be there as it was written;
// without a record it is created anew, with mode 0600.
func openFile(on disk.FS, path string, recorded checkpoint.Extent) (*file, error) {
	open := resumeFile
	if recorded.Length == 0 {
		open = createFile
	}
	f, err := open(on, path, recorded)
	if err != nil {
		return nil, err
	}
	return newFile(path, f, recorded), nil
}

func newFile(path string, f disk.File, recorded checkpoint.Extent) *file {
	o := &file{path: path, f: f, extent: recorded, synced: recorded.Length}
	o.Writer = bufio.NewWriterSize(writerFunc(o.append), bufferSize)
	return o
}

// createFile replaces what is there: the report of a start that never wrote.
func createFile(on disk.FS, path string, _ checkpoint.Extent) (disk.File, error) {
	if err := disk.RemoveIfThere(on, path); err != nil {
		return nil, err
	}
	return on.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
}

// resumeFile cuts off what the checkpoint does not know of, durably: the next checkpoint counts records that may
// have stood there, and stand elsewhere now.
func resumeFile(on disk.FS, path string, recorded checkpoint.Extent) (disk.File, error) {
	f, err := on.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(path, recorded)
	}
	if err != nil {
		return nil, err
	}
	if err := cutBack(f, recorded); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func cutBack(f disk.File, recorded checkpoint.Extent) error {
	if err := asRecorded(f, recorded); err != nil {
		return err
	}
	if err := f.Truncate(recorded.Length); err != nil {
		return err
	}
	return f.Sync()
}

// reader is what is looked at of a file.
type reader interface {
	io.ReaderAt
	Name() string
	Stat() (fs.FileInfo, error)
}

// asRecorded refuses a file that does not begin with what the checkpoint recorded.
func asRecorded(f reader, recorded checkpoint.Extent) error {
	if err := longEnough(f, recorded); err != nil {
		return err
	}
	found, err := checkpoint.ReadExtent(f, recorded.Length)
	if err == nil && found != recorded {
		err = changed(f.Name(), recorded)
	}
	return err
}

// longEnough refuses a file that has lost what the checkpoint relies on.
func longEnough(f reader, recorded checkpoint.Extent) error {
	info, err := f.Stat()
	if err == nil && info.Size() < recorded.Length {
		err = damaged(f.Name(), "it has %d bytes, the checkpoint recorded %d", info.Size(), recorded.Length)
	}
	return err
}

func missing(path string, recorded checkpoint.Extent) error {
	return damaged(path, "it is missing, the checkpoint recorded %d bytes", recorded.Length)
}

func changed(path string, recorded checkpoint.Extent) error {
	return damaged(path, "its first %d bytes are not those that the run wrote", recorded.Length)
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
	o.extent = o.extent.With(b[:n])
	return n, err
}

// sync makes everything written durable. After a failed sync nothing is known of what reached the
// disk, so its error stays.
func (o *file) sync() error {
	if o.err != nil {
		return o.err
	}
	if o.err = o.Flush(); o.err != nil || o.synced == o.extent.Length {
		return o.err
	}
	if o.err = o.f.Sync(); o.err == nil {
		o.synced = o.extent.Length
	}
	return o.err
}

// close hands over what is buffered, without making it durable.
func (o *file) close() error {
	return errors.Join(o.Flush(), o.f.Close())
}
