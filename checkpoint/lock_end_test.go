package checkpoint

import (
	"os"
	"path/filepath"
	"testing"
)

// TestReleaseUnsaved: how a run ended that could not be saved is told until the next process comes.
func TestReleaseUnsaved(t *testing.T) {
	dir := t.TempDir()
	lock, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.ReleaseUnsaved(End{Reason: "the disk is full", Hint: "make room"}); err != nil {
		t.Fatal(err)
	}
	info, held, err := Holder(dir)
	if err != nil || held || info.End == nil || *info.End != (End{"the disk is full", "make room"}) {
		t.Errorf("%+v, held %v, %v", info, held, err)
	}
	if lock, err = Acquire(dir); err != nil {
		t.Fatal(err)
	}
	if info, held, err := Holder(dir); err != nil || !held || info.End != nil {
		t.Errorf("taken again: %+v, held %v, %v", info, held, err)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
	if info, held, err := Holder(dir); err != nil || held || info != (Info{}) {
		t.Errorf("released: %+v, held %v, %v", info, held, err)
	}
}

// TestIsLock: whatever a crash leaves of a lock is one, and what others write is not.
func TestIsLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), LockName)
	for text, want := range map[string]bool{
		"": true, "\n": true, "\n{\"pid\":12,\"host\":\"h\"}\n": true, "\n{\"pi": true, "\n\x00\x00\x00": true, "\x00\x00": true,
		"the only copy of these notes": false, "1234\n": false, "\n\nnotes": false, "{\"pid\":12}": false,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := IsLock(path); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
