package disk

import "fmt"

// RoomError says that a file system has less room than something needs.
type RoomError struct {
	Path       string
	Need, Free int64 // bytes
}

func (e *RoomError) Error() string {
	return fmt.Sprintf("%s: %d MiB are needed, and %d MiB are free", e.Path, e.Need>>20+1, e.Free>>20)
}

// Room refuses to begin what needs so many bytes in a directory where they are not free. Where that cannot be told, it may begin.
func Room(dir string, need int64) error {
	if free, known := free(dir); known && free < need {
		return &RoomError{Path: dir, Need: need, Free: free}
	}
	return nil
}
