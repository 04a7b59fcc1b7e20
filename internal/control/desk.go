package control

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// ErrEnded is the answer to a verb once the run has ended.
var ErrEnded = errors.New("the run has ended")

// open reads what was asked before, and asks it of the run.
func open(cfg Config) (*Desk, error) {
	asked, err := rundir.LoadAsked(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	d := &Desk{cfg: cfg, began: time.Now(), saved: cfg.State, lastMetrics: func() {}, done: make(chan struct{})}
	d.exporter = d.newExporter()
	if info, held, err := checkpoint.Holder(cfg.Dir); err == nil && held {
		d.holder = &info
	}
	d.asked = d.before(asked)
	d.adopt(asked)
	if cfg.Began.Kind != "" {
		d.record(cfg.Began)
	}
	d.lift(time.Now())
	return d, nil
}

// before is what was asked as far as the events of earlier starts tell: what differs was asked while nobody was at work.
func (d *Desk) before(asked rundir.Asked) rundir.Asked {
	if d.cfg.State.Phase == "" { // the events in the directory are of another run
		return told(asked, nil)
	}
	events, err := telemetry.ReadEvents(d.cfg.Dir)
	if err != nil {
		return told(asked, nil)
	}
	return told(asked, events)
}

// Watch looks at what is asked, every two seconds, until ctx ends.
func (d *Desk) Watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			d.look()
			d.lift(now)
		case <-ctx.Done():
			return
		}
	}
}

// look adopts what the file says, which another process may have written. What cannot be read changes nothing.
func (d *Desk) look() {
	d.changing.Lock()
	defer d.changing.Unlock()
	asked, err := rundir.LoadAsked(d.cfg.Dir)
	if err != nil {
		if !d.misled {
			d.cfg.Logger.Warn("what is asked of the run stays as it was", "error", err)
		}
		d.misled = true
		return
	}
	d.misled = false
	d.adopt(asked)
}

// lift ends a pause whose time has come.
func (d *Desk) lift(now time.Time) {
	d.mu.Lock()
	over := d.asked.Paused && !d.asked.PausedAt(now)
	d.mu.Unlock()
	if !over {
		return
	}
	_, err := d.change(func(a *rundir.Asked) {
		if a.Paused && !a.PausedAt(now) {
			a.Paused, a.PausedUntil, a.PauseOrder = false, time.Time{}, nil
		}
	})
	if err == nil || errors.Is(err, ErrEnded) {
		d.unlifted = false
		return
	}
	d.changing.Lock()
	d.press() // the clock lets it go on nevertheless
	d.changing.Unlock()
	if !d.unlifted {
		d.cfg.Logger.Warn("control.json still says that the run is paused", "error", err)
	}
	d.unlifted = true
}

// adopt takes for asked what the file says, asks it of the run, and tells what is new. It is called with changing.
func (d *Desk) adopt(asked rundir.Asked) {
	d.mu.Lock()
	before := d.asked
	d.asked = asked
	d.mu.Unlock()
	d.press()
	d.tell(before, asked)
	if asked.Hold && !before.Hold {
		d.cfg.Run.StopFor(byHand(asked.HoldOrder))
	}
}

// press asks of the run what is asked now. It is called with changing.
func (d *Desk) press() {
	d.mu.Lock()
	asked, paused := d.asked, d.asked.PausedAt(time.Now()) || d.guard.paused
	d.mu.Unlock()
	if paused {
		d.cfg.Run.Pause()
	} else {
		d.cfg.Run.Unpause()
	}
	updates, reads := d.live(asked)
	if err := d.cfg.Run.SetRate(updates, reads); err != nil {
		d.cfg.Logger.Warn("the rate stays as it was", "error", err)
	}
}

// live are the ceilings that are asked for, as [pipeline.Runner.SetRate] takes them: 0 is that of the command line. Reads
// follow updates, unless they have a ceiling of their own.
func (d *Desk) live(asked rundir.Asked) (updates, reads float64) {
	if asked.Rate != nil {
		updates, reads = *asked.Rate, d.cfg.Reads(*asked.Rate)
	}
	if asked.ReadRate != nil {
		reads = *asked.ReadRate
	}
	return updates, reads
}

// ceilings are those that are asked for, or of the command line.
func (d *Desk) ceilings(asked rundir.Asked) (updates, reads float64) {
	return asked.Ceilings(d.cfg.Rate, d.cfg.Reads)
}

// change changes what is asked, durably, and asks it of the run.
func (d *Desk) change(by func(*rundir.Asked)) (rundir.Asked, error) {
	d.changing.Lock()
	defer d.changing.Unlock()
	if d.hasEnded() {
		return rundir.Asked{}, ErrEnded
	}
	_, after, err := rundir.ChangeAsked(d.cfg.FS, d.cfg.Dir, by)
	if err != nil {
		return rundir.Asked{}, err
	}
	d.adopt(after)
	return after, nil
}

func (d *Desk) hasEnded() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}

// Guard is what a program says of the run: it is paused as long as the program or a person wants it.
func (d *Desk) Guard(paused bool, reason string) {
	d.changing.Lock()
	defer d.changing.Unlock()
	d.mu.Lock()
	before, ended := d.guard, d.ended
	d.guard = guard{paused: paused, reason: reason}
	d.mu.Unlock()
	if ended {
		return
	}
	d.press()
	kind := telemetry.Unpaused
	if paused {
		kind = telemetry.Paused
	}
	if paused != before.paused {
		d.record(telemetry.Event{At: time.Now(), Kind: kind, By: GuardBy, Reason: reason})
	}
}

// guardIsMute notes that the program has given no answer, which changes nothing: whoever wonders why the run is still paused
// is to see it.
func (d *Desk) guardIsMute(failure string) {
	d.mu.Lock()
	d.guard.mute = failure
	d.mu.Unlock()
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
	s := rundir.Status{State: d.saved, Dir: rundir.Dir{Path: d.cfg.Dir}, Held: !d.ended}
	if d.holder != nil {
		s.Holder = *d.holder
	}
	if !d.ended {
		p := d.cfg.Run.Progress()
		s.State.Counts, s.State.Total, s.State.Rate = p.Counts, p.Total, p.Rate
		s.State.Phase, s.State.Pause, s.State.Paused = checkpoint.Running, string(p.Pause), p.PausedFor
		s.State.Elapsed = p.Elapsed // of the moment of the counts, whose pace is reckoned by it
		s.State.Reason, s.State.Hint = "", ""
		if s.State.StartedAt.IsZero() { // it is not recorded yet
			s.State.StartedAt = d.began
		}
		if p.LastError != nil {
			s.State.LastError = p.LastError.Error()
		}
	}
	if d.cfg.Told != nil {
		s.State = d.cfg.Told(s.State)
	}
	out := s.Standing(d.asked)
	if !d.ended && d.cfg.Run.Stopping() {
		out.State = "stopping"
	}
	if s.State.Pause != "" && !d.ended {
		out.Effective.Reason = d.whyPaused()
	}
	if now := time.Now(); !d.ended && d.cfg.Expiring != nil && d.asked.PausedAt(now) {
		n := d.expiring(now)
		out.Expiring = &n
	}
	return out
}

// pauseAhead is for how long it is looked ahead in a pause without an end.
const pauseAhead = time.Hour

// expiring is how many access tokens of the records that remain expire in the pause that is asked for, those that have since it
// began among them. It is called with mu.
func (d *Desk) expiring(now time.Time) int64 {
	from, until := now, d.asked.PausedUntil
	if o := d.asked.PauseOrder; o != nil && o.At.Before(now) {
		from = o.At
	}
	if until.IsZero() {
		until = now.Add(pauseAhead)
	}
	return d.cfg.Expiring(from, until)
}

// whyPaused is who has paused the run, and why: a person, a program, or both. It is called with mu.
func (d *Desk) whyPaused() string {
	var all []string
	if d.asked.PausedAt(time.Now()) {
		all = append(all, d.asked.PauseOrder.String())
	}
	if d.guard.paused {
		why := (&rundir.Order{By: GuardBy, Reason: d.guard.reason}).String()
		if d.guard.mute != "" {
			why += " (it gives no answer any more: " + d.guard.mute + ")"
		}
		all = append(all, why)
	}
	return strings.Join(all, "; and ")
}
