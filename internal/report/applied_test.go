package report

import (
	"os"
	"path/filepath"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

// notExpected is an error whose text has a value.
type notExpected struct{}

func (notExpected) Error() string  { return "custom:tier: expected silver" }
func (notExpected) Public() string { return "custom:tier: not as the record expects" }

// TestAppliedOfEarlierVersion: a file without the column of reasons goes on without it.
func TestAppliedOfEarlierVersion(t *testing.T) {
	dir, head := t.TempDir(), "file,line,username,outcome,at\n"
	if err := os.WriteFile(filepath.Join(dir, AppliedCSV), []byte(head), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := csvConfig(dir)
	cfg.Recorded = map[string]checkpoint.Extent{AppliedCSV: recorded(head, len(head))}
	f := must(t, cfg)
	defer f.Close()
	if err := f.Write(record(1, pipeline.Skipped)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir, AppliedCSV); got != head+"users.csv,2,user-1,skipped,2026-03-01T12:00:00Z\n" {
		t.Error(got)
	}
}
