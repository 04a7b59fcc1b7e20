package control

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/metrics"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// Run is what is steered: a *[pipeline.Runner].
type Run interface {
	Progress() pipeline.Progress
	Pause()
	Unpause()
	SetRate(updates, reads float64) error
	StopFor(why *pipeline.StopError)
	Halt()
	Stopping() bool
}

// ErrEnded is the answer to a verb once the run has ended.
var ErrEnded = errors.New("the run has ended")

// Desk is where one start of a run is steered. All that is asked of it, by file, socket or page, goes through here. It is
// used by many goroutines.
type Desk struct {
	cfg   Config
	began time.Time

	exporter *metrics.Exporter

	mu    sync.Mutex
	asked rundir.Asked
	saved checkpoint.State // as the checkpoint has it
	ended bool

	done chan struct{} // closed once it has ended: the status is the last one
}

// Config says what a desk steers.
type Config struct {
	Run Run
	FS  disk.FS
	Dir string
	// State is that of the run as this start finds it; it has its inputs and its fingerprint.
	State checkpoint.State
	Log   *telemetry.Log
	Meter *telemetry.Meter
	Options
}

// Open reads what was asked before, and asks it of the run.
func Open(cfg Config) (*Desk, error) {
	asked, err := rundir.LoadAsked(cfg.Dir)
	if err != nil {
		return nil, err
	}
	d := &Desk{cfg: cfg, began: time.Now(), asked: asked, saved: cfg.State, done: make(chan struct{})}
	d.exporter = d.newExporter()
	return d, d.apply(time.Now())
}

// Watch looks every two seconds at what is asked, until ctx ends.
func (d *Desk) Watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			d.look(now)
		case <-ctx.Done():
			d.mu.Lock()
			d.ended = true
			close(d.done)
			d.mu.Unlock()
			return
		}
	}
}

// look adopts what the file says, which another process may have written.
func (d *Desk) look(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if asked, err := rundir.LoadAsked(d.cfg.Dir); err == nil {
		d.asked = asked
	}
	_ = d.apply(now)
}

// apply asks of the run what was asked. It is called with the lock, but for Open.
func (d *Desk) apply(now time.Time) error {
	if d.asked.PausedAt(now) {
		d.cfg.Run.Pause()
	} else {
		d.cfg.Run.Unpause()
	}
	return d.cfg.Run.SetRate(orZero(d.asked.Rate), orZero(d.asked.ReadRate))
}

func orZero(perSecond *float64) float64 {
	if perSecond == nil {
		return 0
	}
	return *perSecond
}

// change changes what is asked, durably, and asks it of the run.
func (d *Desk) change(by func(*rundir.Asked)) (rundir.Standing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return d.status(), ErrEnded
	}
	asked := d.asked
	by(&asked)
	if err := asked.Save(d.cfg.FS, d.cfg.Dir); err != nil {
		return d.status(), fmt.Errorf("what was asked cannot be kept: %w", err)
	}
	d.asked = asked
	err := d.apply(time.Now())
	return d.status(), err
}

// Pause pauses the run, until a moment or, where that is zero, until somebody says otherwise.
func (d *Desk) Pause(o rundir.Order, until time.Time) (rundir.Standing, error) {
	return d.change(func(a *rundir.Asked) { a.Paused, a.PausedUntil, a.PauseOrder = true, until, &o })
}

// Unpause lets it go on.
func (d *Desk) Unpause(o rundir.Order) (rundir.Standing, error) {
	return d.change(func(a *rundir.Asked) { a.Paused, a.PausedUntil, a.PauseOrder = false, time.Time{}, &o })
}

// Limits are ceilings that are to change.
type Limits struct {
	SetRate, SetReadRate bool     // which of them are
	Rate, ReadRate       *float64 // nil: that of the command line
}

// Limit sets or lifts ceilings.
func (d *Desk) Limit(o rundir.Order, l Limits) (rundir.Standing, error) {
	return d.change(func(a *rundir.Asked) {
		if l.SetRate {
			a.Rate = l.Rate
		}
		if l.SetReadRate {
			a.ReadRate = l.ReadRate
		}
		a.RateOrder = &o
	})
}

// Stop stops this start and holds the run, and cancels the calls under way where that is to be now.
func (d *Desk) Stop(o rundir.Order, now bool) (rundir.Standing, error) {
	s, err := d.change(func(a *rundir.Asked) { a.Hold, a.HoldOrder = true, &o })
	if err != nil {
		return s, err
	}
	d.cfg.Run.StopFor(&pipeline.StopError{Reason: pipeline.ByHand, Detail: o.By})
	if now {
		d.cfg.Run.Halt()
	}
	return d.Status(), nil
}

// Saved tells the desk what was saved of the run.
func (d *Desk) Saved(s checkpoint.State) {
	d.mu.Lock()
	d.saved = s
	d.mu.Unlock()
}

// Events has what happens to the run sent to a channel, until the function that it returns is called.
func (d *Desk) Events() (<-chan telemetry.Event, func()) { return d.cfg.Log.Listen() }

// seen is the run as it is looked at.
func (d *Desk) seen() Seen {
	return Seen{Status: func() any { return d.Status() }, Ended: d.done, Dir: d.cfg.Dir, Log: d.cfg.Log, Metrics: d.exporter.Handler()}
}

// Status is where the run stands now.
func (d *Desk) Status() rundir.Standing {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status()
}

func (d *Desk) status() rundir.Standing {
	s := rundir.Status{State: d.saved, Held: !d.ended}
	s.Dir.Path = d.cfg.Dir
	if !d.ended {
		p := d.cfg.Run.Progress()
		s.State.Counts, s.State.Total, s.State.Rate = p.Counts, p.Total, p.Rate
		s.State.Phase, s.State.Pause, s.State.Paused = checkpoint.Running, string(p.Pause), p.PausedFor
	}
	out := s.Standing(d.asked)
	if !d.ended && d.cfg.Run.Stopping() {
		out.State = "stopping"
	}
	return out
}
