package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
)

// SetAside keeps what is in the directory under its date, and begins anew in an empty one.
func (d *Dir) SetAside(inputs []string) (kept string, err error) {
	for _, input := range inputs {
		if !strings.HasPrefix(filepath.Base(input), Incoming) && disk.Inside(d.Path, input) {
			return "", &refusal.Error{
				Msg:    fmt.Sprintf("%s holds the input %s, and a directory with an input is not moved", d.Path, input),
				Remedy: "--run-dir names another directory for this run",
			}
		}
	}
	kept, err = d.freeName(d.lastChange())
	if err != nil {
		return "", err
	}
	// The old directory has its new name for good before another one takes the old name.
	if err := d.move(kept); err != nil {
		return "", err
	}
	again, err := d.Volume.openNew(d.Path)
	if err != nil { // the old lock ends with the directory's caller
		return "", errors.Join(err, d.moveBack(kept))
	}
	old := d.lock
	*d = *again
	d.kept, d.made = kept, nil // it is not removed: what was there comes back
	return kept, errors.Join(old.Release(), d.takeIncoming(kept))
}

// Kept is where this start has set an earlier run aside; empty: nowhere, or it is back.
func (d *Dir) Kept() string { return d.kept }

// openNew opens a directory that must have nothing in it: what another process has put there since it was moved
// away is that one's.
func (v Volume) openNew(path string) (*Dir, error) {
	d, err := v.Open(path)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(path)
	if err == nil && len(entries) > 1 { // it has its lock
		err = &checkpoint.HeldError{Path: d.File(checkpoint.LockName)}
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// move gives the directory another name; its lock goes along. Where the lock pins the directory it is given up
// first. Who takes it then pins the directory, and it stays where it is.
func (d *Dir) move(to string) error {
	if d.Pins {
		if err := d.lock.Release(); err != nil {
			return err
		}
	}
	if err := disk.Rename(d, d.Path, to); err != nil {
		return Unusable(d.Path, err)
	}
	d.lock.Moved(to)
	return nil
}

// putBack undoes SetAside for a start that did not begin: the earlier run is where it was, and the directory
// that the start made goes. It makes room first, and removes only what nobody else can have taken meanwhile. Where
// something was asked of the start that its next one has to know, such as a hold, all stays as it is.
func (d *Dir) putBack() error {
	if _, begun, err := d.Load(); begun || err != nil {
		return err
	}
	if asked, err := LoadAsked(d.Path); err != nil || asked.stands() {
		return nil
	}
	scrap, err := d.scrap() // a name that is shorter than d.kept, which had room
	if err != nil {
		return fmt.Errorf("the run of before stays in %s: %w", d.kept, err)
	}
	back := disk.Rename(d, d.kept, d.Path)
	if back != nil {
		back = fmt.Errorf("the run of before stays in %s: %w", d.kept, back)
	}
	d.kept = ""
	return errors.Join(back, d.lock.Release(), d.removeDir(scrap))
}

// moveBack gives the directory the name that it had before it was moved, if nobody has taken that.
func (d *Dir) moveBack(from string) error {
	if err := disk.Rename(d, from, d.Path); err != nil {
		return fmt.Errorf("the run of before stays in %s: %w", from, err)
	}
	d.lock.Moved(d.Path)
	return nil
}

// removeDir removes a directory and the files in it.
func (d *Dir) removeDir(path string) error {
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		err = errors.Join(err, d.Remove(filepath.Join(path, e.Name())))
	}
	return errors.Join(err, d.Remove(path))
}

// takeIncoming moves the standard input of the run that begins out of the directory set aside.
func (d *Dir) takeIncoming(kept string) error {
	entries, err := os.ReadDir(kept)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), Incoming) {
			err = errors.Join(err, d.Rename(filepath.Join(kept, e.Name()), d.File(e.Name())))
		}
	}
	return err
}

// lastChange is when the run in the directory was last saved.
func (d *Dir) lastChange() time.Time {
	if info, err := os.Stat(d.File(checkpoint.FileName)); err == nil {
		return info.ModTime()
	}
	return time.Now()
}

// freeName is a name for the old directory: its own with a date, and a number if that is taken.
func (d *Dir) freeName(at time.Time) (string, error) {
	return free(strings.TrimRight(d.Path, string(filepath.Separator)) + "." + at.UTC().Format("2006-01-02T150405Z"))
}

// free is a name that nothing has: the one given, or that with a number.
func free(base string) (string, error) {
	name := base
	for n := 2; ; n++ {
		_, err := os.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return name, nil
		case err != nil:
			return "", Unusable(name, err)
		}
		name = fmt.Sprintf("%s.%d", base, n)
	}
}
