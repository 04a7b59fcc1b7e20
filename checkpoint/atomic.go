package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// WriteFile replaces the file at path by one with the content data and mode 0600, atomically and
// durably: after a crash at any moment the path holds the whole old content or the whole new one.
// Two processes must not replace one path at the same time.
//
// The content goes to a temporary file beside it (path + ".tmp"), which is synced, then renamed over
// the path; then the directory is synced, since that is where the rename is recorded.
func WriteFile(path string, data []byte) error {
	tmp := path + ".tmp"
	if err := writeSynced(tmp, data); err != nil {
		return errors.Join(err, removeIfThere(tmp))
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(err, removeIfThere(tmp))
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes the names in a directory durable: files created in it, renamed or removed. Windows
// has no such call and needs none; a file system that cannot do it is left to itself.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// writeSynced creates a file anew. What a crash left under that name goes first, so that neither its
// mode nor a link to elsewhere is taken over.
func writeSynced(path string, data []byte) error {
	if err := removeIfThere(path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removeIfThere removes a file that need not exist.
func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
