package pipeline

import (
	"container/heap"
	"errors"
	"time"

	"attrmigrate/checkpoint"
)

// rateInterval is how often the rate is set anew while it adapts.
const rateInterval = 50 * time.Millisecond

// dispatcher decides what is tried when. Its goroutine owns all of its fields.
//
// A user has at most one job that is ready, under way, waiting or not saved; the user's later ones hang
// behind it in a chain, and tails finds the end of that chain. So order holds by construction, a user
// who waits keeps no worker and no permit, and a run that goes on after a crash repeats no more than the
// last record of each user: an earlier one would find the user as a later one has left it. So it is with the
// records of a sequence, whoever their users are. A job can be in one chain of each kind, and goes once it is
// the first in both; it waits only for jobs that were read before it, so somebody can always go.
type dispatcher struct {
	*Runner
	tails    [chains]map[string]*job // user, or sequence -> the last of its jobs
	open     int                     // jobs that are not finished
	fresh    jobQueue                // ready for a first attempt
	again    jobQueue                // ready, and before all fresh ones
	waiting  dueHeap                 // not ready before their time
	underway int                     // jobs that workers have

	finished int64    // the jobs finished so far, each of which has its number
	unsaved  jobQueue // finished jobs that the state need not know of yet, by number
	wanted   int64    // the number up to which jobs must be saved for a user's next one to follow
	saving   bool     // the collector is asked to save

	keeping time.Duration // how long it takes to keep what was read: the longest lately

	started time.Time // in the time of the run, as all below and in the lanes
	health  health

	before    map[int64]bool  // the ordinals that an earlier start has parked
	named     []*job          // of these, those that would be ready: they come last
	poisoned  map[string]bool // users of whom a record failed as unknown in this start
	condemned []condemned     // jobs that fail once the service is shown to be there
	probing   int             // a probe is under way for so many of these, plus one; 0: none is
	stuck     bool            // and for the parked ones
	asking    standing        // what the collector is asked for
	settled   standing        // and has had
}

func newDispatcher(r *Runner) *dispatcher {
	now := r.gate.at(time.Now())
	d := &dispatcher{
		Runner: r, tails: [chains]map[string]*job{{}, {}}, started: now, before: map[int64]bool{}, poisoned: map[string]bool{},
		health: health{
			attempts:      r.cfg.MaxAttempts,
			patience:      patienceFor(r.cfg.MaxAttempts, r.cfg.Backoff),
			throttleLimit: r.cfg.ThrottleLimit,
		},
	}
	r.updates.begin(now)
	r.reads.begin(now)
	for _, ordinal := range r.cfg.Resume.Parked {
		d.before[ordinal] = true
	}
	return d
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
	for incoming != nil || d.open > 0 {
		d.wake(d.now())
		if d.isStuck(incoming) {
			d.unstick()
		}
		next, out := d.offer()
		if len(d.waiting) > 0 && d.gate.state() == Going { // what is due while time stands still would be so over and over
			timer.Reset(d.waiting[0].due.Sub(d.now()))
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
		case number := <-d.saved:
			d.release(number)
		case <-timer.C:
		case now := <-tick.C:
			d.pace(d.gate.at(now))
		case <-d.stopping:
			d.drain(incoming)
			return
		}
	}
}

// now is this moment in the time of the run.
func (d *dispatcher) now() time.Time { return d.gate.at(time.Now()) }

// pace sets the rates anew, and tells that of updates.
func (d *dispatcher) pace(now time.Time) {
	d.updates.adjust(now)
	d.reads.adjust(now)
	d.setPace(now)
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

// enqueue puts a new job behind the others of its user and of its sequence, or makes it ready if there are none.
func (d *dispatcher) enqueue(j *job) {
	d.open++
	for i, tails := range d.tails {
		if i == inOrder && j.keys[i] == "" {
			continue
		}
		if tail, ok := tails[j.keys[i]]; ok {
			tail.next[i] = j
			j.behind++
			if tail.number > 0 {
				d.save(tail.number)
			}
		}
		tails[j.keys[i]] = j
	}
	switch {
	case j.behind > 0:
	case d.before[j.ordinal]:
		d.named = append(d.named, j)
	default:
		d.fresh.push(j)
	}
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
	case d.cfg.Preparer != nil && float64(d.underway) >= d.room():
		return nil, nil
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

// settle takes an attempt back from a worker: the job is finished, tried again, parked, or stays undone.
func (d *dispatcher) settle(a *attempt) {
	for i, c := range a.calls {
		a.calls[i].sent, a.calls[i].ended = d.gate.at(c.sent), d.gate.at(c.ended)
	}
	if given := d.leave.given.Load(); given != nil {
		d.updates.held = d.gate.at(*given)
	}
	if a.ongoing {
		d.observe(a)
		d.reviveBy(a)
		return
	}
	d.underway--
	if a.job.probe {
		d.probed(a)
		return
	}
	d.observe(a)
	if a.skipped {
		return
	}
	j, c := a.job, a.decisive()
	j.tries++
	v := d.health.judge(a)
	if c.err != nil && !isThrottle(c.err) && c.lane == d.updates {
		j.asked, j.unclear = time.Time{}, true // look before it is sent again
	}
	switch {
	case v.stop != nil:
		d.stop(v.stop)
	case v.unknown: // it stays undone
	case v.again:
		j.due = d.health.due(j, c, d.cfg.Backoff.wait(max(j.attempts, min(j.throttles, 4))))
		heap.Push(&d.waiting, j)
	case v.park:
		d.park(j, c)
	case v.exhausted:
		d.condemn(a, v.err)
	default:
		d.conclude(a, v.err)
	}
	d.reviveBy(a)
}

// conclude finishes the job of an attempt, with an error or none.
func (d *dispatcher) conclude(a *attempt, err error) {
	j, c := a.job, a.decisive()
	switch {
	case err == nil:
	case j.skips(err):
		a.outcome = Skipped
	default:
		a.outcome = Failed
	}
	if _, exhausted := errors.AsType[*ExhaustedError](err); exhausted {
		d.poisoned[j.keys[ofUser]] = true
	}
	d.results <- finished{ordinal: j.ordinal, Result: Result{
		Change: j.change, Outcome: a.outcome, Err: err, Attempts: j.tries, At: c.at,
	}}
	d.finish(j, c.sent)
	if c.lane.streak.broken() {
		d.stop(c.lane.streak.stop())
	}
}

// observe tells the lanes and the statistics of the calls of an attempt.
func (d *dispatcher) observe(a *attempt) {
	for i, c := range a.calls {
		if d.cfg.Called != nil {
			d.cfg.Called(c.told(d.reads))
		}
		if c.lane.observe(c, a.job) {
			d.cfg.Log.Debug("throttled", "reading", c.lane == d.reads, "rate", c.lane.rate)
		}
		if c.kept > 0 {
			d.noteKept(c.kept)
		}
		if isThere(c.err) {
			d.setAnswer(c.at)
		}
		switch {
		case c.err == nil, a.job.skips(c.err):
			continue
		case isThrottle(c.err):
			d.throttles.Add(1)
		}
		if a.looked && i == len(a.calls)-1 {
			continue // it is of no consequence
		}
		var told error = publicError{c.err}
		d.lastError.Store(&told)
		d.cfg.Log.Debug("attempt failed", "file", a.job.change.File, "line", a.job.change.Line,
			"attempt", a.job.tries+1, "took", c.took, "error", told)
	}
}

// finish notes that a job is finished, whose last attempt began at the given time. Of the job no more is
// kept than those behind it need.
func (d *dispatcher) finish(j *job, sent time.Time) {
	d.open--
	d.finished++
	*j = job{keys: j.keys, next: j.next, number: d.finished, due: sent.Add(d.cfg.UserInterval)}
	d.unsaved.push(j)
	if j.next != [chains]*job{} || d.finished-d.unsaved.first().number >= checkpoint.MaxGapRecords {
		d.save(j.number)
	}
}

// save asks the collector to save a state in which the jobs up to a number are finished. It has one such
// request at a time, and their results before it.
func (d *dispatcher) save(number int64) {
	d.wanted = max(d.wanted, number)
	if !d.saving {
		d.saving = true
		d.results <- finished{save: true, number: d.finished}
	}
}

// release lets the next jobs of the same users and sequences follow those that are saved.
func (d *dispatcher) release(number int64) {
	for !d.unsaved.empty() && d.unsaved.first().number <= number {
		j := d.unsaved.pop()
		for i, tails := range d.tails {
			if tails[j.keys[i]] == j {
				delete(tails, j.keys[i])
			}
			if next := j.next[i]; next != nil {
				if i == ofUser { // no sooner than a user's own quota allows
					next.due = j.due
				}
				d.follow(next)
			}
		}
	}
	d.saving, d.settled, d.asking = false, d.asking, standing{}
	if d.wanted > number {
		d.save(d.wanted)
	}
}

// follow lets a job go once it is behind no other.
func (d *dispatcher) follow(j *job) {
	j.behind--
	switch {
	case j.behind > 0:
	case d.before[j.ordinal]:
		d.named = append(d.named, j)
	default:
		heap.Push(&d.waiting, j)
	}
}
