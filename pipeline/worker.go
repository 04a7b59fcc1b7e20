package pipeline

import (
	"context"
	"time"
)

// work is a worker goroutine: it takes a job and tries it once, with calls under ctx. It ends when the
// queue of jobs is closed.
func (r *Runner) work(ctx context.Context) {
	for j := range r.jobs {
		a := attempt{job: j}
		r.try(ctx, &a)
		a.cancelled = a.err != nil && ctx.Err() != nil
		r.attempts <- a
	}
}

// try reads the user, if that is still to be done, and sends the update. Each takes a permit.
func (r *Runner) try(ctx context.Context, a *attempt) {
	j := a.job
	if r.cfg.Preparer == nil {
		j.send = j.change
	}
	if j.send == nil && !r.prepare(ctx, a) {
		return
	}
	if a.skipped = !r.begin() || !r.pacer.take(r.stopping); a.skipped {
		return
	}
	a.reading = false
	a.sent = time.Now()
	a.outcome, a.err = r.cfg.Updater.Update(ctx, j.send)
	a.ended = time.Now()
	if a.err == nil && a.outcome == Unconfirmed {
		a.outcome = AwaitingVerification
		r.confirm(ctx, a)
	}
}

// confirm reads a user whose update was accepted. If that fails, what the updater said of it stands.
func (r *Runner) confirm(ctx context.Context, a *attempt) {
	if r.cfg.Preparer == nil || !r.readPacer.take(r.stopping) {
		return
	}
	a.look = &attempt{job: a.job, reading: true, sent: time.Now()}
	holds, err := r.cfg.Preparer.Holds(ctx, a.job.send)
	a.look.ended, a.look.err = time.Now(), err
	if holds {
		a.outcome = Updated
	}
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

// prepare reads the user and says whether there is something to send.
func (r *Runner) prepare(ctx context.Context, a *attempt) bool {
	j := a.job
	if a.skipped = !r.readPacer.take(r.stopping); a.skipped {
		return false
	}
	a.reading = true
	a.sent = time.Now()
	j.send, a.err = r.cfg.Preparer.Prepare(ctx, j.change, j.sent)
	a.ended = time.Now()
	if a.err != nil {
		j.send = nil
		return false
	}
	a.asked, a.read = a.sent, a.ended
	if j.send != nil {
		return true
	}
	a.outcome = Unchanged
	if j.sent != nil {
		a.outcome = Updated // by the attempt of which it was unknown
	}
	return false
}
