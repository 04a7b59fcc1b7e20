package disk

import "golang.org/x/sys/windows"

// free is how many bytes of a file system this user may still write.
func free(dir string) (bytes int64, known bool) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var mine uint64
	if err := windows.GetDiskFreeSpaceEx(name, &mine, nil, nil); err != nil {
		return 0, false
	}
	return int64(mine), true
}
