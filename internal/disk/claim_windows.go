package disk

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// Claim keeps an open file to this process, until it is closed or the process ends; false: another process has
// it. Where a system or a file system has no such locks, whoever asks has it.
//
// Nobody can read a byte that is locked here, so it is one that no file has.
func Claim(f Claimable) (bool, error) {
	behind := &windows.Overlapped{Offset: math.MaxUint32 - 1, OffsetHigh: math.MaxInt32}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, behind)
	switch {
	case err == nil, errors.Is(err, errors.ErrUnsupported), errors.Is(err, windows.ERROR_INVALID_FUNCTION):
		return true, nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return false, nil
	default:
		return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
}
