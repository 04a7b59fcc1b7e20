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

// Preparer looks at the user of a record before the record is sent. It is called by many goroutines,
// but never for two records of one user at once.
type Preparer interface {
	// Prepare reads the user, in one attempt, and returns what is left to send: c itself, a change with
	// other attributes, or nil if nothing is. What must be durable before an update is sent, such as its
	// undo entry, is durable when Prepare returns.
	//
	// It is called again for a record of which an update was sent and nothing is known, and where what it
	// read is too old to be sent by. Then earlier is what it returned before: what was kept for that need not
	// be kept again, unless the user has changed since. The error is judged as one of [Updater] is; a
	// *[StopError] stops the run.
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

// Outcome is what became of a record.
type Outcome int

// The outcomes of a record.
const (
	Failed               Outcome = iota // reported, with its error
	Updated                             // the service accepted the update
	Unchanged                           // nothing had to be sent
	AwaitingVerification                // accepted, and held back until the user verifies
	// Unconfirmed is what an [Updater] says of an update that was accepted and may be held back. It is
	// no outcome of a record: if a [Preparer] finds that it holds it becomes Updated, else
	// AwaitingVerification.
	Unconfirmed
)

// String returns the outcome as the reports spell it.
func (o Outcome) String() string {
	switch o {
	case Updated:
		return "updated"
	case Unchanged:
		return "unchanged"
	case AwaitingVerification:
		return "awaiting_verification"
	default:
		return "failed"
	}
}

// Result is the end of a record.
type Result struct {
	Change   *sources.Change
	Outcome  Outcome
	Err      error // why it failed; nil for the other outcomes
	Attempts int   // calls made for it in this start
	At       time.Time
}
