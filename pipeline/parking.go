package pipeline

import (
	"fmt"
	"slices"
	"time"
)

// A record whose attempts are exhausted says little by itself: the record may be poisoned, or the service
// may be away. So it is parked, in the lane of the call that failed, and judged by what follows:
//
//   - A call of that lane that is sent later and succeeds shows that the service is there, and so does one that
//     is refused for what it asks. The record gets one more attempt, and fails as unknown if that fails too.
//   - Three records parked with no such call between show that the service is away: the run stops. They stay
//     undone, the state names them, and the next start sets them aside until nothing else is left.
//   - When nothing else can go on, the parked records are what is left. If the service is there they get
//     their last attempts, and fail as unknown if these fail.
//
// Where there is a [Config.Probe], none fails before it has shown that the service was there afterwards.
//
// A parked record holds back its user's later ones, so three of them are of three users. It holds back those of
// its sequence as well.

// awayAfter is how many records, with no success between, have to be parked for the service to be away.
const awayAfter = 3

// parked is a job whose attempts are exhausted, with the call that was the last of them.
type parked struct {
	*job
	call call
}

// park parks a job. It stops the run where the service is away: a call that was sent before something
// succeeded does not show that.
func (d *dispatcher) park(j *job, c call) {
	j.parked[c.lane.index] = true
	c.lane.parked = append(c.lane.parked, parked{j, c})
	d.results <- finished{ordinal: j.ordinal, parked: true}
	d.cfg.Log.Debug("parked", "file", j.change.File, "line", j.change.Line)
	silent := d.witnesses(c.lane, func(p parked) bool { return p.call.sent.After(c.lane.there) })
	if silent >= awayAfter {
		d.stop(d.away(c))
	}
}

// witnesses counts the parked jobs of a lane that tell of the service. Those of a user of whom a record has
// failed as unknown already tell of the user.
func (d *dispatcher) witnesses(l *lane, tells func(parked) bool) (n int) {
	for _, p := range l.parked {
		if !d.poisoned[p.keys[ofUser]] && tells(p) {
			n++
		}
	}
	return n
}

// away is the stop of a run whose service is away, as a call shows.
func (d *dispatcher) away(c call) *StopError {
	return &StopError{Reason: ServiceAway, Err: fmt.Errorf("nothing has succeeded for %s: %w",
		c.ended.Sub(later(c.lane.there, d.started)).Round(time.Second), c.err)}
}

// reviveBy lets the calls of an attempt show that the service is there.
func (d *dispatcher) reviveBy(a *attempt) {
	for _, c := range a.calls {
		if isThere(c.err) {
			d.revive(c)
		}
	}
}

// revive gives those jobs one more attempt that were parked in a lane before a call was sent which shows that
// the service is there.
func (d *dispatcher) revive(c call) {
	still := c.lane.parked[:0]
	for _, p := range c.lane.parked {
		if !c.sent.After(p.call.ended) {
			still = append(still, p)
			continue
		}
		p.attempts = d.health.attempts - 1
		d.again.push(p.job)
	}
	clear(c.lane.parked[len(still):])
	c.lane.parked = still
}

// isStuck says whether only parked jobs are left: nothing is ready, under way or waiting, and nothing can be
// read, be it that the input is at its end or that the gap is full of what is behind a parked record.
func (d *dispatcher) isStuck(incoming <-chan *job) bool {
	now := standing{d.finished, d.read.Load()} // before the gap is found full: the reader may go on at any moment
	switch {
	case len(d.updates.parked)+len(d.reads.parked)+len(d.named) == 0, len(d.condemned) > 0,
		!d.again.empty(), !d.fresh.empty(), len(d.waiting) > 0, d.underway > 0, d.saving:
		return false
	case incoming == nil:
		return true
	case len(incoming) > 0, !d.tracker.Full():
		return false
	case d.settled != now: // results on their way to the collector may make room
		d.asking = now
		d.save(d.finished)
		return false
	}
	return true
}

// standing is how many jobs were finished and records read at a moment.
type standing struct{ finished, read int64 }

// unstick decides about the parked jobs when they are all that is left.
func (d *dispatcher) unstick() {
	for _, l := range []*lane{d.updates, d.reads} {
		n := len(l.parked)
		if d.witnesses(l, func(parked) bool { return true }) >= awayAfter || n > 0 && !d.answered() {
			d.stop(d.away(l.parked[n-1].call))
			return
		}
	}
	if d.cfg.Probe == nil || !d.answered() {
		d.lastAttempts()
		return
	}
	d.stuck = true
	d.probe()
}

// condemn fails the job of an attempt that was its last, once it is shown that the service was there.
func (d *dispatcher) condemn(a *attempt, err error) {
	if d.cfg.Probe == nil {
		d.conclude(a, err)
		return
	}
	d.condemned = append(d.condemned, condemned{a, err})
	d.probe()
}

// condemned is a job that is to fail as unknown.
type condemned struct {
	*attempt
	err error
}

// probe has a worker ask whether the service is there, on behalf of all that are condemned by now.
func (d *dispatcher) probe() {
	if d.probing == 0 {
		d.probing = 1 + len(d.condemned)
		d.again.push(&job{probe: true})
	}
}

// probed goes on once the service has been asked whether it is there. An error that is not of the kind that
// parks records shows it as well as none.
func (d *dispatcher) probed(a *attempt) {
	if a.skipped { // the run stops, and was paused
		return
	}
	err, asked, stuck := a.decisive().err, d.probing-1, d.stuck
	d.probing, d.stuck = 0, false
	switch {
	case a.cancelled: // the run stops
		return
	case isSick(err):
		d.stop(&StopError{Reason: ServiceAway, Err: err})
		return
	}
	for _, c := range d.condemned[:asked] {
		d.conclude(c.attempt, c.err)
	}
	if d.condemned = slices.Delete(d.condemned, 0, asked); len(d.condemned) > 0 {
		d.probe()
	}
	if stuck {
		d.lastAttempts()
	}
}

// lastAttempts lets all parked jobs go on. Where nothing was answered in this start yet, one attempt would
// be too little to judge by: then they have as many as at first. Where nothing ever has, those that an
// earlier start has parked are like any others.
func (d *dispatcher) lastAttempts() {
	attempts := 0
	if d.inThisStart() {
		attempts = d.health.attempts - 1
	}
	last := d.answered()
	for _, l := range []*lane{d.updates, d.reads} {
		for _, p := range l.parked {
			d.named = append(d.named, p.job)
		}
		l.parked = nil
	}
	for _, j := range d.named {
		j.last, j.attempts = last, attempts
		d.again.push(j)
	}
	d.named = nil
}

// inThisStart says whether any call has shown in this start that the service is there, answered whether one has
// in this run.
func (d *dispatcher) inThisStart() bool {
	return !d.updates.there.IsZero() || !d.reads.there.IsZero()
}

func (d *dispatcher) answered() bool { return d.inThisStart() || !d.lastAnswer().IsZero() }
