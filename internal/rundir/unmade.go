package rundir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/checkpoint"
)

// missing are a directory and those that it lies in, as far as they are not there.
func missing(path string) []string {
	path = filepath.Clean(path)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		return append([]string{path}, missing(parent)...)
	}
	return []string{path}
}

// removeEmpty removes directories, each of which lies in the next, up to the first that is not empty: others have it, too. One
// that is not there was never made, or is gone.
func (v Volume) removeEmpty(made []string) {
	for _, dir := range made {
		if err := v.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
}

// unmake removes the directory, and those that it lies in, if this start has made them and has had no use for them. As
// [Dir.putBack] does, it makes room first, so that whoever comes meanwhile makes a directory of its own, and removes only
// what nobody else can have taken. What cannot be removed does no harm.
func (d *Dir) unmake() error {
	if len(d.made) == 0 || d.Private || !unused(d.Path) {
		return nil
	}
	scrap, err := d.scrap()
	if err != nil {
		return nil
	}
	if !unused(scrap) { // something has come just before
		return d.moveBack(scrap)
	}
	if err := errors.Join(d.lock.Release(), d.removeDir(scrap)); err != nil {
		return nil
	}
	d.removeEmpty(d.made[1:])
	return d.SyncDir(filepath.Dir(d.made[len(d.made)-1]))
}

// unused tells whether there is nothing in a directory that somebody could miss: what standard input has brought, an error
// names, and people may have asked something.
func unused(path string) bool {
	entries, err := os.ReadDir(path)
	return err == nil && !slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return e.Name() != checkpoint.LockName && e.Name() != Journal
	})
}

// scrap moves the directory out of the way, to be removed.
func (d *Dir) scrap() (to string, err error) {
	to, err = free(strings.TrimRight(d.Path, string(filepath.Separator)) + ".refused")
	if err == nil {
		err = d.move(to)
	}
	return to, err
}
