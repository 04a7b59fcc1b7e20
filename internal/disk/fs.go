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
	// Link gives a file a second name, if nothing has that one (else fs.ErrExist).
	Link(from, to string) error
	Remove(path string) error
	// SyncDir makes the names in a directory durable: files created in it, renamed or removed.
	SyncDir(path string) error
}

// File is an open file of an [FS]. An *os.File is one.
type File interface {
	io.Writer
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Stat() (fs.FileInfo, error)
	Name() string
	Close() error
}

// OS is the operating system's file system. It is patient; see [Patient].
type OS struct{}

var _ FS = OS{}

// OpenFile opens a file as os.OpenFile does.
func (OS) OpenFile(path string, flag int, mode fs.FileMode) (File, error) {
	return Patient(system{}, runtime.GOOS).OpenFile(path, flag, mode)
}

// Mkdir makes a directory as os.Mkdir does.
func (OS) Mkdir(path string, mode fs.FileMode) error { return system{}.Mkdir(path, mode) }

// Rename gives a file another name as os.Rename does.
func (OS) Rename(from, to string) error { return Patient(system{}, runtime.GOOS).Rename(from, to) }

// Link gives a file a second name as os.Link does.
func (OS) Link(from, to string) error { return Patient(system{}, runtime.GOOS).Link(from, to) }

// Remove removes a file as os.Remove does.
func (OS) Remove(path string) error { return Patient(system{}, runtime.GOOS).Remove(path) }

// SyncDir implements [FS]. Windows flushes no directories and needs it not. A file system that cannot do it is
// left to itself, and so is a directory that others do not let us read.
func (OS) SyncDir(path string) error { return system{}.SyncDir(path) }

// system is the file system as it is, which may refuse something for the moment.
type system struct{}

func (system) OpenFile(path string, flag int, mode fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err // and no File that holds a nil pointer
	}
	return f, nil
}

func (system) Mkdir(path string, mode fs.FileMode) error { return os.Mkdir(path, mode) }
func (system) Rename(from, to string) error              { return os.Rename(from, to) }
func (system) Link(from, to string) error                { return os.Link(from, to) }
func (system) Remove(path string) error                  { return os.Remove(path) }

func (system) SyncDir(path string) error {
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
	if cannotSync(err) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// cannotSync says of an error that the file system has no such thing as a directory that is synced: network
// shares and some of macOS answer in one of these ways. All other errors are those of a disk.
func cannotSync(err error) bool {
	for _, answer := range []error{errors.ErrUnsupported, syscall.EINVAL, syscall.EBADF, syscall.ENOTTY} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}
