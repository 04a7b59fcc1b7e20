package console

import (
	"math"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// View is what is seen of a run, or of a plan, from outside: what its process says, or else its files.
type View struct {
	Dir      string
	Leads    []string  // flags with which a command finds it
	At       time.Time // when it was looked at
	Standing rundir.Standing
	Work     *rundir.Work       // it is no run, but this
	Events   []telemetry.Event  // in their order
	Series   []telemetry.Sample // in their order
	// Problem is why it could not be looked at since, on one line; empty: it could.
	Problem   string
	Elsewhere bool // it is kept in S3
	Aside     bool // it was set aside for another run: nobody goes on with it
}

// Ended tells whether no process is at work on the run.
func (v *View) Ended() bool {
	switch v.State() {
	case "running", "pausing", "paused", "stopping":
		return false
	default:
		return true
	}
}

// State is where it stands, in a word.
func (v *View) State() string {
	if v.Work != nil {
		return v.Work.State
	}
	return v.Standing.State
}

// paused tells whether it is paused, or about to be.
func (v *View) paused() bool { return v.Standing.State == "paused" || v.Standing.State == "pausing" }

// done is how many records are finished.
func (v *View) done() int64 { return max(0, v.Standing.Rows-v.Standing.Remaining) }

// recent is how many of the last samples tell the pace.
const recent = 6

// Pace is how many records were finished a second in the last minute, pauses left out, since the ceiling was changed; of a run in
// S3, which publishes its series when it stops, in all of it.
func (v *View) Pace() float64 {
	var records int64
	var seconds float64
	for i, n := len(v.Series)-1, 0; i >= 0 && n < recent; i-- {
		s := v.Series[i]
		if math.Abs(s.Ceiling-v.Standing.Rate.Ceiling) > 0.01 { // samples are rounded
			break
		}
		if !s.Paused {
			records += finished(s)
			seconds += s.Seconds
			n++
		}
	}
	switch {
	case seconds <= 0 && v.Elsewhere:
		return fleet.AveragePace(&v.Standing)
	case seconds <= 0:
		return 0
	}
	return float64(records) / seconds
}

// finished is how many records came to their end in a sample.
func finished(s telemetry.Sample) int64 {
	n := s.Accepted + s.Unchanged + s.Skipped
	for _, failed := range s.Failed {
		n += failed
	}
	return n
}

// ETA is how long the rest takes at the pace of the last minute, if that can be told: nobody knows when a pause ends.
func (v *View) ETA() (time.Duration, bool) {
	pace := v.Pace()
	if v.Standing.State != "running" || pace <= 0 || v.Standing.Remaining <= 0 {
		return 0, false
	}
	return time.Duration(float64(v.Standing.Remaining) / pace * float64(time.Second)), true
}

// clock is a moment as people read it beside another one: with the date where that is not the same.
func clock(t, beside time.Time, layout string) string {
	t, beside = t.Local(), beside.Local()
	if t.Format(time.DateOnly) != beside.Format(time.DateOnly) {
		layout = time.DateOnly + " " + layout
	}
	return t.Format(layout)
}

const (
	minutes = "15:04"
	seconds = "15:04:05"
)

// who is whoever did something, without saying of a command that it was one.
func who(by string) string {
	by = strings.TrimSuffix(by, " by command")
	if name, ok := strings.CutSuffix(by, " by page"); ok {
		return name + " (page)"
	}
	if name, ok := strings.CutSuffix(by, " by api"); ok {
		return name + " (API)"
	}
	return by
}

// because is a reason behind something, if there is one.
func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// given is who gave an order and when.
func given(o *rundir.Order, at time.Time) string {
	if o == nil {
		return ""
	}
	return ", by " + who(o.By) + " at " + clock(o.At, at, minutes)
}

// pauseAsked is the pause that somebody has asked for: by whom, until when and why; empty: nobody has.
func pauseAsked(a rundir.Asked, at time.Time) string {
	if !a.PausedAt(at) {
		return ""
	}
	text := given(a.PauseOrder, at)
	if !a.PausedUntil.IsZero() {
		text += ", until " + clock(a.PausedUntil, at, minutes)
	}
	if a.PauseOrder != nil {
		text += because(a.PauseOrder.Reason)
	}
	return "to pause" + text
}

// onlyAsked tells whether the run is paused because somebody has asked for it, and for nothing else.
func (v *View) onlyAsked() bool {
	o := v.Standing.Asked.PauseOrder
	return v.paused() && v.Standing.Asked.PausedAt(v.At) && o != nil && v.Standing.Effective.Reason == o.By+because(o.Reason)
}

// ceilingsAsked are the ceilings that somebody has set; empty: nobody has.
func ceilingsAsked(a rundir.Asked, at time.Time) string {
	text := ceilings(a.Rate, a.ReadRate)
	if text == "" {
		return ""
	}
	text += given(a.RateOrder, at)
	if a.RateOrder != nil {
		text += because(a.RateOrder.Reason)
	}
	return text
}

// ceilings are the most that updates and reads may be, of those that are given.
func ceilings(rate, reads *float64) string {
	var parts []string
	if rate != nil {
		parts = append(parts, rateText(*rate)+" of updates")
	}
	if reads != nil {
		parts = append(parts, rateText(*reads)+" of reads")
	}
	if parts == nil {
		return ""
	}
	return "at most " + strings.Join(parts, ", ")
}

// isHeld tells whether no start goes on unasked with a run that has not finished.
func (v *View) isHeld() bool {
	return v.Standing.Asked.Hold && v.Standing.State != string(checkpoint.Finished)
}
