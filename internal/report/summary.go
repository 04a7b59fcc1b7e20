package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
)

// SummaryJSON is the name of the summary in a run directory.
const SummaryJSON = "summary.json"

// HTML is the name of the report for people.
const HTML = "report.html"

// Summary is the end of a run, or where it stands, in numbers: the content of summary.json.
type Summary struct {
	State     checkpoint.Phase `json:"state"`
	Reason    string           `json:"reason,omitempty"` // why it stopped
	Rows      int64            `json:"rows"`             // records of the input
	Updated   int64            `json:"updated"`
	Unchanged int64            `json:"unchanged"`
	Failed    int64            `json:"failed"`
	Awaiting  int64            `json:"awaiting_verification"`
	Skipped   int64            `json:"skipped"`
	Remaining int64            `json:"remaining"` // records not finished yet
	Attempts  int64            `json:"attempts"`  // calls of the service
	Throttled int64            `json:"throttled"` // of those, refused for their pace
	StartedAt time.Time        `json:"started_at"`
	Elapsed   float64          `json:"elapsed_seconds"`    // spent running, over all starts
	Paused    float64          `json:"paused_seconds"`     // beside those
	PerSecond float64          `json:"updates_per_second"` // accepted by the service, on average
}

// Summarize derives the summary of a run from its state.
func Summarize(s checkpoint.State) Summary {
	sum := Summary{
		State:     s.Phase,
		Reason:    s.Reason,
		Rows:      s.Total,
		Updated:   s.Counts.Updated,
		Unchanged: s.Counts.Unchanged,
		Failed:    s.Counts.Failed,
		Awaiting:  s.Counts.Awaiting,
		Skipped:   s.Counts.Skipped,
		Remaining: max(0, s.Total-s.Counts.Done()),
		Attempts:  s.Counts.Attempts,
		Throttled: s.Counts.Throttled,
		StartedAt: s.StartedAt.UTC(),
		Elapsed:   thousandths(s.Elapsed.Seconds()),
		Paused:    thousandths(s.Paused.Seconds()),
	}
	if s.Elapsed > 0 {
		sum.PerSecond = thousandths(float64(s.Counts.Updated+s.Counts.Awaiting) / s.Elapsed.Seconds())
	}
	return sum
}

// WriteSummary replaces summary.json in a run directory, atomically and durably.
func WriteSummary(on disk.FS, dir string, s Summary) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	if err := disk.WriteFile(on, filepath.Join(dir, SummaryJSON), b.Bytes()); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

// thousandths rounds to three places.
func thousandths(x float64) float64 { return math.Round(x*1000) / 1000 }
