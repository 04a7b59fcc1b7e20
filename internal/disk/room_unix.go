//go:build darwin || linux

package disk

import "golang.org/x/sys/unix"

// free is how many bytes of a file system this user may still write.
func free(dir string) (bytes int64, known bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
