package report

import (
	"errors"
	"fmt"
	"os"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// ExportFile is a file that gets its name when it is whole: until then it is written beside it, under
// the name with .tmp behind it, and an older file of that name stands. It is used by one goroutine.
type ExportFile struct {
	on   disk.FS
	tmp  *file
	path string // its final one
}

// CreateExport begins a file with mode 0600. What a killed process left beside it is replaced.
func CreateExport(path string) (*ExportFile, error) { return createExport(disk.OS{}, path) }

func createExport(on disk.FS, path string) (*ExportFile, error) {
	f, err := openFile(on, path+".tmp", checkpoint.Extent{})
	if err != nil {
		return nil, err
	}
	return &ExportFile{on: on, tmp: f, path: path}, nil
}

// Write takes bytes of the file.
func (f *ExportFile) Write(b []byte) (int, error) { return f.tmp.Write(b) }

// Commit makes the file durable and gives it its name. If that fails, the file is discarded.
func (f *ExportFile) Commit() error {
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
	if err := disk.Rename(f.on, f.tmp.path, f.path); err != nil {
		return errors.Join(err, disk.RemoveIfThere(f.on, f.tmp.path))
	}
	return nil
}

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
