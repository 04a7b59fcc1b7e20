package pipeline

import (
	"math"
	"time"
)

// lane is the way of one kind of call, updates or reads, to the service: each kind has a quota of its
// own. The dispatcher owns it.
type lane struct {
	pacer    *pacer
	governor *governor
	rate     float64 // as the pacer was last told
}

func newLane(p *pacer, ceiling float64, now time.Time) *lane {
	return &lane{pacer: p, governor: newGovernor(ceiling, now), rate: ceiling}
}

// adjust tells the pacer the rate that the governor wants now.
func (l *lane) adjust(now time.Time) {
	if r := l.governor.rate(now); math.Abs(r-l.rate) > 0.001*l.rate {
		l.rate = r
		l.pacer.setRate(r)
	}
}

// throttled notes a throttle, which may be the user's own, and says whether the rate was cut for it.
func (l *lane) throttled(a attempt, own bool) bool {
	cut := l.governor.onThrottle(a.sent, a.ended, own)
	if cut {
		l.adjust(a.ended)
	}
	return cut
}
