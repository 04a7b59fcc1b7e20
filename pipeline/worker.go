package pipeline

import (
	"context"
	"errors"
	"time"
)

// work is a worker goroutine: it takes a job and tries it once, with calls under ctx. It ends when the
// queue of jobs is closed.
func (r *Runner) work(ctx context.Context) {
	for j := range r.jobs {
		a := &attempt{job: j, calls: make([]call, 0, 2)}
		r.try(ctx, a)
		a.cancelled = len(a.calls) > 0 && a.decisive().err != nil && ctx.Err() != nil
		r.attempts <- a
	}
}

// try reads the user, if that is still to be done, and sends the update. Each takes a permit.
func (r *Runner) try(ctx context.Context, a *attempt) {
	j := a.job
	switch {
	case j.probe:
		if a.skipped = !r.gate.await(r.stopping); a.skipped {
			return
		}
		_ = a.call(ctx, r.visit(), nil, func(ctx context.Context) error { return r.cfg.Probe(ctx) })
		return
	case r.cfg.Preparer == nil:
		j.prepared = j.change
	case j.asked.IsZero() && !r.prepare(ctx, a):
		return
	}
	if !r.admit(ctx, a) {
		return
	}
	err := a.call(ctx, r.visit(), r.updates, func(ctx context.Context) (err error) {
		a.outcome, err = r.cfg.Updater.Update(ctx, j.prepared)
		return err
	})
	if err == nil && a.outcome == Unconfirmed {
		a.outcome = AwaitingVerification
		r.confirm(ctx, a)
	}
}

// admit waits until the update may be sent: the run is recorded, the permit is there, what was read of the user is
// not too old, or is read again under it, and there is leave. What is read again is as young as the service lets it be, and
// goes, or a run whose reads take longer than that would read for ever. Where the run was paused meanwhile, or there was no
// leave, it takes another permit, and is judged anew: else all that were given out would be used at once when it goes on.
// So it is where others are ahead, and what was read is kept once more, or the permit of the read was long in coming: they
// would come at the pace of reads, with permits of before. It is false if the attempt ends without an update.
func (r *Runner) admit(ctx context.Context, a *attempt) bool {
	age := ImageAge
	for r.begin() && r.awaitLeave() && r.permit(r.updates) {
		if r.cfg.Preparer != nil && isOld(a.job.asked, time.Now(), age) {
			r.gate.leave()
			if r.cfg.Ahead > 0 {
				a.unused = r.updates.pacer.latest()
			}
			asked := time.Now()
			if !r.prepare(ctx, a) {
				return false
			}
			age = ImageAge
			if a.unused != nil && (a.kept || a.job.asked.Sub(asked) > lateness) {
				age = max(ImageAge, time.Since(a.job.asked)+keptFor)
				continue
			}
			if !r.gate.enterSince(a.job.asked, r.stopping) {
				continue
			}
		}
		if r.hasLeave() {
			return true
		}
		r.gate.leave()
	}
	a.skipped = true
	return false
}

// keptFor is for how long an image may wait for its permit that was kept once more, however long that took: where it takes
// longer than ImageAge, the run would read for ever.
const keptFor = ImageAge - readAhead

// isOld tells whether an image that was asked for at a moment is older than it may be. While a machine sleeps, its clock
// alone goes on.
func isOld(asked, now time.Time, age time.Duration) bool {
	return max(now.Sub(asked), now.Round(0).Sub(asked.Round(0))) > age
}

// permit waits for a permit of a lane with which a call may begin, and says whether there was one before the run
// was told to stop. While the run is paused nobody waits for one.
func (r *Runner) permit(l *lane) bool {
	l.waiting.Add(1)
	defer l.waiting.Add(-1)
	if l.turn != nil {
		select {
		case l.turn <- struct{}{}:
			defer func() { <-l.turn }()
		case <-r.stopping:
			return false
		}
	}
	for !r.Stopping() {
		shut, opened := r.gate.wait(r.stopping)
		if opened && l.pacer.take(r.stopping, shut) && r.gate.enter(r.stopping) {
			return true
		}
	}
	return false
}

// readPermits waits for several permits of reads, with the last of which the first may begin. One worker at a time does,
// so that no more are held than one record needs.
func (r *Runner) readPermits(n int) bool {
	if n == 1 {
		return r.permit(r.reads)
	}
	select {
	case r.collecting <- struct{}{}:
		defer func() { <-r.collecting }()
	case <-r.stopping:
		return false
	}
	for range n - 1 {
		if !r.permit(r.reads) {
			return false
		}
		r.gate.leave()
	}
	return r.permit(r.reads)
}

// confirm reads a user whose update was accepted. If that fails, what the updater said of it stands.
func (r *Runner) confirm(ctx context.Context, a *attempt) {
	if r.cfg.Preparer == nil || !r.permit(r.reads) {
		return
	}
	a.looked = true
	_ = a.call(ctx, r.visit(), r.reads, func(ctx context.Context) error {
		holds, err := r.cfg.Preparer.Holds(ctx, a.job.prepared)
		if holds {
			a.outcome = Updated
		}
		return err
	})
}

// begin has the run recorded before its first update: from then on it is one that can be resumed. It
// is false if the run stops.
func (r *Runner) begin() bool {
	for {
		select {
		case <-r.begun:
			return true
		case <-r.stopping:
			return false
		case r.beginning <- struct{}{}:
		}
	}
}

// tell has the dispatcher know of the calls of an attempt that goes on. The permit for its update can take long,
// and what the reads' quota gives, and whether the service is there, is to be known at once.
func (r *Runner) tell(a *attempt) {
	r.attempts <- &attempt{job: a.job, calls: a.calls, ongoing: true}
	a.calls = make([]call, 0, 2)
}

// prepare reads the user and says whether there is something to send. It has the permits for as many reads as that took
// the last time before the first of them: what was read would grow old behind another permit.
func (r *Runner) prepare(ctx context.Context, a *attempt) bool {
	j := a.job
	if a.skipped = !r.readPermits(1 + j.further); a.skipped {
		return false
	}
	j.asked = time.Now()
	send, v := j.prepared, r.visit()
	v.permits, v.unused = j.further, a.unused
	err := a.call(ctx, v, r.reads, func(ctx context.Context) (err error) {
		send, err = r.cfg.Preparer.Prepare(ctx, j.change, j.prepared)
		return err
	})
	j.further, a.kept = max(j.further, v.reads), v.kept
	switch {
	case errors.Is(err, ErrStopping):
		j.asked, a.skipped, a.calls = time.Time{}, true, nil
		return false
	case err != nil:
		j.asked = time.Time{}
		return false
	case send != nil:
		j.prepared = send
		r.tell(a)
		return true
	case j.unclear:
		a.outcome = Updated // by the attempt of which it was unknown
	default:
		a.outcome = Unchanged
	}
	return false
}
