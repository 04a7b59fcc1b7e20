package pipeline

import (
	"container/heap"
	"time"
)

// rateInterval is how often the rate is set anew while it adapts.
const rateInterval = 50 * time.Millisecond

// dispatcher decides what is tried when. Its goroutine owns all of its fields.
//
// A user has at most one job that is ready, under way or waiting; the user's later ones hang behind
// it in a chain, and tails finds the end of that chain. So order holds by construction, and a user
// who waits keeps no worker and no permit.
type dispatcher struct {
	*Runner
	tails    map[string]*job // user -> the last of the user's jobs
	fresh    jobQueue        // ready for a first attempt
	again    jobQueue        // ready, and before all fresh ones
	waiting  dueHeap         // not ready before their time
	underway int             // jobs that workers have

	updates, reads *lane
	health         health
}

func newDispatcher(r *Runner) *dispatcher {
	now := time.Now()
	return &dispatcher{
		Runner:  r,
		tails:   map[string]*job{},
		updates: newLane(r.pacer, r.cfg.Rate, now),
		reads:   newLane(r.readPacer, r.cfg.ReadRate, now),
		health:  health{attempts: r.cfg.MaxAttempts, throttleLimit: r.cfg.ThrottleLimit},
	}
}

// run is the dispatcher goroutine. It ends when nothing is left to do or the run is stopping, and
// no call is under way; then it closes the workers' queue and the results.
func (d *dispatcher) run() {
	defer close(d.results)
	defer close(d.jobs)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	tick := time.NewTicker(rateInterval)
	defer tick.Stop()
	incoming := d.incoming
	for incoming != nil || len(d.tails) > 0 {
		d.wake(time.Now())
		next, out := d.offer()
		if len(d.waiting) > 0 {
			timer.Reset(time.Until(d.waiting[0].due))
		}
		select {
		case j, ok := <-incoming:
			if ok {
				d.enqueue(j)
			} else {
				incoming = nil
			}
		case out <- next:
			d.take()
		case a := <-d.attempts:
			d.settle(a)
		case <-timer.C:
		case now := <-tick.C:
			d.updates.adjust(now)
			d.reads.adjust(now)
			d.setPace(d.updates.governor, now)
		case <-d.stopping:
			d.drain(incoming)
			return
		}
	}
}

// drain waits for the calls under way and for the reader. Whatever else there was stays undone.
func (d *dispatcher) drain(incoming <-chan *job) {
	for incoming != nil || d.underway > 0 {
		select {
		case _, ok := <-incoming:
			if !ok {
				incoming = nil
			}
		case a := <-d.attempts:
			d.settle(a)
		}
	}
}

// enqueue puts a new job behind the others of its user, or makes it ready if there are none.
func (d *dispatcher) enqueue(j *job) {
	if tail, ok := d.tails[j.key]; ok {
		tail.next = j
	} else {
		d.fresh.push(j)
	}
	d.tails[j.key] = j
}

// wake makes those jobs ready whose time has come.
func (d *dispatcher) wake(now time.Time) {
	for len(d.waiting) > 0 && !d.waiting[0].due.After(now) {
		d.again.push(heap.Pop(&d.waiting).(*job))
	}
}

// offer is the next job and the channel to send it on; nil, which blocks for ever, if there is none.
func (d *dispatcher) offer() (*job, chan<- *job) {
	switch {
	case !d.again.empty():
		return d.again.first(), d.jobs
	case !d.fresh.empty():
		return d.fresh.first(), d.jobs
	default:
		return nil, nil
	}
}

// take removes the job that was offered: a worker has it.
func (d *dispatcher) take() {
	d.underway++
	if !d.again.empty() {
		d.again.pop()
	} else {
		d.fresh.pop()
	}
}

// settle takes an attempt back from a worker: the job is finished, tried again, or stays undone.
func (d *dispatcher) settle(a attempt) {
	d.underway--
	if a.skipped {
		return
	}
	j := a.job
	j.calls++
	d.observe(a)
	switch v := d.health.judge(a); {
	case v.stop != nil:
		d.stop(v.stop)
	case v.unknown: // it stays undone
	case v.again:
		if !a.reading && !isThrottle(a.err) {
			j.send, j.sent = nil, j.send // whether the update counted is unknown: look before it is sent again
		}
		j.due = a.ended.Add(d.cfg.Backoff.wait(max(j.attempts, j.throttles)))
		heap.Push(&d.waiting, j)
	default:
		if v.err != nil {
			a.outcome = Failed
		}
		d.results <- finished{ordinal: j.ordinal, Result: Result{
			Change: j.change, Outcome: a.outcome, Err: v.err, Attempts: j.calls, At: a.ended,
		}}
		d.release(j, a.sent)
		if streak := d.health.of(a.reading).streak; streak.broken() {
			d.stop(streak.stop())
		}
	}
}

// observe tells the governors and the statistics of an attempt.
func (d *dispatcher) observe(a attempt) {
	if !a.read.IsZero() {
		d.readCalls.Add(1)
		d.reads.governor.onAccepted(a.read)
	}
	way, calls := d.updates, &d.calls
	if a.reading {
		way, calls = d.reads, &d.readCalls
	}
	switch {
	case a.err == nil && !a.reading:
		calls.Add(1)
		way.governor.onAccepted(a.ended)
	case a.err == nil:
	case isThrottle(a.err):
		calls.Add(1)
		d.throttles.Add(1)
		if !d.health.ownThrottle(a) && way.throttled(a) {
			d.cfg.Log.Debug("throttled", "reading", a.reading, "rate", way.rate)
		}
	default:
		calls.Add(1)
	}
	if a.err != nil {
		var told error = publicError{a.err}
		d.lastError.Store(&told)
		d.cfg.Log.Debug("attempt failed", "file", a.job.change.File, "line", a.job.change.Line,
			"attempt", a.job.calls, "took", a.ended.Sub(a.sent), "error", told)
	}
}

// release lets the next job of the same user follow, no sooner than the user's own quota allows.
func (d *dispatcher) release(j *job, sent time.Time) {
	next := j.next
	if next == nil {
		delete(d.tails, j.key)
		return
	}
	j.next = nil
	next.due = sent.Add(d.cfg.UserInterval)
	heap.Push(&d.waiting, next)
}
