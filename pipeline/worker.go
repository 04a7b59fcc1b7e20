package pipeline

import (
	"context"
	"time"
)

// work is a worker goroutine: it takes a job, waits for a permit and makes one call under ctx. It
// ends when the queue of jobs is closed.
func (r *Runner) work(ctx context.Context) {
	for j := range r.jobs {
		if !r.pacer.take(r.stopping) {
			r.attempts <- attempt{job: j, skipped: true}
			continue
		}
		sent := time.Now()
		outcome, err := r.cfg.Updater.Update(ctx, j.change)
		r.attempts <- attempt{
			job: j, sent: sent, ended: time.Now(), outcome: outcome, err: err,
			cancelled: err != nil && ctx.Err() != nil,
		}
	}
}
