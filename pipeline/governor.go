package pipeline

import (
	"fmt"
	"math"
	"time"
)

// The law of the adaptive rate: cut to a little below what the quota is known to be, return along a
// cubic curve that is flat at that value, and beyond it probe faster and faster (the curve of CUBIC,
// RFC 9438, for a rate in place of a window).
//
// What the quota is, nobody says. But at a throttle the service's bucket is empty; between two of them
// what was accepted is what the quota gave. So the value measured is what was accepted since the last
// cut, no matter how the rate went up and down meanwhile. Where that is too low, because the bucket was
// full in between, the last second bounds it from below, and so does the rate that was throttled.
//
// Beside the curve, which is in proportion to the run's own rate, a part grows with the root of it: of
// two runs at one quota the smaller one gains on the larger, and the larger one meets more throttles.
//
// A throttle may have nothing to do with the rate. Such throttles go on when the rate is below what
// was measured; those of the quota stop. So the share that is seen below is what is tolerated above,
// within limits, and below nothing is cut for single ones. That is not believed for long: what was seen may have been
// the quota, at which another run grew, and would then be kept from growing for good.
const (
	cut         = 0.9                    // of the value measured, right after a throttle
	steep       = 0.004                  // of the curve: share of the value measured, per second cubed
	evenly      = 0.3                    // updates a second, per second, times the root of the value measured
	overshoot   = 1.3                    // a rate that was throttled is hardly more than this times the quota
	burst       = 0.2                    // seconds: what an unused quota may have saved up for the last one
	settleTime  = 500 * time.Millisecond // how long a cut holds; throttles of what was sent before it ends are its own
	tolerated   = 0.1                    // share of throttles in the last second, below the value measured or of single users
	background  = 0.02                   // share of throttles that may be taken for such as have nothing to do with the rate
	scatter     = 3                      // how many times as many chance may bring within a second
	believed    = 10 * time.Second       // how long after a cut throttles are taken for such; then one cuts, and it is seen anew
	minimumRate = 1.0                    // updates a second: the service is asked even if it accepts nothing
)

// Accepted attempts are counted over a window between these two.
const (
	shortest = time.Second
	longest  = 8 * time.Second
	slotTime = 50 * time.Millisecond
)

// governor decides the rate. It is owned by the dispatcher and knows no clock but its arguments, of which
// it takes differences alone: those do not change when the wall clock is set. An attempt is accepted if its
// answer is no throttle, whatever else it says: it has spent quota.
type governor struct {
	ceiling float64   // attempts a second; Unlimited for none
	live    bool      // the ceiling was set while the run goes on
	lowered time.Time // when it last was to less; throttles of what was sent before are of the old rate
	started time.Time
	lately  [longest / slotTime]slot
	first   time.Time // when an answer first was that an attempt is accepted; zero: never
	seen    time.Time // when the last accepted attempt was sent
	trips   trips     // how long accepted attempts take

	cutAt time.Time // of the last cut; zero: never throttled
	level float64   // the rate right after the cut
	value float64   // what the quota gave, as measured at the cut
	rough bool      // measured in less than a second
	dip   float64   // seconds from the end of the cut until the curve is back at the value
	below slot      // attempts sent meanwhile
}

// slot counts the attempts that ended in one part of the window.
type slot struct {
	number                   int64 // of the slot, from 1 at the start
	accepted, throttled, own int
}

// all is the number of attempts, as one that can be divided by.
func (s slot) all() float64 { return float64(max(1, s.accepted+s.throttled+s.own)) }

func newGovernor(ceiling float64, now time.Time) *governor {
	return &governor{ceiling: ceiling, started: now}
}

// setCeiling replaces the ceiling. What is known of the quota stays.
func (g *governor) setCeiling(ceiling float64, live bool, now time.Time) {
	if ceiling < g.ceiling {
		g.lowered = now
	}
	g.ceiling, g.live = ceiling, live
}

// onAccepted notes that the service took an attempt.
func (g *governor) onAccepted(sent, ended time.Time) {
	g.slot(ended).accepted++
	if g.isBelow(sent) {
		g.below.accepted++
	}
	if g.first.IsZero() {
		g.first = ended
	}
	g.seen = later(g.seen, sent)
	g.trips.add(ended.Sub(sent))
}

// onThrottle notes that the service refused an attempt, and says whether the rate was cut for it. Own is
// one that seems to be of the user alone; only where there are many of them can that not be.
func (g *governor) onThrottle(sent, ended time.Time, own bool) bool {
	if own {
		g.slot(ended).own++
	} else {
		g.slot(ended).throttled++
	}
	if !own && g.isBelow(sent) {
		g.below.throttled++
	}
	if sent.Before(g.lowered) || !g.cutAt.IsZero() && sent.Before(g.cutAt.Add(settleTime)) {
		return false
	}
	recent := g.count(ended, shortest)
	allowed := 1.0
	if ended.Sub(g.cutAt) < believed {
		allowed += scatter * min(background, float64(g.below.throttled)/g.below.all()) * recent.all()
	}
	if g.isBelow(sent) {
		allowed = tolerated * recent.all()
	}
	if float64(recent.throttled)+max(0, float64(recent.own)-tolerated*recent.all()) < allowed {
		return false
	}
	g.setBack(sent, ended, recent)
	return true
}

// setBack measures and sets the rate back.
func (g *governor) setBack(sent, ended time.Time, recent slot) {
	was := g.rate(sent)
	g.rough = g.first.IsZero() || ended.Sub(g.first) < shortest
	switch {
	case g.seen.After(g.cutAt):
		lately := g.measure(ended, shortest)
		g.value = max(g.measure(ended, g.seen.Sub(g.cutAt)), lately/(1+burst), min(was, 2*lately)/overshoot, minimumRate)
		g.value = min(g.value, g.ceiling)
		g.level = max(cut*g.value, minimumRate)
	default:
		// Nothing was accepted since the last cut: half as fast, and the last known value is where to return to.
		g.level = max(min(g.rate(ended), recent.all()/shortest.Seconds())/2, minimumRate)
		if g.rough {
			g.value = g.level
		}
	}
	g.dip = math.Cbrt(max(0, 1-g.level/g.value) / steep)
	g.cutAt, g.below = ended, slot{}
}

// rate is the rate in force at a moment, in attempts a second.
func (g *governor) rate(now time.Time) float64 {
	if g.cutAt.IsZero() {
		return g.ceiling
	}
	// A long round trip shows late what a rate does: everything takes longer then.
	t := max(0, (now.Sub(g.cutAt)-settleTime).Seconds()) / (1 + g.trips.median().Seconds())
	if g.rough {
		// Next to nothing is known yet: double until there is a throttle to measure at.
		return min(g.level*math.Exp2(t), g.ceiling)
	}
	u := t - g.dip
	r := g.value*(1+steep*u*u*u) + evenly*math.Sqrt(g.value)*t
	return min(max(r, g.level), g.ceiling)
}

// isBelow says whether an attempt was sent after a cut, at less than the value measured. A ceiling that was set
// below that is no less: it stays so for long, and what it meets there is to count.
func (g *governor) isBelow(sent time.Time) bool {
	return !g.cutAt.IsZero() && sent.After(g.cutAt.Add(settleTime)) && g.rate(sent) < min(g.value, g.ceiling)
}

func (g *governor) slot(now time.Time) *slot {
	n := g.number(now)
	s := &g.lately[n%int64(len(g.lately))]
	if s.number != n {
		*s = slot{number: n}
	}
	return s
}

// number is that of the slot of a moment.
func (g *governor) number(at time.Time) int64 { return 1 + int64(max(0, at.Sub(g.started))/slotTime) }

// count sums up the slots of a window up to now.
func (g *governor) count(now time.Time, window time.Duration) (sum slot) {
	n := g.number(now)
	for _, s := range g.lately {
		if s.number > max(0, n-int64(window/slotTime)) {
			sum.accepted += s.accepted
			sum.throttled += s.throttled
			sum.own += s.own
		}
	}
	return sum
}

// measure is the number of attempts a second that were accepted in a window up to now.
func (g *governor) measure(now time.Time, window time.Duration) float64 {
	window = min(max(window, shortest), longest-slotTime)
	span := min(max(now.Sub(g.started)-g.trips.median(), 100*time.Millisecond), window)
	return float64(g.count(now, window).accepted) / span.Seconds()
}

// reason says in words why the rate is what it is.
func (g *governor) reason(now time.Time) string {
	switch {
	case g.rate(now) < g.ceiling:
		return fmt.Sprintf("throttled %s ago at %.1f/s, probing upwards",
			now.Sub(g.cutAt).Round(time.Second), g.value)
	case g.ceiling == Unlimited:
		return "unlimited"
	case g.live:
		return "set live"
	default:
		return "ceiling"
	}
}
