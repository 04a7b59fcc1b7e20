package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteFileFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(OS{}, path, []byte("x")); err == nil {
		t.Error("a directory was replaced by a file")
	}
	if _, err := os.Stat(path + ".tmp"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file is left: %v", err)
	}
	if err := WriteFile(OS{}, filepath.Join(dir, "absent", "f"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into an absent directory: %v", err)
	}
}
