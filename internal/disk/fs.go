package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// FS is a file system that files are written to. They are read by the os package.
type FS interface {
	OpenFile(path string, flag int, mode fs.FileMode) (File, error)
	Mkdir(path string, mode fs.FileMode) error
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes the names in a directory durable: files created in it, renamed or removed.
	SyncDir(path string) error
}

// File is an open file of an [FS]. An *os.File is one.
type File interface {
	io.Writer
	io.ReaderAt
	Truncate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
	Name() string
	Close() error
}

// OS is the operating system's file system.
type OS struct{}

var _ FS = OS{}

// OpenFile opens a file as os.OpenFile does.
func (OS) OpenFile(path string, flag int, mode fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err // and no File that holds a nil pointer
	}
	return f, nil
}

// Mkdir makes a directory as os.Mkdir does.
func (OS) Mkdir(path string, mode fs.FileMode) error { return os.Mkdir(path, mode) }

// Rename gives a file another name as os.Rename does.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove removes a file as os.Remove does.
func (OS) Remove(path string) error { return os.Remove(path) }

// SyncDir implements [FS]. Windows has no such call and needs none. A file system that cannot do it is
// left to itself, and so is a directory that others do not let us read.
func (OS) SyncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
