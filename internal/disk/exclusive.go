package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

const (
	claimPatience = 5 * time.Second // more than anybody keeps a file that is claimed for a moment
	claimRetry    = 10 * time.Millisecond
)

// ErrClaimed says that another process keeps a file to itself, and has for seconds.
var ErrClaimed = errors.New("another process keeps it to itself")

// Claimable is an open file that the system can keep to a process. An *os.File is one.
type Claimable interface {
	Fd() uintptr
	Name() string
}

// Exclusively does something that no other process does at the same time, of those that ask by the same path: to read a
// file, change what it says and replace it, say. The file at the path has nothing in it, and stays: who removed it could
// take it from under one that has just opened it. It waits some seconds for others. A process that ends, however, lets
// others in. Where a file system has no locks, they are in at once.
func Exclusively(on FS, path string, do func() error) error {
	f, err := openClaim(on, path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := claim(f); err != nil {
		return fmt.Errorf("%s: %w", path, WithoutPath(err))
	}
	return do()
}

// openClaim opens the file of a claim. What is none is not opened: through a link, another would be made.
func openClaim(on FS, path string) (File, error) {
	f, err := on.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if !errors.Is(err, fs.ErrExist) {
		return f, err
	}
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		return nil, err
	}
	return on.OpenFile(path, os.O_RDWR, 0)
}

func claim(f File) error {
	file, ok := f.(Claimable)
	if !ok {
		return nil // of a file system that is this process's alone
	}
	for begun := time.Now(); ; time.Sleep(claimRetry) {
		switch alone, err := Claim(file); {
		case err != nil || alone:
			return err
		case time.Since(begun) >= claimPatience:
			return ErrClaimed
		}
	}
}
