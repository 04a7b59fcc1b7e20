package telemetry

import "time"

// Event is something that happened to a run, or was done to it: a line of events.jsonl. It holds nothing of a user.
type Event struct {
	// ID is the number of its line, from 1; it is not written.
	ID   int64     `json:"-"`
	At   time.Time `json:"at"`
	Kind Kind      `json:"event"`
	// By is who did it, and by what: "ann@host by command", "by page", "by api". Empty: the run itself.
	By string `json:"by,omitempty"`
	// From and To are what it was and what it is: of a rate "20" and "10".
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Reason string `json:"reason,omitempty"`
	// CommandRate is the rate of a start's command line, where another one was asked for, which is in force: To.
	CommandRate string `json:"command_rate,omitempty"`
}

// Kind is what happened.
type Kind string

// The kinds of events.
const (
	Started     Kind = "started"
	Paused      Kind = "paused"
	Unpaused    Kind = "unpaused"
	Rate        Kind = "rate"        // the ceiling of updates was set or lifted
	ReadRate    Kind = "read_rate"   // that of reads was
	Throttled   Kind = "throttled"   // an episode of throttles began
	Unthrottled Kind = "unthrottled" // and is over
	Budget      Kind = "budget"      // too many records failed
	Stopping    Kind = "stopping"    // somebody stops it
	Stopped     Kind = "stopped"     // a start ended early
	Finished    Kind = "finished"
)
