package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// MkdirAll makes a directory with mode 0700, and those that it lies in, durably. One that is there may be
// new, too: a start that was killed may have made it.
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
	if parent != path && !isDir(parent) {
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

// WriteFile replaces the file at path by one with the content data and mode 0600, atomically and
// durably: after a crash at any moment the path holds the whole old content or the whole new one.
// Two processes must not replace one path at the same time.
//
// The content goes to a temporary file beside it (path + ".tmp"), which is synced, then renamed over
// the path; then the directory is synced, since that is where the rename is recorded.
func WriteFile(on FS, path string, data []byte) error {
	tmp := path + ".tmp"
	if err := writeSynced(on, tmp, data); err != nil {
		return errors.Join(err, RemoveIfThere(on, tmp))
	}
	if err := Rename(on, tmp, path); err != nil {
		return errors.Join(err, RemoveIfThere(on, tmp))
	}
	return nil
}

// Rename gives a file or a directory another name in the directory where it is, durably. What had that
// name is replaced, if it is a file.
func Rename(on FS, from, to string) error {
	if err := on.Rename(from, to); err != nil {
		return err
	}
	return on.SyncDir(filepath.Dir(to))
}

// writeSynced creates a file anew. What a crash left under that name goes first, so that neither its
// mode nor a link to elsewhere is taken over.
func writeSynced(on FS, path string, data []byte) error {
	if err := RemoveIfThere(on, path); err != nil {
		return err
	}
	f, err := on.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// RemoveIfThere removes a file that need not exist.
func RemoveIfThere(on FS, path string) error {
	if err := on.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
