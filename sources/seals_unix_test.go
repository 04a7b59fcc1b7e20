//go:build unix

package sources

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestPipeInPlace: a pipe that stands where the input was is waited for by nobody.
func TestPipeInPlace(t *testing.T) {
	for name, read := range map[string]func(*Files) error{
		"the next record": func(f *Files) error { _, err := f.Next(t.Context()); return err },
		"a single record": func(f *Files) error { _, err := f.At(Position{Line: 1}); return err },
		"a record behind": func(f *Files) error { return f.Resume(Position{Offset: 15, Line: 2}) },
	} {
		path := write(t, "a.jsonl", strings.Repeat(`{"username":"a"}`+"\n", 2))
		f := opened(t, path, nil)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := read(f); err == nil || !strings.HasPrefix(err.Error(), path+": is not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
