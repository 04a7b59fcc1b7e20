package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

func TestWriteSummary(t *testing.T) {
	const zero = `{
  "state": "running",
  "rows": 0,
  "updated": 0,
  "unchanged": 0,
  "failed": 0,
  "awaiting_verification": 0,
  "skipped": 0,
  "remaining": 0,
  "attempts": 0,
  "throttled": 0,
  "started_at": "0001-01-01T00:00:00Z",
  "elapsed_seconds": 0,
  "paused_seconds": 0,
  "updates_per_second": 0
}
`
	const stopped = `{
  "state": "stopped",
  "reason": "too many records failed: 21 > 20",
  "rows": 100,
  "updated": 30,
  "unchanged": 5,
  "failed": 21,
  "awaiting_verification": 1,
  "skipped": 4,
  "remaining": 39,
  "attempts": 60,
  "throttled": 9,
  "started_at": "2026-03-01T12:00:00Z",
  "elapsed_seconds": 1.5,
  "paused_seconds": 0,
  "updates_per_second": 20.667
}
`
	tests := []struct {
		name  string
		state checkpoint.State
		want  string
	}{
		{"the beginning", checkpoint.State{Phase: checkpoint.Running}, zero},
		{"stopped", checkpoint.State{
			Phase: checkpoint.Stopped, Reason: "too many records failed: 21 > 20", Total: 100,
			Counts:    checkpoint.Counts{Updated: 30, Unchanged: 5, Awaiting: 1, Skipped: 4, Failed: 21, Attempts: 60, Throttled: 9},
			StartedAt: at.Truncate(time.Second), Elapsed: 1500 * time.Millisecond,
		}, stopped},
		{"more records than were foreseen", checkpoint.State{
			Phase: checkpoint.Running, Counts: checkpoint.Counts{Unchanged: 1},
		}, strings.Replace(zero, `"unchanged": 0`, `"unchanged": 1`, 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for range 2 {
				if err := WriteSummary(disk.OS{}, dir, Summarize(tt.state)); err != nil {
					t.Fatal(err)
				}
			}
			if got := read(t, dir, SummaryJSON); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestWriteSummaryFailure(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, SummaryJSON), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteSummary(disk.OS{}, dir, Summary{}); err == nil || !strings.HasPrefix(err.Error(), "write the summary: ") {
		t.Errorf("WriteSummary: %v", err)
	}
}
