//go:build unix

package disk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestReadFile: a pipe to which nobody writes, a device and a directory are refused at once.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file, pipe, link := filepath.Join(dir, "file"), filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	err := errors.Join(os.WriteFile(file, []byte("text"), 0o600), syscall.Mkfifo(pipe, 0o600), os.Symlink(pipe, link))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := ReadFile(file); string(text) != "text" || err != nil {
		t.Errorf("a file: %q, %v", text, err)
	}
	for _, path := range []string{pipe, link, dir, "/dev/null"} {
		if _, err := ReadFile(path); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := ReadFile(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
}

// TestReadGiven: what the shell has opened may be a pipe, of which no more is read than is asked for, and which ctx ends; to a
// pipe by its name nobody may ever write.
func TestReadGiven(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "file"), filepath.Join(dir, "pipe")
	if err := errors.Join(os.WriteFile(file, []byte("text"), 0o600), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadGiven(t.Context(), file, 2); string(text) != "tex" || err != nil {
		t.Errorf("a file: %q, %v", text, err)
	}
	for _, path := range []string{pipe, dir, "/dev/zero"} {
		if _, err := ReadGiven(t.Context(), path, 2); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Stat("/dev/fd/0"); err != nil {
		t.Skip("the system has no /dev/fd")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	opened := fmt.Sprintf("/dev/fd/%d", r.Fd())
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := ReadGiven(ctx, opened, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("a pipe to which nobody writes: %v", err)
	}
	if _, err := w.WriteString("text"); err != nil {
		t.Fatal(err)
	}
}
