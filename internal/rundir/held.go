package rundir

import (
	"fmt"
	"path/filepath"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
)

// HeldError refuses the files of a run, or of a plan, while a process is at work on it.
type HeldError struct {
	dir    string
	holder checkpoint.Info // zero if it cannot be told
	afar   bool            // perhaps on another machine
}

// HeldAfar refuses those of a run that is kept elsewhere, by its URL or what stands for it.
func HeldAfar(url string, holder checkpoint.Info) *HeldError {
	return &HeldError{dir: url, holder: holder, afar: true}
}

func (e *HeldError) Error() string {
	who := "another process"
	if e.holder.PID != 0 {
		who = fmt.Sprintf("process %d", e.holder.PID)
		if e.afar {
			who += " on " + prose.Printable(e.holder.Host)
		}
	}
	return fmt.Sprintf("%s is at work in %s", who, prose.Printable(e.dir))
}

// Hint says what to do about it.
func (e *HeldError) Hint() string { return "wait until it has ended, or stop it" }

// AtWork refuses a run directory in which a process is at work.
func AtWork(dir string) error {
	if info, held, err := checkpoint.Holder(dir); err == nil && held {
		return &HeldError{dir: dir, holder: info}
	}
	return nil
}

// NoneAtWork refuses inputs that a run is writing: going back must not run beside going forth. Through a link
// they are the same files. The run directory of this start, if it has one already, is its own.
func NoneAtWork(paths []string, own *Dir) error {
	for _, path := range paths {
		if path == Stdin {
			continue
		}
		path = disk.Resolved(path)
		dir := filepath.Dir(path)
		if _, ok := Of(path); !ok && !ownFile(filepath.Base(path)) || own != nil && disk.SameFile(dir, own.Path) {
			continue
		}
		if err := AtWork(dir); err != nil {
			return err
		}
	}
	return nil
}
