package control

import (
	"time"

	"attrmigrate/internal/rundir"
	"attrmigrate/pipeline"
)

// Pause pauses the run, until a moment or, where that is zero, until somebody says otherwise.
func (d *Desk) Pause(o rundir.Order, until time.Time) (rundir.Standing, error) {
	if !until.IsZero() {
		if err := rundir.CheckPause(until.Sub(o.At)); err != nil {
			return d.Status(), err
		}
	}
	return d.verb(func(a *rundir.Asked) { a.Paused, a.PausedUntil, a.PauseOrder = true, until, &o })
}

// Unpause lets it go on, unless a program keeps it paused: the status says so.
func (d *Desk) Unpause(o rundir.Order) (rundir.Standing, error) {
	return d.verb(func(a *rundir.Asked) { a.Paused, a.PausedUntil, a.PauseOrder = false, time.Time{}, &o })
}

// Limits are ceilings that are to change.
type Limits struct {
	SetRate, SetReadRate bool     // which of them are
	Rate, ReadRate       *float64 // nil: that of the command line
}

// Limit sets or lifts ceilings.
func (d *Desk) Limit(o rundir.Order, l Limits) (rundir.Standing, error) {
	for _, perSecond := range []*float64{l.Rate, l.ReadRate} {
		if perSecond == nil {
			continue
		}
		if err := rundir.CheckRate(*perSecond); err != nil {
			return d.Status(), err
		}
	}
	return d.verb(func(a *rundir.Asked) { l.Set(a, o) })
}

// Set has the limits asked for.
func (l Limits) Set(a *rundir.Asked, o rundir.Order) {
	if l.SetRate {
		a.Rate = l.Rate
	}
	if l.SetReadRate {
		a.ReadRate = l.ReadRate
	}
	if l.SetRate || l.SetReadRate {
		a.RateOrder = &o
	}
}

// Stop stops this start and holds the run, and cancels the calls under way where that is to be now.
func (d *Desk) Stop(o rundir.Order, now bool) (rundir.Standing, error) {
	if _, err := d.change(func(a *rundir.Asked) { a.Hold, a.HoldOrder = true, &o }); err != nil {
		return d.Status(), err
	}
	if now {
		d.cfg.Run.Halt()
	}
	return d.Status(), nil
}

// verb changes what is asked, and returns the status once that has come about, or soon.
func (d *Desk) verb(by func(*rundir.Asked)) (rundir.Standing, error) {
	asked, err := d.change(by)
	if err == nil {
		d.settle(asked)
	}
	return d.Status(), err
}

// settle waits a moment until the run is as it is asked: calls end, and the dispatcher takes a step.
func (d *Desk) settle(asked rundir.Asked) {
	updates, reads := d.ceilings(asked)
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for waited := time.Duration(0); waited < settleWithin && !d.hasEnded(); waited += settleEvery {
		p := d.cfg.Run.Progress()
		if p.Pause != pipeline.Pausing && inForce(p.Rate.Ceiling, updates) && inForce(p.Rate.Reads, reads) {
			return
		}
		<-tick.C
	}
}

// inForce tells whether a ceiling is one that is wanted; of a status, 0 is none.
func inForce(status, wanted float64) bool {
	return status == wanted || status == 0 && wanted == pipeline.Unlimited
}

// byHand is how a run ends that somebody stops.
func byHand(o *rundir.Order) *pipeline.StopError {
	e := &pipeline.StopError{Reason: pipeline.ByHand, Err: &stopped{o}}
	if o != nil {
		e.Detail = o.By
	}
	return e
}

// stopped is what ends a run by hand: who, and why.
type stopped struct{ order *rundir.Order }

func (e *stopped) Error() string { return e.order.String() }

// Hint says how it goes on.
func (e *stopped) Hint() string {
	return "the run is on hold: the same command with --unhold continues it"
}
