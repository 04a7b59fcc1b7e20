package checkpoint

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"attrmigrate/internal/disk"
)

// LockName is the name of the lock in the run directory.
const LockName = "lock"

const (
	// lockPatience outlasts a process that only looks (see Holder), lockRetry is the time between tries.
	lockPatience = 200 * time.Millisecond
	lockRetry    = 10 * time.Millisecond
)

// Lock keeps a run directory to one process. The kernel holds it, not the file: it ends with the
// process, however that ends, and the file that stays is no obstacle. It is lost, too, when the Lock
// is no longer referred to: keep it until Release.
type Lock struct {
	on    disk.FS
	path  string
	flock *flock.Flock
}

// Acquire takes the lock of a run directory. If another process has it, the error is a *[HeldError].
func Acquire(dir string) (*Lock, error) { return AcquireOn(disk.OS{}, dir) }

// AcquireOn is Acquire on another file system, which lies on the operating system's.
func AcquireOn(on disk.FS, dir string) (*Lock, error) {
	path := filepath.Join(dir, LockName)
	made, unwritten := prepare(on, path)
	if unwritten != nil && !made {
		return nil, fmt.Errorf("lock the run directory: %w", unwritten)
	}
	l := &Lock{on: on, path: path, flock: flock.New(path, flock.SetFlag(os.O_RDWR))}
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
	info, err := json.Marshal(ThisProcess())
	if err = cmp.Or(unwritten, err); err == nil {
		err = writeInfo(on, path, append(info, '\n'))
	}
	if err != nil {
		if made { // while it is locked: who has opened it meanwhile finds out
			_ = on.Remove(path)
		}
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
	return errors.Join(writeInfo(l.on, l.path, nil), l.flock.Unlock())
}

// ReleaseUnsaved gives the lock up as [Lock.Release] does, and leaves in its file how the run ended. It is for
// a checkpoint that could not be saved: the file of the lock is there already, and has room for it even on a
// disk that is full. [Holder] tells it until the next process takes the lock.
func (l *Lock) ReleaseUnsaved(end End) error {
	if !l.flock.Locked() {
		return nil
	}
	info := ThisProcess()
	info.End = &end
	return errors.Join(overwriteInfo(l.on, l.path, info), l.flock.Unlock())
}

// prepare creates the lock file if there is none. Its first byte is a blank that is never written
// again: Windows lets nobody but the lock's own handle touch the locked byte, which is the first.
//
// The name and the byte are durable before there is anything else in the directory: a directory with files in
// it and no lock, or an empty one, is taken for somebody else's. It tells whether it made the file, which may be there also
// where the byte could not be written.
func prepare(on disk.FS, path string) (made bool, err error) {
	f, err := on.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, regular(path)
	}
	if err != nil {
		return false, err
	}
	if _, err = f.Write([]byte("\n")); err == nil {
		err = f.Sync()
	}
	return true, errors.Join(err, f.Close(), on.SyncDir(filepath.Dir(path)))
}

// regular refuses what a lock is not: through a symbolic link, another file would be written to.
func regular(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: is no regular file", path)
	}
	return err
}

// IsLock tells whether a file may be the lock of a run directory. One that is of another program is not to be
// written to. A crash may have cut ours short, or left zeros in it; what is no file is not judged here.
func IsLock(path string) bool {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return true
	}
	f, err := disk.Open(path)
	if err != nil {
		return true // whoever locks it is told why it cannot be
	}
	defer f.Close()
	// The first byte is left alone: on Windows nobody but the holder can read it.
	text, err := io.ReadAll(io.NewSectionReader(f, 1, maxInfo+1))
	if err != nil || len(text) > maxInfo {
		return false
	}
	if len(text) > 0 && text[0] == 0 { // a crash has lost the beginning, at least; no text has that
		return true
	}
	text = bytes.TrimRight(text, "\x00")
	return bytes.HasPrefix(text, []byte(infoBegin)) || bytes.HasPrefix([]byte(infoBegin), text)
}
