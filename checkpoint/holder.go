package checkpoint

import (
	"bytes"
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
	// maxInfo bounds what is read of a lock file, in bytes.
	maxInfo = 4096
	// infoBegin is how the description of a holder begins.
	infoBegin = `{"pid":`
)

// End is how a run ended that could not be saved, as its process told it: see [Lock.ReleaseUnsaved].
type End struct {
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

// Info says who holds a lock. The lock's file has it as JSON.
type Info struct {
	PID     int       `json:"pid"`           // 0: it cannot be told
	Host    string    `json:"host"`          // of the process
	Since   time.Time `json:"since"`         // in UTC, to the second
	Command string    `json:"command"`       // the program's name; its arguments may hold secrets
	End     *End      `json:"end,omitempty"` // nil, but for a process that has ended and could not save how
}

// HeldError says that another process holds the lock. Its Info is zero if it cannot be told.
type HeldError struct {
	Path string // of the lock's file
	Info
}

// Error names the lock and, if it can be told, the process that holds it.
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

// ThisProcess describes this process, as the holder of a lock.
func ThisProcess() Info {
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

// writeInfo replaces what stands behind the first byte, durably. It is called by the holder of the lock only.
func writeInfo(on disk.FS, path string, info []byte) error {
	f, err := on.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err = f.Truncate(1); err == nil {
		_, err = f.WriteAt(info, 1)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// overwriteInfo does as writeInfo, and gives no byte of the file back before the new ones are written.
func overwriteInfo(on disk.FS, path string, info Info) error {
	data, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if len(data) > maxInfo-2 {
		return writeInfo(on, path, nil)
	}
	f, err := on.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(data, '\n'), 1)
	if err == nil {
		err = f.Truncate(int64(len(data)) + 2)
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
