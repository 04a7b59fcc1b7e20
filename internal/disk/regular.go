package disk

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"runtime"
)

// ErrNotRegular says of a path that what stands there is no regular file, but a pipe, a device or a directory.
var ErrNotRegular = errors.New("is not a regular file")

// Open opens a file for reading. It waits for nobody: to open a named pipe would take until somebody writes
// to it, and to open a device may do anything. Such a path is an [ErrNotRegular].
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, notRegular(path, info)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() { // it was replaced meanwhile
		err = notRegular(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadFile reads a whole file, which [Open] opens and another process may be replacing; see [Patient].
func ReadFile(path string) ([]byte, error) { return readUpTo(path, math.MaxInt64) }

// readUpTo reads so many bytes of it at most.
func readUpTo(path string, most int64) (data []byte, err error) {
	read := func() error {
		data, err = readFile(path, most)
		return err
	}
	if runtime.GOOS == "windows" {
		err = insist(read)
	} else {
		err = read()
	}
	return data, err
}

func readFile(path string, most int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

func notRegular(path string, info fs.FileInfo) error {
	err := ErrNotRegular
	if info.IsDir() {
		err = errDirectory{}
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

// errDirectory is an [ErrNotRegular] that says what it is.
type errDirectory struct{}

func (errDirectory) Error() string        { return "is a directory" }
func (errDirectory) Is(target error) bool { return target == ErrNotRegular }
