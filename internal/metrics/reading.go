package metrics

import (
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// Source is a command that is shown.
type Source struct {
	Command string // apply, plan or export
	Pool    string // its ID
	Run     string // the name of the run directory, or of what is made
	Version string // of the program
	Started time.Time

	// Read is where the command stands. It is called by many goroutines.
	Read func() Reading
}

// Reading is where a command stands at a moment.
type Reading struct {
	State string // one of the states of a [rundir.Standing]
	// Finished is when the command came to its end; zero: it has not.
	Finished time.Time
	Paused   bool

	Total, Remaining int64 // records
	// Records are those finished over all starts, by outcome; nil: nobody keeps them.
	Records map[string]int64

	// Allowed is how many updates a second the pace lets through, the others the most that it may be; nil: no limit.
	Allowed, Ceiling, ReadCeiling *float64

	Totals telemetry.Totals // of this start
}

// outcomes are those that records of a run may have.
var outcomes = []string{
	pipeline.Updated.String(), pipeline.Unchanged.String(), pipeline.AwaitingVerification.String(), pipeline.Skipped.String(),
	pipeline.Failed.String(),
}

// Of is the reading of a run.
func Of(s rundir.Standing, totals telemetry.Totals) Reading {
	r := Reading{
		State: s.State, Total: s.Rows, Remaining: s.Remaining, Paused: s.State == "pausing" || s.State == "paused",
		Records: map[string]int64{
			pipeline.Updated.String(): s.Updated, pipeline.Unchanged.String(): s.Unchanged, pipeline.Skipped.String(): s.Skipped,
			pipeline.AwaitingVerification.String(): s.Awaiting, pipeline.Failed.String(): s.Failed,
		},
		Ceiling: s.Effective.Rate, ReadCeiling: s.Effective.ReadRate, Totals: totals,
	}
	if s.Rate.PerSecond > 0 {
		r.Allowed = &s.Rate.PerSecond
	}
	if s.State == string(checkpoint.Finished) {
		r.Finished = s.SavedAt
	}
	// A counter is there before it counts, or its first step is lost to increase().
	counted := make(map[string]int64, len(outcomes))
	for _, o := range outcomes {
		counted[o] = totals.Records[o]
	}
	r.Totals.Records = counted
	return r
}
