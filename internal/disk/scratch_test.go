package disk

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestScratch: a scratch file replaces what a killed process left, or stands beside it, and is gone when it is closed.
func TestScratch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		shared bool
		left   int // names in the directory behind it
	}{
		{"its own directory", false, 0},
		{"a shared one", true, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "users")
			if err := os.WriteFile(path, []byte("left"), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := CreateScratch(OS{}, path, tt.shared)
			if err != nil {
				t.Fatal(err)
			}
			entries, _ := os.ReadDir(dir)
			if named := len(entries) - tt.left; named > 0 && runtime.GOOS != "windows" {
				t.Errorf("an open one has a name: %v", entries)
			}
			_, err = s.WriteAt([]byte("users"), 0)
			got := make([]byte, 5)
			if _, read := s.ReadAt(got, 0); err != nil || read != nil || string(got) != "users" {
				t.Errorf("%q, %v, %v", got, err, read)
			}
			if info, err := s.Stat(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != tt.left {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}
