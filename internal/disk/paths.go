package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WithoutPath takes the path off an error that will be shown with it.
func WithoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// Exists tells whether a path leads to anything.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Of a path that is none of this machine's, a URL of an object in S3.
const (
	remote = "s3://"
	pinned = "?versionId="
)

// Remote tells whether a path is a URL.
func Remote(path string) bool { return strings.HasPrefix(path, remote) }

// Unpinned is a path without the version that a URL may pin at its end: by what is left it has a name, and that an ending.
func Unpinned(path string) string {
	if Remote(path) {
		path, _, _ = strings.Cut(path, pinned)
	}
	return path
}

// SameFile tells whether two paths lead to one file, which is there.
func SameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// Inside says whether a file lies in a directory, whatever links lead to both.
func Inside(dir, file string) bool {
	d, err1 := filepath.Abs(Resolved(dir))
	f, err2 := filepath.Abs(Resolved(file))
	if err1 != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(d, f)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Resolved is a path without links; one that leads nowhere stays as it is.
func Resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// IsLink tells whether a path is a symbolic link.
func IsLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}
