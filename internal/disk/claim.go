//go:build !windows && !darwin && !linux && !freebsd && !netbsd && !openbsd && !dragonfly

package disk

// Claim keeps an open file to this process, until it is closed or the process ends; false: another process has
// it. Where a system or a file system has no such locks, whoever asks has it.
func Claim(Claimable) (bool, error) { return true, nil }
