//go:build unix

package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestJournalThatIsNoFile: a pipe, a device, a directory and a link that leads nowhere are refused at once, and
// nothing is made; a link to a journal is followed.
func TestJournalThatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(syscall.Mkfifo(in("pipe"), 0o600), os.Symlink("nowhere", in("dangling")), os.Symlink("kept", in("link"))); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		in("pipe"): "is not a regular file", dir: "is not a regular file", "/dev/null": "is not a regular file",
		in("dangling"): "is a symbolic link that leads nowhere",
	} {
		if _, err := New(Config{Journal: path}); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Stat(in("nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made through a link: %v", err)
	}
	for _, path := range []string{in("kept"), in("link")} {
		s, err := New(Config{Journal: path})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
