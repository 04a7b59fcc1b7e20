//go:build darwin || linux || freebsd || netbsd || openbsd || dragonfly

package disk

import (
	"errors"
	"os"
	"syscall"
)

// Claim keeps an open file to this process, until it is closed or the process ends; false: another process has
// it. Where a system or a file system has no such locks, whoever asks has it.
func Claim(f Claimable) (bool, error) {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case err == nil, errors.Is(err, errors.ErrUnsupported), err == syscall.EINVAL, err == syscall.ENOLCK:
			return true, nil
		case err == syscall.EWOULDBLOCK:
			return false, nil
		case err != syscall.EINTR:
			return false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
		}
	}
}
