package report

import (
	"io/fs"

	"attrmigrate/internal/disk"
)

// unsynced is the file system without its syncs, which take most of the time of a test that writes hundreds of
// files. What they are for only a power cut shows; see crash_test.go.
type unsynced struct{ disk.OS }

func (u unsynced) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	f, err := u.OS.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}

func (unsynced) SyncDir(string) error { return nil }

type unsyncedFile struct{ disk.File }

func (unsyncedFile) Sync() error { return nil }
