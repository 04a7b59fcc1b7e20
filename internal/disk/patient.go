package disk

import (
	"errors"
	"io/fs"
	"syscall"
	"time"
)

// How long an operation is tried again that the system refuses for the moment, and the time between tries,
// which doubles up to its bound.
const (
	patience   = 10 * time.Second
	firstPause = 5 * time.Millisecond
	lastPause  = 250 * time.Millisecond
)

// Patient is a file system that tries again, for some seconds, what a system (as runtime.GOOS names it)
// refuses only for the moment. Windows does so while another process has the file open: a reader, an indexer,
// a virus scanner, a backup. Elsewhere an open file stands in nobody's way, and on is returned as it is.
func Patient(on FS, system string) FS {
	if system != "windows" {
		return on
	}
	return patient{on}
}

type patient struct{ FS }

// OpenFile implements [FS].
func (p patient) OpenFile(path string, flag int, mode fs.FileMode) (f File, err error) {
	err = insist(func() error {
		f, err = p.FS.OpenFile(path, flag, mode)
		return err
	})
	return f, err
}

// Rename implements [FS].
func (p patient) Rename(from, to string) error {
	return insist(func() error { return p.FS.Rename(from, to) })
}

// Link implements [FS].
func (p patient) Link(from, to string) error {
	return insist(func() error { return p.FS.Link(from, to) })
}

// Remove implements [FS].
func (p patient) Remove(path string) error {
	return insist(func() error { return p.FS.Remove(path) })
}

// insist does something until it is not refused for the moment any more.
func insist(do func() error) error {
	begun := time.Now()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := do()
		if !busy(err) || time.Since(begun) >= patience {
			return err
		}
		time.Sleep(pause)
	}
}

// busy says of an error of Windows that it may be over in a moment: access denied, sharing violation and lock
// violation. The first is also that of a directory which nobody may write to.
func busy(err error) bool {
	const accessDenied, sharingViolation, lockViolation = syscall.Errno(5), syscall.Errno(32), syscall.Errno(33)
	number, ok := errors.AsType[syscall.Errno](err)
	return ok && (number == accessDenied || number == sharingViolation || number == lockViolation)
}
