package pipeline

import (
	"cmp"
	"math"
	"sync/atomic"
	"time"
)

// The lanes, as indices.
const (
	updateLane = iota
	readLane
	lanes // their number
)

// lane is the way of one kind of call, updates or reads, to the service: each kind has a quota, permissions
// and troubles of its own. Workers take permits of the pacer; the dispatcher owns the rest.
type lane struct {
	index    int
	pacer    *pacer
	turn     chan struct{} // full while a worker has it; nil: all wait for a permit at once
	waiting  atomic.Int64  // so many workers wait for one; read by anybody
	given    float64       // the ceiling of Config
	live     atomic.Uint64 // bits of the ceiling in its place; 0: none. Written by anybody
	calls    atomic.Int64  // over all starts; read by anybody
	governor *governor
	rate     float64 // as the pacer was last told
	vitals
	parked []parked // in the order in which they were
}

// vitals are what the calls of a lane say of the service.
type vitals struct {
	there     time.Time // end of the last call that showed the service to be there; zero: none did in this start
	throttled time.Time // of the first throttle since anything else was answered; zero: none
	held      time.Time // until then there was no leave to send; zero: there always was. No update is judged by that time
	streak    streak
}

func newLane(index int, ceiling float64, calls int64) *lane {
	l := &lane{index: index, pacer: newPacer(ceiling), given: ceiling, rate: ceiling}
	l.governor = newGovernor(ceiling, time.Now())
	l.calls.Store(calls)
	return l
}

// takeTurns has workers wait for permits in turns, where they are more than the places for calls: one waits for a permit,
// and then for a place. So who waits for a permit has no place, and no more than one permit waits for one.
func (l *lane) takeTurns() { l.turn = make(chan struct{}, 1) }

// begin is called when the run does: until then, time does not count.
func (l *lane) begin(now time.Time) {
	l.governor = newGovernor(l.given, now)
	l.adjust(now)
}

// adjust tells the governor the ceiling, and the pacer the rate that the governor wants now.
func (l *lane) adjust(now time.Time) {
	live := math.Float64frombits(l.live.Load())
	if ceiling := cmp.Or(live, l.given); ceiling != l.governor.ceiling || (live > 0) != l.governor.live {
		l.governor.setCeiling(ceiling, live > 0, now)
	}
	if r := l.governor.rate(now); math.Abs(r-l.rate) > 0.001*l.rate {
		l.rate = r
		l.pacer.setRate(r)
	}
}

// observe notes a call for a job, and says whether the rate was cut for it. Any answer but a throttle has
// spent quota, whatever it says.
func (l *lane) observe(c call, j *job) (cut bool) {
	l.calls.Add(1)
	switch {
	case isThrottle(c.err):
		own := j.throttles > 0 && l.there.After(j.throttled) // others were answered meanwhile: it is the user's own
		cut = l.governor.onThrottle(c.sent, c.ended, own)
		if cut {
			l.adjust(c.ended)
		}
		return cut
	case isAnswer(c.err):
		l.governor.onAccepted(c.sent, c.ended)
	}
	if c.err == nil {
		l.throttled, l.streak = time.Time{}, streak{}
	}
	if isThere(c.err) {
		l.there = later(l.there, c.ended)
	}
	return false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
