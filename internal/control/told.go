package control

import (
	"strconv"
	"time"

	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// tell records what is asked now that was not before. It is called with changing.
func (d *Desk) tell(before, after rundir.Asked) {
	until := func(a rundir.Asked) string {
		if a.PausedUntil.IsZero() {
			return ""
		}
		return a.PausedUntil.UTC().Format(time.RFC3339)
	}
	switch {
	case after.Paused && (!before.Paused || until(before) != until(after)):
		d.record(by(after.PauseOrder, telemetry.Event{Kind: telemetry.Paused, To: until(after)}))
	case before.Paused && !after.Paused:
		d.record(by(after.PauseOrder, telemetry.Event{Kind: telemetry.Unpaused}))
	}
	updates, reads := d.ceilings(before)
	newUpdates, newReads := d.ceilings(after)
	if updates != newUpdates {
		d.record(by(after.RateOrder, telemetry.Event{Kind: telemetry.Rate, From: rateText(updates), To: rateText(newUpdates)}))
	}
	if reads != newReads {
		d.record(by(after.RateOrder, telemetry.Event{Kind: telemetry.ReadRate, From: rateText(reads), To: rateText(newReads)}))
	}
	if after.Hold && !before.Hold {
		d.record(by(after.HoldOrder, telemetry.Event{Kind: telemetry.Stopping}))
	}
}

// by gives an event the order that it comes of; none is the clock.
func by(o *rundir.Order, e telemetry.Event) telemetry.Event {
	if o == nil {
		e.At = time.Now().UTC()
		return e
	}
	e.At, e.By, e.Reason = o.At, o.By, o.Reason
	return e
}

func (d *Desk) record(e telemetry.Event) {
	if d.cfg.Log == nil {
		return
	}
	_, _ = d.cfg.Log.Event(e) // the log tells itself what it cannot keep
}

func rateText(perSecond float64) string {
	if perSecond == pipeline.Unlimited {
		return "off"
	}
	return strconv.FormatFloat(perSecond, 'g', -1, 64)
}

// after tells whether an order came after an event, which knows milliseconds.
func after(at time.Time, e telemetry.Event) bool { return at.Truncate(time.Millisecond).After(e.At) }

// told is what was asked as the events tell it, where an order that stands now came after the last of its kind. It has
// that order: what differs is new. A hold is always told by the start that it stops.
func told(asked rundir.Asked, events []telemetry.Event) rundir.Asked {
	before := asked
	var pause, rate telemetry.Event // the last
	rates := map[telemetry.Kind]*float64{}
	for _, e := range events {
		switch e.Kind {
		case telemetry.Paused, telemetry.Unpaused:
			if e.By != GuardBy {
				pause = e
			}
		case telemetry.Started: // the rate in force then
			rates[telemetry.Rate] = nil
			if perSecond, err := strconv.ParseFloat(e.To, 64); err == nil {
				rates[telemetry.Rate] = &perSecond
			} else if e.To == "off" {
				rates[telemetry.Rate] = new(pipeline.Unlimited)
			}
		case telemetry.Rate, telemetry.ReadRate:
			rate, rates[e.Kind] = e, nil
			if perSecond, err := strconv.ParseFloat(e.To, 64); err == nil {
				rates[e.Kind] = &perSecond
			}
		}
	}
	if o := asked.PauseOrder; o != nil && after(o.At, pause) {
		before.Paused, before.PausedUntil = pause.Kind == telemetry.Paused, time.Time{}
		if until, err := time.Parse(time.RFC3339, pause.To); err == nil {
			before.PausedUntil = until
		}
	}
	if o := asked.RateOrder; o != nil && after(o.At, rate) {
		before.Rate, before.ReadRate = rates[telemetry.Rate], rates[telemetry.ReadRate]
	}
	before.Hold = false
	return before
}
