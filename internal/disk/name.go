package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Name gives a file another name, durably, as [Rename] does, but replaces nothing: what has the name already
// stays, and the error is fs.ErrExist. Where the file system has no hard links it could be replaced, if it is made
// in the moment between the look and the renaming.
func Name(on FS, from, to string) error {
	switch err := os.Link(from, to); {
	case err == nil:
		return errors.Join(RemoveIfThere(on, from), on.SyncDir(filepath.Dir(to)))
	case errors.Is(err, fs.ErrExist):
		return &fs.PathError{Op: "link", Path: to, Err: fs.ErrExist}
	}
	if _, err := os.Lstat(to); err == nil {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist}
	}
	return Rename(on, from, to)
}
