package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// ExportFile is a file that gets its name when it is whole: until then it is written beside it, under
// the name with .tmp behind it, and an older file of that name stands. Where a file has that name already it
// is another one, .2.tmp and so on: it may be anybody's, or what a killed process has left. It is used by one
// goroutine.
type ExportFile struct {
	on   disk.FS
	tmp  *file
	path string // its final one
}

// CreateExport begins a file with mode 0600.
func CreateExport(path string) (*ExportFile, error) { return createExport(disk.OS{}, path) }

func createExport(on disk.FS, path string) (*ExportFile, error) {
	for n := 1; ; n++ {
		name := path + ".tmp"
		if n > 1 {
			name = fmt.Sprintf("%s.%d.tmp", path, n)
		}
		f, err := on.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) && n < maxTemporaries {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &ExportFile{on: on, tmp: newFile(name, f, checkpoint.Extent{}), path: path}, nil
	}
}

// maxTemporaries is how many names are tried for a file in the making.
const maxTemporaries = 1000

// Temporary is the name that the file has until it is whole.
func (f *ExportFile) Temporary() string { return f.tmp.path }

// Write takes bytes of the file.
func (f *ExportFile) Write(b []byte) (int, error) { return f.tmp.Write(b) }

// Commit makes the file durable and gives it its name; what has the name already is replaced. If the file
// cannot be written whole it is discarded. If it only cannot get its name it stays under the one that it has,
// and the error is an *[UnnamedError].
func (f *ExportFile) Commit() error {
	return f.commit(func() error { return disk.Rename(f.on, f.tmp.path, f.path) })
}

// CommitNew does as Commit, but what has the name already stays: the error then is fs.ErrExist.
func (f *ExportFile) CommitNew() error {
	return f.commit(func() error { return disk.Name(f.on, f.tmp.path, f.path) })
}

func (f *ExportFile) commit(name func() error) error {
	err := f.tmp.sync()
	if err == nil && !f.own() {
		err = fmt.Errorf("%s: another process has begun to write it", f.tmp.path)
	}
	if err != nil {
		return errors.Join(err, f.Discard())
	}
	if err := f.tmp.close(); err != nil {
		return errors.Join(err, disk.RemoveIfThere(f.on, f.tmp.path))
	}
	if err := name(); err != nil {
		return &UnnamedError{Path: f.path, Temporary: f.tmp.path, Err: err}
	}
	return nil
}

// UnnamedError says that a file is whole and could not get its name.
type UnnamedError struct {
	Path      string // the name
	Temporary string // where it is
	Err       error
}

func (e *UnnamedError) Error() string {
	why := e.Err
	if link, ok := errors.AsType[*os.LinkError](why); ok { // which says both names once more
		why = link.Err
	} else if path, ok := errors.AsType[*fs.PathError](why); ok {
		why = path.Err
	}
	return fmt.Sprintf("%s: %v", e.Path, why)
}

func (e *UnnamedError) Unwrap() error { return e.Err }

// Hint says where the file is.
func (e *UnnamedError) Hint() string { return e.Temporary + " is the whole file: give it another name" }

// Discard drops the file; what has its name stays.
func (f *ExportFile) Discard() error {
	own := f.own()
	_ = f.tmp.close() // it goes anyway
	if !own {
		return nil
	}
	return disk.RemoveIfThere(f.on, f.tmp.path)
}

// own reports whether the temporary file is still this one, and not that of another process.
func (f *ExportFile) own() bool {
	mine, err := f.tmp.f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(f.tmp.path)
	return err == nil && os.SameFile(mine, there)
}
