package rehearsal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"attrmigrate/internal/disk"
)

// TestCopyJournal: what else is named by the file that is replaced stays as it is.
func TestCopyJournal(t *testing.T) {
	dir := t.TempDir()
	earlier, journal, theirs := filepath.Join(dir, "earlier"), filepath.Join(dir, "journal"), filepath.Join(dir, "theirs")
	if err := errors.Join(os.WriteFile(earlier, []byte("earlier"), 0o600), os.WriteFile(theirs, []byte("theirs"), 0o600), os.Link(theirs, journal)); err != nil {
		t.Fatal(err)
	}
	if copied, err := copyJournal(disk.OS{}, earlier, journal); err != nil || !copied {
		t.Errorf("copied %v, %v", copied, err)
	}
	for path, want := range map[string]string{journal: "earlier", theirs: "theirs"} {
		if got, err := os.ReadFile(path); string(got) != want {
			t.Errorf("%s: %q, %v", filepath.Base(path), got, err)
		}
	}
}
