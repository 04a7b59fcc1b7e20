package pipeline

import (
	"time"

	"attrmigrate/sources"
)

// Outcome is what became of a record.
type Outcome int

// The outcomes of a record.
const (
	Failed               Outcome = iota // reported, with its error
	Updated                             // the service accepted the update
	Unchanged                           // nothing had to be sent
	AwaitingVerification                // accepted, and held back until the user verifies
	Skipped                             // left as it is, for the reason that its error tells; see [Skip]
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
	case Skipped:
		return "skipped"
	default:
		return "failed"
	}
}

// Result is the end of a record.
type Result struct {
	Change   *sources.Change
	Outcome  Outcome
	Err      error // why it failed, or was skipped; nil for the other outcomes
	Attempts int   // calls made for it in this start
	At       time.Time
}
