package fleet

import (
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// Run is how the run of a row stands.
type Run struct {
	Row
	Index    int              // of its group
	Standing *rundir.Standing // nil: it has not begun, or cannot be read
	Problem  string           // why it cannot be read
	Pace     float64          // records a second, of one that goes on; 0: not known
}

// What a run is that has no state.
const (
	NotBegun   = "not begun"
	Unreadable = "unreadable"
)

// State is how the run stands, in a word or two.
func (r *Run) State() string {
	switch {
	case r.Problem != "":
		return Unreadable
	case r.Standing == nil:
		return NotBegun
	default:
		return r.Standing.State
	}
}

// Held tells whether somebody has stopped the run, and holds it.
func (r *Run) Held() bool {
	return r.Standing != nil && r.Standing.Asked.Hold && r.Standing.State != string(checkpoint.Finished)
}

// Done is how many records are finished.
func (r *Run) Done() int64 {
	if r.Standing == nil {
		return 0
	}
	return max(0, r.Standing.Rows-r.Standing.Remaining)
}

// ETA is how long the rest takes at the pace that is known, of a run that goes on: nobody knows when a pause ends.
func (r *Run) ETA() (time.Duration, bool) {
	s := r.Standing
	if s == nil || s.State != "running" || s.Remaining <= 0 || r.Pace <= 0 {
		return 0, false
	}
	return time.Duration(float64(s.Remaining) / r.Pace * float64(time.Second)), true
}

// AveragePace is how many records were finished a second since the run was begun, pauses left out.
func AveragePace(s *rundir.Standing) float64 {
	if s.Elapsed < 1 {
		return 0
	}
	return float64(s.Rows-s.Remaining) / s.Elapsed
}

// Total are the records of all runs that can be read, together.
func Total(runs []Run) report.Summary {
	var all report.Summary
	for _, r := range runs {
		if r.Standing == nil {
			continue
		}
		s := &r.Standing.Summary
		all.Rows += s.Rows
		all.Updated += s.Updated
		all.Unchanged += s.Unchanged
		all.Failed += s.Failed
		all.Awaiting += s.Awaiting
		all.Skipped += s.Skipped
		all.Remaining += s.Remaining
		all.Attempts += s.Attempts
		all.Throttled += s.Throttled
	}
	return all
}

// States is how many runs stand how, the states in the order in which they appear.
func States(runs []Run) (states []string, counts map[string]int) {
	counts = map[string]int{}
	for _, r := range runs {
		state := r.State()
		if counts[state]++; counts[state] == 1 {
			states = append(states, state)
		}
	}
	return states, counts
}
