package pipeline

import (
	"context"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// Source delivers the records of a change set in order, and io.EOF behind the last. An error other
// than io.EOF ends the run; a record that cannot be decoded is a Change with its Err set. Next is
// called by one goroutine.
type Source interface {
	Next(ctx context.Context) (*sources.Change, error)
}

// Updater applies one change by one call; the pipeline repeats it where the error says that it may
// (see [Throttle] and the others). An error that says nothing is the record's own: it is reported,
// and the run goes on. Update is called by many goroutines, but never for two records of one user at
// once. It ends when ctx does; an error that it returns then is not judged, and the record stays
// undone.
type Updater interface {
	Update(ctx context.Context, c *sources.Change) (Outcome, error)
}

// ImageAge is how old what a [Preparer] has read of a user may be when the update leaves, so that going back
// restores what the user had and not what the user had a while before.
const ImageAge = 10 * time.Second

// Preparer looks at the user of a record before the record is sent. It is called by many goroutines,
// but never for two records of one user at once.
type Preparer interface {
	// Prepare reads the user, in one attempt, and returns what is left to send: c itself, a change with
	// other attributes, or nil if nothing is. What must be durable before an update is sent, such as its
	// undo entry, is durable when Prepare returns; [Keep] is for that.
	//
	// It is called again for a record of which an update was sent and nothing is known, and where what it
	// read is older than [ImageAge] when the update could leave. Then earlier is what it returned before:
	// what was kept for that need not be kept again, unless the user has changed since. The error is judged
	// as one of [Updater] is; a *[StopError] stops the run.
	Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error)
	// Holds reads the user once more, in one attempt, and tells whether what was sent holds now. It is
	// asked after an update that is [Unconfirmed].
	Holds(ctx context.Context, sent *sources.Change) (bool, error)
}

// ResultWriter keeps the outcome of every record. It is used by one goroutine.
type ResultWriter interface {
	// Write takes a result; it need not be durable yet.
	Write(r Result) error
	// Sync makes every result written so far durable and returns how much of each
	// file there is.
	Sync() (map[string]checkpoint.Extent, error)
}

// Store keeps the state of a run durably. It is used by one goroutine.
type Store interface {
	Save(s checkpoint.State) error
}
