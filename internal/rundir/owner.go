package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"attrmigrate/internal/refusal"
)

// ownDir refuses a run directory in which somebody else has a say: what stands there is believed, and
// written to. It belongs to the user who runs the program, or to root, and so does every file in it; none
// is a symbolic link, which could lead a report anywhere. A directory that others may write to is taken
// from them, where the file system knows modes.
func ownDir(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil // it will be made, or cannot be
	}
	if err != nil {
		return Unusable(path, err)
	}
	if foreign(info) {
		return notOwn(path, "belongs to another user")
	}
	if shared := info.Mode().Perm() & 0o022; shared != 0 {
		if err := os.Chmod(path, info.Mode().Perm()&^shared); err != nil {
			return Unusable(path, err)
		}
	}
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) { // another start has removed it
		return nil
	}
	if err != nil {
		return Unusable(path, err)
	}
	for _, e := range entries {
		switch info, err := e.Info(); {
		case errors.Is(err, fs.ErrNotExist): // a run that is at work has renamed it
		case err != nil:
			return Unusable(path, err)
		case info.Mode()&fs.ModeSymlink != 0:
			return notOwn(filepath.Join(path, e.Name()), "is a symbolic link")
		case e.Name() == Socket && info.Mode()&fs.ModeSocket != 0: // made anew, under the lock
		case !info.IsDir() && !info.Mode().IsRegular():
			return notOwn(filepath.Join(path, e.Name()), "is no regular file")
		case foreign(info):
			return notOwn(filepath.Join(path, e.Name()), "belongs to another user")
		}
	}
	return nil
}

func notOwn(path, what string) error {
	return &refusal.Error{Msg: fmt.Sprintf("%s %s, and a run directory is its owner's alone", path, what),
		Remedy: "a run is continued by the user who began it; --run-dir names another directory"}
}
