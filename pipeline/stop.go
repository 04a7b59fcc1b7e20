package pipeline

import (
	"errors"
	"fmt"
)

// Reason says what ended a run before its input did.
type Reason string

// The reasons for which a run stops. All leave it resumable.
const (
	Interrupted  Reason = "interrupted"                            // Stop was called for a signal
	ByHand       Reason = "stopped by hand"                        // StopFor was called for a person
	OverBudget   Reason = "too many records failed"                // Config.Budget
	AtLimit      Reason = "the limit is reached"                   // Config.Limit
	OutOfTime    Reason = "the time is up"                         // Config.MaxDuration
	ServiceAway  Reason = "the service is away"                    // nothing succeeds any more
	ThrottledOut Reason = "nothing but throttles"                  // Config.ThrottleLimit
	Streak       Reason = "the same error over and over"           // twenty set-up errors in a row
	Refused      Reason = "the service refuses the run"            // a fatal error
	BadSource    Reason = "the input cannot be read on"            // the source failed
	NotKept      Reason = "the run cannot be recorded"             // a report or the checkpoint failed
	Overtaken    Reason = "another process has taken the run over" // StopFor was called: who keeps the run found that out
	Unleased     Reason = "the lease on the run has run out"       // StopFor was called: nobody else may have it yet
)

// StopError is the end of a run before the end of its input. The run can be resumed.
type StopError struct {
	Reason Reason
	Err    error  // what led to it; may be nil
	Detail string // in numbers, where there is no error; may be empty
}

func (e *StopError) Error() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", e.Reason, e.Err)
	case e.Detail != "":
		return fmt.Sprintf("%s: %s", e.Reason, e.Detail)
	default:
		return string(e.Reason)
	}
}

// Unwrap returns what led to the stop.
func (e *StopError) Unwrap() error { return e.Err }

// Hint returns the remedy that what led to the stop knows, or "".
func (e *StopError) Hint() string {
	h, ok := errors.AsType[interface {
		error
		Hint() string
	}](e.Err)
	switch {
	case ok:
		return h.Hint()
	case e.Reason == OverBudget:
		return "find out why in the report of the failed records; the same command continues, and counts failures anew"
	case e.Reason == NotKept:
		return "see that the run directory is writable and has room, then run the same command again"
	case e.Reason == Overtaken:
		return "leave it to that process, which has all that was kept; if nobody meant it to begin, find out who started it"
	case e.Reason == Unleased:
		return "see that the store which keeps the run answers, then run the same command again"
	default:
		return ""
	}
}

// cause is the stop that a stop is about, where something could not be kept because the run is to stop.
func (e *StopError) cause() *StopError {
	if inner, ok := errors.AsType[*StopError](e.Err); ok {
		return inner
	}
	return e
}
