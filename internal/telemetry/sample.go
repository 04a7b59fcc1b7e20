package telemetry

import "time"

// Sample is what happened in a few seconds of a run: a line of series.jsonl. It holds nothing of a user.
type Sample struct {
	At      time.Time `json:"at"`      // when they ended
	Seconds float64   `json:"seconds"` // how many there were

	Accepted  int64            `json:"accepted"`           // updates that the service took
	Unchanged int64            `json:"unchanged,omitzero"` // records with nothing to send
	Skipped   int64            `json:"skipped,omitzero"`   // records left as they are
	Failed    map[string]int64 `json:"failed,omitempty"`   // records, by the class that errors.csv gives them
	Throttled int64            `json:"throttled"`          // calls, of updates and reads
	Remaining int64            `json:"remaining"`          // records not finished, at the end

	Rate        float64 `json:"rate"`         // updates a second that were allowed at the end; 0: no limit
	Ceiling     float64 `json:"ceiling"`      // the most that it may be; 0: no limit
	ReadCeiling float64 `json:"read_ceiling"` // the most of reads; 0: no limit
	Paused      bool    `json:"paused,omitzero"`

	// Latency is how long calls took, by the name of their API.
	Latency map[string]Quantiles `json:"latency,omitempty"`
}

// Quantiles are of durations, in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}
