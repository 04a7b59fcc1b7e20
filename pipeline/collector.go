package pipeline

import (
	"fmt"
	"slices"
	"time"

	"attrmigrate/checkpoint"
)

// collector keeps the results. Its goroutine owns all of its fields, the reports and the store.
type collector struct {
	*Runner
	counts   checkpoint.Counts // over all starts
	parked   []int64           // ordinals of records that were parked, in this start or an earlier one
	last     checkpoint.State  // as it was saved
	budget   tally             // of this start: earlier failures are forgiven
	started  time.Time         // of this start
	failure  error             // of a report or the store: nothing more is kept
	binding  bool              // a result was kept that took a call, or a record is parked: there is something to resume
	recorded bool              // the run is
}

// tally is what the budget is held against.
type tally struct{ failed, foreseen, finished int64 }

func newCollector(r *Runner) *collector {
	return &collector{Runner: r, counts: r.cfg.Resume.Counts, parked: slices.Clone(r.cfg.Resume.Parked), started: time.Now()}
}

// run is the collector goroutine. It ends when the results do. It never blocks the dispatcher for
// long: the channel of results holds as many as can be undone at once.
func (c *collector) run() {
	tick := time.NewTicker(c.cfg.SaveInterval)
	defer tick.Stop()
	beginning := c.beginning
	for {
		select {
		case f, ok := <-c.results:
			if !ok {
				return
			}
			c.take(f)
		case <-beginning:
			beginning = nil
			c.check(c.begin())
		case <-tick.C:
			if c.binding || c.recorded {
				c.check(c.begin())
			}
		}
	}
}

// begin records the run, and once more whenever it is called again.
func (c *collector) begin() error {
	if c.failure != nil {
		return c.failure
	}
	_, err := c.save(checkpoint.Running, nil)
	if err == nil && !c.recorded {
		c.recorded = true
		close(c.begun)
	}
	return err
}

// take keeps a result, notes that a record is parked, or saves the state for the dispatcher.
func (c *collector) take(f finished) {
	switch {
	case f.parked:
		c.parked = append(c.parked, f.ordinal)
		c.binding = true // the next start has to know, or it would stop at the same records
		return
	case !f.save:
		c.keep(f)
		return
	}
	err := c.begin()
	c.check(err)
	if err == nil {
		c.saved <- f.number // there is one request at a time, and room for it
	}
}

// keep writes a result, then acknowledges its record. What is behind a failed write stays undone.
func (c *collector) keep(f finished) {
	if c.failure != nil {
		return
	}
	if err := c.cfg.Results.Write(f.Result); err != nil {
		c.check(err)
		return
	}
	c.binding = c.binding || !f.foreseen
	c.tracker.Done(f.ordinal)
	c.count(f)
	c.setCounts(c.counts)
}

func (c *collector) count(f finished) {
	c.budget.finished++
	switch f.Outcome {
	case Updated:
		c.counts.Updated++
	case Unchanged:
		c.counts.Unchanged++
	case AwaitingVerification:
		c.counts.Awaiting++
	case Skipped:
		c.counts.Skipped++
	default:
		c.counts.Failed++
		c.budget.failed++
		if f.foreseen {
			c.budget.foreseen++
		}
		c.spend()
	}
}

// spend stops the run when the budget is exceeded. What the pass over the input foresaw was weighed
// against the whole of it before the first write; a percentage of what is finished so far must not
// count it again, or bad rows at the head of a file would stop a run that was confirmed.
func (c *collector) spend() {
	failed := c.budget.failed
	if c.cfg.Budget.Percent > 0 {
		failed -= c.budget.foreseen
	}
	if c.cfg.Budget.Exceeded(failed, c.budget.finished) {
		c.stop(&StopError{Reason: OverBudget, Detail: fmt.Sprintf(
			"%d of %d records, the failure budget allows %s", failed, c.budget.finished, c.cfg.Budget)})
	}
}

// check stops the run when something could not be kept.
func (c *collector) check(err error) {
	if err == nil {
		return
	}
	c.failure = err
	c.stop(&StopError{Reason: NotKept, Err: err})
}

// save makes the reports durable, and then the state that relies on them.
func (c *collector) save(phase checkpoint.Phase, why *StopError) (checkpoint.State, error) {
	files, err := c.cfg.Results.Sync()
	if err != nil {
		return checkpoint.State{}, err
	}
	s := c.state(phase, why)
	s.Files = files
	if err := c.cfg.Store.Save(s); err != nil {
		return checkpoint.State{}, err
	}
	c.last = s
	return s, nil
}

// state is where the run stands now. Nothing else moves the tracker's low-water mark meanwhile.
func (c *collector) state(phase checkpoint.Phase, why *StopError) checkpoint.State {
	s := c.cfg.Resume
	s.Records, s.Position, s.Finished = c.tracker.Snapshot()
	s.Parked = c.undone(s)
	s.LastAnswer = c.lastAnswer()
	p := c.Progress()
	s.Phase, s.Counts, s.Rate = phase, p.Counts, p.Rate
	s.Reason, s.Hint, s.Pause = "", "", ""
	if why != nil {
		s.Reason, s.Hint = why.Error(), why.Hint()
	}
	s.SavedAt = time.Now()
	if p.LastError != nil {
		s.LastError = p.LastError.Error()
	}
	if s.StartedAt.IsZero() {
		s.StartedAt = c.started
	}
	s.Elapsed, s.Paused = p.Elapsed, p.PausedFor
	if phase == checkpoint.Running {
		s.Pause = string(p.Pause)
	}
	return s
}

// undone keeps of the parked records those that a state does not have as finished, and returns them in order.
func (c *collector) undone(s checkpoint.State) []int64 {
	if len(c.parked) == 0 {
		return nil
	}
	slices.Sort(c.parked)
	c.parked = slices.DeleteFunc(slices.Compact(c.parked), func(ordinal int64) bool {
		_, finished := slices.BinarySearch(s.Finished, ordinal)
		return finished || ordinal <= s.Records
	})
	return slices.Clone(c.parked)
}

// finish saves the last state and says how the run ended. Every other goroutine has ended.
func (c *collector) finish() (checkpoint.State, error) {
	phase, stop := c.ending()
	s, err := checkpoint.State{}, c.failure
	switch {
	case !c.recorded && err != nil:
		return s, c.unkept(err)
	case !c.recorded && !c.binding && stop != nil:
		return s, stop
	case err == nil:
		s, err = c.save(phase, stop)
	}
	switch {
	case err != nil:
		// The last state that was saved stands, however far the run came: nothing kept since then can be
		// relied on.
		stop = c.unkept(err)
		s = c.last
		s.Phase, s.Reason, s.Hint = checkpoint.Stopped, stop.Error(), stop.Hint()
		return s, stop
	case stop != nil:
		return s, stop
	default:
		return s, nil
	}
}

// unkept is the stop of a run that could not be kept: for what the error says, unless the run was stopped already because it
// is not to be kept any more.
func (c *collector) unkept(err error) *StopError {
	if c.Stopping() && (c.stopErr.Reason == Overtaken || c.stopErr.Reason == Unleased) {
		return c.stopErr
	}
	return (&StopError{Reason: NotKept, Err: err}).cause()
}

// ending says how the run ended: a stop that came when all was done already is none.
func (c *collector) ending() (checkpoint.Phase, *StopError) {
	records, _, _ := c.tracker.Snapshot()
	if c.atEnd.Load() && records == c.read.Load() {
		return checkpoint.Finished, nil
	}
	select {
	case <-c.stopping:
	default:
		return checkpoint.Stopped, &StopError{Reason: AtLimit}
	}
	if c.stopErr.Reason == Interrupted {
		return checkpoint.Interrupted, c.stopErr
	}
	return checkpoint.Stopped, c.stopErr
}
