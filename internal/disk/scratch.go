package disk

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// Scratch is a file of which nobody else knows: it is written and read by this process, with mode 0600, and is gone
// when it is closed. Where the system lets an open file lose its name it has none from the beginning, so that not even
// a process that is killed leaves it behind.
type Scratch struct {
	File
	on   FS
	path string // empty: it has no name any more
}

// CreateScratch makes one at a path. What a killed process left there goes, unless the directory is shared: there
// it has the name of a temporary file beside the path that nothing has yet ([Manner]).
func CreateScratch(on FS, path string, shared bool) (*Scratch, error) {
	if !shared {
		if err := RemoveIfThere(on, path); err != nil {
			return nil, err
		}
	}
	name := path
	for n := 1; ; n++ {
		if shared {
			name = sharedTemporary(path, n)
		}
		f, err := on.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		switch {
		case shared && errors.Is(err, fs.ErrExist) && n <= mostTemporaries:
		case err != nil:
			return nil, err
		default:
			return unlinked(&Scratch{f, on, name}), nil
		}
	}
}

// unlinked takes its name from it, where that can be done.
func unlinked(s *Scratch) *Scratch {
	if runtime.GOOS != "windows" && s.on.Remove(s.path) == nil {
		s.path = ""
	}
	return s
}

// Close ends it.
func (s *Scratch) Close() error {
	err := s.File.Close()
	if s.path != "" {
		err = errors.Join(err, RemoveIfThere(s.on, s.path))
	}
	return err
}
