package rundir

import (
	"time"

	"attrmigrate/checkpoint"
)

// Work is where a command stands that has no run, such as a plan, for programs: its answer where a run's is a [Standing].
type Work struct {
	Command   string           `json:"command"` // plan
	State     string           `json:"state"`   // running; then finished, stopped or interrupted
	Doing     string           `json:"doing"`   // in words
	Done      int64            `json:"done"`    // users read
	Total     int64            `json:"total"`   // about so many are to be; 0: not known
	Pool      string           `json:"pool"`
	StartedAt time.Time        `json:"started_at"`
	HeldBy    *checkpoint.Info `json:"held_by,omitempty"`
}
