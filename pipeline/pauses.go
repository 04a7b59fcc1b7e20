package pipeline

import "time"

// pauses are those of a start, in order. They turn the time of the clock into the time of the run, which stands still
// while it is paused: whatever is judged by how long it takes, is judged by that.
type pauses []pause

type pause struct {
	from, until time.Time     // until is zero while it goes on
	before      time.Duration // of all pauses before
}

func (p *pauses) begin(now time.Time) {
	*p = append(*p, pause{from: now, before: p.total(now)})
}

func (p pauses) end(now time.Time) { p[len(p)-1].until = now }

// total is how long the run was paused up to now.
func (p pauses) total(now time.Time) time.Duration {
	if len(p) == 0 {
		return 0
	}
	last := p[len(p)-1]
	if last.until.IsZero() {
		return last.before + now.Sub(last.from)
	}
	return last.before + last.until.Sub(last.from)
}

// at is a moment in the time of the run.
func (p pauses) at(moment time.Time) time.Time {
	for i := len(p) - 1; i >= 0; i-- {
		switch s := p[i]; {
		case moment.Before(s.from):
		case s.until.IsZero() || moment.Before(s.until):
			return s.from.Add(-s.before)
		default:
			return moment.Add(-s.before - s.until.Sub(s.from))
		}
	}
	return moment
}
