package crash

import (
	"io/fs"

	"attrmigrate/internal/disk"
)

// Unsynced is the operating system's file system without its syncs, which take most of the time of a test that writes
// hundreds of files. It is for what nobody will crash: what syncs are for, only a power cut shows.
type Unsynced struct{ disk.OS }

var _ disk.FS = Unsynced{}

// OpenFile implements [disk.FS].
func (u Unsynced) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	f, err := u.OS.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}

// SyncDir implements [disk.FS].
func (Unsynced) SyncDir(string) error { return nil }

type unsyncedFile struct{ disk.File }

// Sync implements [disk.File].
func (unsyncedFile) Sync() error { return nil }
