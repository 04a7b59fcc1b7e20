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
		_ = a.call(ctx, r.gate, nil, func(ctx context.Context) error { return r.cfg.Probe(ctx) })
		return
	case r.cfg.Preparer == nil:
		j.prepared = j.change
	case j.asked.IsZero() && !r.prepare(ctx, a):
		return
	}
	if !r.admit(ctx, a) {
		return
	}
	err := a.call(ctx, r.gate, r.updates, func(ctx context.Context) (err error) {
		a.outcome, err = r.cfg.Updater.Update(ctx, j.prepared)
		return err
	})
	if err == nil && a.outcome == Unconfirmed {
		a.outcome = AwaitingVerification
		r.confirm(ctx, a)
	}
}

// admit waits until the update may be sent: the run is recorded, the permit is there, and what was read of the user is
// not too old, or is read again under it. That is as young as the service lets it be, and goes, or a run whose reads take
// longer than that would read for ever. Where the run was paused meanwhile it takes another permit, and is judged anew:
// else all that were given out would be used at once when it goes on. It is false if the attempt ends without an update.
func (r *Runner) admit(ctx context.Context, a *attempt) bool {
	for r.begin() && r.permit(r.updates) {
		if r.cfg.Preparer == nil || !isOld(a.job.asked, time.Now()) {
			return true
		}
		r.gate.leave()
		if !r.prepare(ctx, a) {
			return false
		}
		if r.gate.enterSince(a.job.asked) {
			return true
		}
	}
	a.skipped = true
	return false
}

// isOld tells whether an image that was asked for at a moment is too old. While a machine sleeps, its clock alone goes on.
func isOld(asked, now time.Time) bool {
	return max(now.Sub(asked), now.Round(0).Sub(asked.Round(0))) > ImageAge
}

// permit waits for a permit of a lane with which a call may begin, and says whether there was one before the run was
// told to stop. While the run is paused nobody waits for one.
func (r *Runner) permit(l *lane) bool {
	for !r.Stopping() {
		shut, opened := r.gate.wait(r.stopping)
		if opened && l.pacer.take(r.stopping, shut) && r.gate.enter() {
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
	_ = a.call(ctx, r.gate, r.reads, func(ctx context.Context) error {
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
	send, more := j.prepared, further{permits: j.further}
	err := a.call(context.WithValue(ctx, furtherKey{}, &more), r.gate, r.reads, func(ctx context.Context) (err error) {
		send, err = r.cfg.Preparer.Prepare(ctx, j.change, j.prepared)
		return err
	})
	j.further = max(j.further, more.reads)
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

// ErrStopping is what a [Preparer] returns that wanted to read more, and had no permit because the run stops. The record
// stays undone.
var ErrStopping = errors.New("the run is stopping")

// AwaitRead waits for the permit of one more read, and tells whether there was one before the run was told to stop. It is
// for a [Preparer] that reads more than one user for a record, within the context that it was given: the first read has
// its permit. While the run is paused it waits, and the record counts as not under way.
func (r *Runner) AwaitRead(ctx context.Context) bool {
	since := time.Now()
	r.gate.leave()
	if more, within := ctx.Value(furtherKey{}).(*further); within {
		if more.reads++; more.reads <= more.permits && r.gate.enter() {
			return true
		}
	}
	ok := r.permit(r.reads)
	if !ok {
		r.gate.reenter()
	}
	Aside(ctx, time.Since(since))
	return ok
}

// further are the reads of a [Preparer] for one record, behind the first.
type further struct {
	permits int // that were there before
	reads   int // that it asked for
}

// furtherKey is that of these, in the context of the first.
type furtherKey struct{}

// Aside says of a call, by its context, that so much of its time was not the service's: [Call].Took leaves it out. It is for
// a [Preparer] that keeps what it has read before it returns.
func Aside(ctx context.Context, spent time.Duration) {
	if aside, within := ctx.Value(asideKey{}).(*time.Duration); within {
		*aside += spent
	}
}

// asideKey is that of how much of the time of a call was not the service's, in its context.
type asideKey struct{}
