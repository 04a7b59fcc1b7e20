package pipeline

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"attrmigrate/checkpoint"
)

// Runner is one start of a run. It is used once.
type Runner struct {
	cfg     Config
	tracker *checkpoint.Tracker

	incoming chan *job     // reader > dispatcher
	jobs     chan *job     // dispatcher > workers
	attempts chan *attempt // workers > dispatcher
	results  chan finished // dispatcher and reader > collector; holds all that can be undone at once

	beginning chan struct{} // workers > collector: an update is due
	begun     chan struct{} // closed by the collector when the run is recorded
	saved     chan int64    // collector > dispatcher: a state was saved that it asked for

	gate       *gate         // which calls pass, and the time of the run
	collecting chan struct{} // full while a worker waits for several permits at once

	stopOnce sync.Once
	stopping chan struct{} // closed by the first stop
	haltOnce sync.Once
	halting  chan struct{} // closed by the first halt: calls under way are cancelled
	stopErr  *StopError    // set before stopping is closed
	atEnd    atomic.Bool   // the reader saw the end of the input
	read     atomic.Int64  // ordinal of the last record that it tracked

	progress
}

// New prepares a run. Nothing happens before [Runner.Run].
func New(cfg Config) (*Runner, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	r := &Runner{
		cfg:       cfg,
		tracker:   checkpoint.NewTracker(cfg.Resume.Records, cfg.Resume.Position, cfg.Resume.Finished),
		incoming:  make(chan *job, cfg.Workers),
		jobs:      make(chan *job),
		attempts:  make(chan *attempt, cfg.Workers+cfg.Ahead),
		results:   make(chan finished, checkpoint.MaxGapRecords),
		beginning: make(chan struct{}),
		begun:     make(chan struct{}),
		saved:     make(chan int64, 1),
		stopping:  make(chan struct{}),
		halting:   make(chan struct{}),
		gate:      newGate(0),

		collecting: make(chan struct{}, 1),
	}
	r.read.Store(cfg.Resume.Records)
	r.progress.init(cfg)
	if cfg.Ahead > 0 { // more workers than calls
		r.gate = newGate(cfg.Workers)
		r.updates.takeTurns()
		r.reads.takeTurns()
	}
	return r, nil
}

// Stop ends the run early for the given reason: nothing more is read or sent, and calls under way
// may take Config.DrainTimeout. Only the first stop counts. It may be called at any time, from any
// goroutine.
func (r *Runner) Stop(reason Reason) { r.stop(&StopError{Reason: reason}) }

// StopFor is [Runner.Stop] for a reason that says more.
func (r *Runner) StopFor(why *StopError) { r.stop(why) }

// Halt cancels the calls under way of a run that was told to stop, in place of Config.DrainTimeout: what they did is
// unknown, and they are made again when the run is resumed. It may be called at any time, from any goroutine.
func (r *Runner) Halt() { r.haltOnce.Do(func() { close(r.halting) }) }

// Stopping tells whether the run was told to stop, or stops by itself.
func (r *Runner) Stopping() bool {
	select {
	case <-r.stopping:
		return true
	default:
		return false
	}
}

func (r *Runner) stop(err *StopError) {
	err = err.cause()
	r.stopOnce.Do(func() {
		r.stopErr = err
		close(r.stopping)
	})
}

// Run carries the source through. It returns the state that it saved last, and nil if every record
// has a result, else a *StopError; an error of another type means that the run could not even be
// recorded and nothing was sent. Where the end of the run could not be saved, the state has the numbers
// saved last and says why it stopped. A run that stops before its first update, with no user found as the
// record wants it, leaves nothing to resume: the state is zero then. Calls are made under ctx: when it
// ends they are cancelled and the run stops as interrupted; what they did is unknown, and they are
// made again when it is resumed.
func (r *Runner) Run(ctx context.Context) (checkpoint.State, error) {
	calls, cancelCalls := context.WithCancel(ctx)
	defer cancelCalls()
	reading, cancelReading := context.WithCancel(ctx)
	defer cancelReading()

	c := newCollector(r)
	r.gate.begin(c.started)
	if r.cfg.Resume.Phase != "" {
		if err := c.begin(); err != nil {
			return checkpoint.State{}, err
		}
	}
	defer r.stopAfter(r.cfg.MaxDuration)()
	defer context.AfterFunc(ctx, func() { r.Stop(Interrupted) })()

	var workers, all sync.WaitGroup
	for range r.cfg.Workers + r.cfg.Ahead {
		workers.Go(func() { r.work(calls) })
	}
	pacing := make(chan struct{})
	all.Go(func() { r.updates.pacer.run(pacing) })
	all.Go(func() { r.reads.pacer.run(pacing) })
	all.Go(func() { r.readAll(reading) })
	all.Go(func() { newDispatcher(r).run() })
	watching := make(chan struct{})
	all.Go(func() { r.watch(watching, cancelReading, cancelCalls) })

	c.run()
	workers.Wait()
	close(pacing)
	close(watching)
	all.Wait()
	return c.finish()
}

// watch carries a stop out: reading ends at once, and the calls at the end of the drain timeout.
func (r *Runner) watch(done <-chan struct{}, cancelReading, cancelCalls context.CancelFunc) {
	select {
	case <-r.stopping:
	case <-done:
		return
	}
	cancelReading()
	timer := time.NewTimer(r.cfg.DrainTimeout)
	defer timer.Stop()
	select {
	case <-timer.C:
		cancelCalls()
	case <-r.halting:
		cancelCalls()
	case <-done:
	}
}

// stopAfter stops the run after d, unless d is 0 or the function returned is called before.
func (r *Runner) stopAfter(d time.Duration) (cancel func() bool) {
	if d == 0 {
		return func() bool { return true }
	}
	return time.AfterFunc(d, func() { r.Stop(OutOfTime) }).Stop
}
