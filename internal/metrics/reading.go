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
	// Recorded says that the command has begun: until then the file of the last one is left as it is, since it may be refused yet.
	Recorded bool

	State string // one of the states of a [rundir.Standing]
	// Finished is when the command came to its end; zero: it has not.
	Finished time.Time
	Paused   bool

	Total, Remaining int64 // records
	// Records are those finished over all starts, by outcome; nil: nobody keeps them.
	Records map[string]int64

	// Allowed is how many updates a second the pace lets through, the others the most that it may be; nil: no limit.
	Allowed, Ceiling, ReadCeiling *float64

	Totals telemetry.Totals // of this start; zero: nobody counts, and nothing is told of calls
}

// Of is the reading of a run.
func Of(s rundir.Standing, totals telemetry.Totals) Reading {
	r := Reading{
		Recorded: !s.SavedAt.IsZero(), State: s.State, Total: s.Rows, Remaining: s.Remaining, Paused: s.Effective.Paused || s.State == "pausing",
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
	return r
}
