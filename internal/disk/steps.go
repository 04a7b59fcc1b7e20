package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// MkdirAll makes a directory with mode 0700, and those that it lies in, durably up to the first that was there.
// That one may be new, too: a start that was killed may have made it.
func MkdirAll(on FS, path string) error {
	parent := filepath.Dir(path)
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return on.SyncDir(parent)
	case err == nil:
		return &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if parent != path {
		if err := MkdirAll(on, parent); err != nil {
			return err
		}
	}
	if err := on.Mkdir(path, 0o700); err != nil && !isDir(path) { // another process may have made it meanwhile
		return err
	}
	return on.SyncDir(parent)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Rename gives a file or a directory another name in the directory where it is, durably. What had that
// name is replaced, if it is a file.
func Rename(on FS, from, to string) error {
	if err := on.Rename(from, to); err != nil {
		return err
	}
	return on.SyncDir(filepath.Dir(to))
}

// RemoveIfThere removes a file that need not exist.
func RemoveIfThere(on FS, path string) error {
	if err := on.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
