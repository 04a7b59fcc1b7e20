package checkpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"attrmigrate/internal/disk"
)

const (
	// LockName is the lock in the run directory.
	LockName = "lock"
	// lockPatience outlasts a process that only looks (see Holder), lockRetry is the time between tries.
	lockPatience = 200 * time.Millisecond
	lockRetry    = 10 * time.Millisecond
	// maxInfo bounds what is read of a lock file, in bytes.
	maxInfo = 4096
)

// Info says who holds a lock.
type Info struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Since   time.Time `json:"since"`
	Command string    `json:"command"`       // the program's name; its arguments may hold secrets
	End     *End      `json:"end,omitempty"` // nil, but for a process that has ended and could not save how
}

// Lock keeps a run directory to one process. The kernel holds it, not the file: it ends with the
// process, however that ends, and the file that stays is no obstacle. It is lost, too, when the Lock
// is no longer referred to: keep it until Release.
type Lock struct {
	path  string
	flock *flock.Flock
}

// HeldError says that another process holds the lock. Its Info is zero if it cannot be told.
type HeldError struct {
	Path string
	Info
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return e.Path + ": another process is at work in this run directory"
	}
	return fmt.Sprintf("%s: %s is at work in this run directory: process %d on %s, since %s",
		e.Path, e.Command, e.PID, e.Host, e.Since.UTC().Format(time.RFC3339))
}

// Hint says what to do: last of all, to name another directory. How that is done is for the program to add.
func (e *HeldError) Hint() string {
	return "wait until it has ended, stop it, or name another directory"
}

// Acquire takes the lock of a run directory. If another process has it, the error is a *[HeldError].
func Acquire(dir string) (*Lock, error) {
	path := filepath.Join(dir, LockName)
	if err := prepare(disk.OS{}, path); err != nil {
		return nil, fmt.Errorf("lock the run directory: %w", err)
	}
	l := &Lock{path: path, flock: flock.New(path, flock.SetFlag(os.O_RDWR))}
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	if _, err := l.flock.TryLockContext(ctx, lockRetry); errors.Is(err, context.DeadlineExceeded) {
		info, _ := readInfo(path) // an unreadable holder is still a holder
		return nil, &HeldError{Path: path, Info: info}
	} else if err != nil {
		return nil, fmt.Errorf("%s: cannot be locked, as nothing can on some network file systems: %w", path, err)
	}
	if !l.inPlace() { // the directory was moved meanwhile: this is the lock of another one
		return nil, errors.Join(&HeldError{Path: path}, l.flock.Unlock())
	}
	info, err := json.Marshal(ownInfo())
	if err == nil {
		err = writeInfo(path, append(info, '\n'))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the run directory: %w", err), l.flock.Unlock())
	}
	return l, nil
}

// inPlace says whether the file that is locked is the one that stands at the path.
func (l *Lock) inPlace() bool {
	locked, err := l.flock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(l.path)
	return err == nil && os.SameFile(locked, there)
}

// Moved tells the lock that its directory has been renamed to dir while it was held.
func (l *Lock) Moved(dir string) { l.path = filepath.Join(dir, LockName) }

// Release gives the lock up. The file stays: to remove it could take it from under a process that
// has opened it and is about to lock it, and then two would hold "the" lock.
func (l *Lock) Release() error {
	if !l.flock.Locked() {
		return nil
	}
	return errors.Join(writeInfo(l.path, nil), l.flock.Unlock())
}

// Holder says whether a process holds the lock of a run directory, and which. If none does, a
// non-zero info is of a process that ended without releasing it. Holder writes nothing; it takes a
// shared lock for a moment, which Acquire outwaits.
func Holder(dir string) (info Info, held bool, err error) {
	path := filepath.Join(dir, LockName)
	if err := regular(path); errors.Is(err, fs.ErrNotExist) {
		return Info{}, false, nil
	} else if err != nil {
		return Info{}, false, err
	}
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := l.TryRLock()
	if errors.Is(err, fs.ErrNotExist) {
		return Info{}, false, nil
	}
	if err != nil {
		return Info{}, false, err
	}
	if free {
		if err := l.Unlock(); err != nil {
			return Info{}, false, err
		}
	}
	info, err = readInfo(path)
	return info, !free, err
}

// prepare creates the lock file if there is none. Its first byte is a blank that is never written
// again: Windows lets nobody but the lock's own handle touch the locked byte, which is the first.
//
// The name and the byte are durable before there is anything else in the directory: a directory with files in
// it and no lock, or an empty one, is taken for somebody else's.
func prepare(on disk.FS, path string) error {
	f, err := on.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return regular(path)
	}
	if err != nil {
		return err
	}
	if _, err = f.Write([]byte("\n")); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), on.SyncDir(filepath.Dir(path)))
}

// regular refuses what a lock is not: through a symbolic link, another file would be written to.
func regular(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: is no regular file", path)
	}
	return err
}

// ownInfo describes this process.
func ownInfo() Info {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return Info{
		PID:     os.Getpid(),
		Host:    host,
		Since:   time.Now().UTC().Truncate(time.Second),
		Command: filepath.Base(os.Args[0]),
	}
}

// writeInfo replaces what stands behind the first byte. It is called by the holder of the lock only.
func writeInfo(path string, info []byte) error {
	f, err := disk.OS{}.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err = f.Truncate(1); err == nil {
		_, err = f.WriteAt(info, 1)
	}
	return errors.Join(err, f.Close())
}

// readInfo reads who holds the lock; the zero Info if that is not, or not yet, written.
func readInfo(path string) (Info, error) {
	f, err := disk.Open(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	data := make([]byte, maxInfo)
	n, _ := f.ReadAt(data, 1) // a short read is the whole content
	var info Info
	if json.Unmarshal(bytes.TrimSpace(data[:n]), &info) != nil {
		return Info{}, nil
	}
	return info, nil
}
