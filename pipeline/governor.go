package pipeline

import (
	"fmt"
	"time"
)

// The law of the adaptive rate. After a throttle the rate is what the service accepted in the last
// second, less a tenth, so that what queues at the service drains. From there it returns in one second
// to just below what was accepted, and then probes upwards, slowly at first and faster the longer
// nothing is throttled: a quota that stays the same is touched seldom, a quota that is raised is found
// within seconds. One throttle among more than a hundred accepted attempts of that second changes
// nothing; at lower rates, throttles that have nothing to do with the rate still cost some of it.
const (
	cut         = 0.90                   // of what was accepted, right after a throttle
	stray       = 0.01                   // share of throttled attempts up to which the rate stays
	plateau     = 0.95                   // of what was accepted, where probing begins
	returnTime  = time.Second            // from cut to plateau
	probe       = 0.01                   // of what was accepted, per second squared
	probeFloor  = 0.1                    // updates a second, per second squared
	settleTime  = 100 * time.Millisecond // plus a round trip: no second cut before the first shows
	minimumRate = 1.0                    // updates a second: the service is asked even if it accepts nothing
	window      = time.Second            // over which accepted attempts are counted
	slots       = 20                     // of the window
)

// governor decides the rate. It is owned by the dispatcher and knows no clock but its arguments.
type governor struct {
	ceiling float64 // attempts a second; Unlimited for none
	started time.Time
	lately  [slots]slot

	cutAt  time.Time // of the last cut; zero: never throttled, or back at the ceiling
	level  float64   // the rate right after the cut
	target float64   // what was accepted before it: the rate that probing starts from
}

// slot counts the attempts that ended in one part of the window.
type slot struct {
	number              int64 // of the slot since the epoch
	accepted, throttled int
}

func newGovernor(ceiling float64, now time.Time) *governor {
	return &governor{ceiling: ceiling, started: now}
}

// onAccepted notes that the service took an attempt.
func (g *governor) onAccepted(now time.Time) { g.slot(now).accepted++ }

// onThrottle notes that the service refused an attempt that took the given round trip, and says
// whether the rate was changed for it.
func (g *governor) onThrottle(now time.Time, roundTrip time.Duration) bool {
	g.slot(now).throttled++
	if !g.cutAt.IsZero() && now.Sub(g.cutAt) < roundTrip+settleTime {
		return false
	}
	accepted, share := g.recent(now)
	if share <= stray {
		return false
	}
	if accepted > 0 || g.target == 0 {
		// With nothing accepted at all the last known target stays: it is where to return to.
		g.target = max(accepted, minimumRate)
	}
	g.level = min(max(cut*accepted, minimumRate), g.ceiling)
	g.cutAt = now
	return true
}

func (g *governor) slot(now time.Time) *slot {
	n := now.UnixNano() / int64(window/slots)
	s := &g.lately[n%slots]
	if s.number != n {
		*s = slot{number: n}
	}
	return s
}

// recent is the number of attempts a second that were accepted lately, and the share of attempts that
// were throttled.
func (g *governor) recent(now time.Time) (perSecond, throttled float64) {
	n := now.UnixNano() / int64(window/slots)
	var sum slot
	for _, s := range g.lately {
		if s.number > n-slots {
			sum.accepted += s.accepted
			sum.throttled += s.throttled
		}
	}
	span := min(max(now.Sub(g.started), settleTime), window)
	perSecond = float64(sum.accepted) / span.Seconds()
	return perSecond, float64(sum.throttled) / float64(max(1, sum.accepted+sum.throttled))
}

// rate is the rate in force at a moment, in attempts a second.
func (g *governor) rate(now time.Time) float64 {
	if g.cutAt.IsZero() {
		return g.ceiling
	}
	since := now.Sub(g.cutAt)
	base := max(plateau*g.target, minimumRate)
	var r float64
	if since < returnTime {
		r = g.level + (base-g.level)*since.Seconds()/returnTime.Seconds()
	} else {
		t := (since - returnTime).Seconds()
		r = base + (probe*g.target+probeFloor)*t*t
	}
	if r >= g.ceiling {
		g.cutAt = time.Time{}
		return g.ceiling
	}
	return r
}

// reason says in words why the rate is what it is.
func (g *governor) reason(now time.Time) string {
	switch {
	case g.cutAt.IsZero() && g.ceiling == Unlimited:
		return "unlimited"
	case g.cutAt.IsZero():
		return "--rate"
	default:
		return fmt.Sprintf("throttled %s ago at %.1f/s, probing upwards",
			now.Sub(g.cutAt).Round(time.Second), g.target)
	}
}
