package telemetry

import (
	"fmt"
	"strconv"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/pipeline"
)

// An episode of throttles begins with one for which the rate was cut, or with several in a row; single ones are of no
// account. It is over when there was none for a while, pauses aside.
const (
	quietTime = time.Minute
	several   = 3
)

// episodes tells when throttles come and go. It is looked at once a second.
type episodes struct {
	seen    int64   // throttles of this start, up to the last look
	rate    float64 // then
	ceiling float64
	quiet   time.Duration // since the last throttle, pauses aside
	looked  time.Time
	counted int64         // throttles of the episode, or of one that may become one
	began   bool          // there is one
	long    time.Duration // since the first of these was seen, pauses aside
	before  float64       // the rate before it became one
	lowest  float64       // and since
	going   bool          // it is an episode
}

// look says what has changed since the last look.
func (e *episodes) look(now time.Time, throttles int64, p pipeline.Progress) (Event, bool) {
	fresh, rate := throttles-e.seen, p.Rate.PerSecond
	span := now.Sub(e.looked)
	if e.looked.IsZero() || p.Pause != pipeline.Going {
		span = 0
	}
	before := e.rate
	if !below(before, e.ceiling) { // it has gone along with the ceiling, which may have been set since
		before = p.Rate.Ceiling
	}
	e.seen, e.rate, e.ceiling, e.looked = throttles, rate, p.Rate.Ceiling, now
	if e.began {
		e.long += span
	}
	if fresh == 0 {
		return e.calm(now, span)
	}
	if !e.going {
		e.began, e.before, e.lowest = true, slower(before, p.Rate.Ceiling), rate
	}
	e.quiet, e.counted, e.lowest = 0, e.counted+fresh, slower(e.lowest, rate)
	if e.going || !below(rate, p.Rate.Ceiling) && e.counted < several {
		return Event{}, false
	}
	e.going = true
	return between(Event{At: now, Kind: Throttled}, e.before, rate), true
}

// calm notes that nothing was throttled for a span.
func (e *episodes) calm(now time.Time, span time.Duration) (Event, bool) {
	e.quiet += span
	if !e.began || e.quiet < quietTime {
		return Event{}, false
	}
	over := *e
	*e = episodes{seen: e.seen, rate: e.rate, ceiling: e.ceiling, looked: e.looked}
	if !over.going {
		return Event{}, false
	}
	reason := fmt.Sprintf("%s throttled in %s", prose.Plural(over.counted, "call"), prose.Span(over.long-over.quiet))
	return between(Event{At: now, Kind: Unthrottled, Reason: reason}, over.lowest, over.rate), true
}

// between gives an event the rate that it was and that it is; one alone, where nothing has changed.
func between(e Event, was, is float64) Event {
	e.From, e.To = RateText(was), RateText(is)
	if e.From == e.To {
		e.From = ""
	}
	return e
}

// below tells whether a rate is less than its ceiling; 0 is none.
func below(rate, ceiling float64) bool { return rate > 0 && (ceiling == 0 || rate < 0.99*ceiling) }

// slower is the lower of two rates, of which 0 is none.
func slower(a, b float64) float64 {
	if a == 0 || b == 0 {
		return a + b
	}
	return min(a, b)
}

// RateText is a rate as events have it, in calls a second.
func RateText(perSecond float64) string {
	if perSecond == 0 || perSecond >= pipeline.Unlimited {
		return "off"
	}
	return strconv.FormatFloat(significant(perSecond, 10), 'g', -1, 64)
}
