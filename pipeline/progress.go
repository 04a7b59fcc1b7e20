package pipeline

import (
	"sync"
	"sync/atomic"
	"time"

	"attrmigrate/checkpoint"
)

// Progress is where a run stands at a moment.
type Progress struct {
	// Total is the number of records of the whole input, 0 if it is not known; Done of them are
	// finished, over all starts.
	Total, Done int64
	Counts      checkpoint.Counts
	Rate        checkpoint.Rate
	// Pause says whether the run is paused, PausedFor how long it was, and Elapsed how long it was at work, over all starts.
	Pause     PauseState
	PausedFor time.Duration
	Elapsed   time.Duration
	// Waiting says that updates have no leave to be sent; see [Config.Leave].
	Waiting bool
	// LastError is the error of the last attempt that failed, of whatever kind; nil if none did.
	LastError error
}

// progress is the part of a run that others may look at while it goes on.
type progress struct {
	total          int64
	worked, paused time.Duration // in earlier starts
	updates, reads *lane
	throttles      atomic.Int64 // calls of both lanes, over all starts; written by the dispatcher
	lastError      atomic.Pointer[error]
	answer         atomic.Pointer[time.Time] // end of the last call that showed the service to be there, over all starts; nil: none did

	mu     sync.Mutex
	counts checkpoint.Counts // written by the collector
	rate   checkpoint.Rate   // written by the dispatcher
	leave  leave
}

func (p *progress) init(cfg Config) {
	p.total = cfg.Resume.Total
	p.counts = cfg.Resume.Counts
	p.worked, p.paused = cfg.Resume.Elapsed, cfg.Resume.Paused
	p.updates = newLane(updateLane, cfg.Rate, cfg.Resume.Counts.Attempts)
	p.reads = newLane(readLane, cfg.ReadRate, cfg.Resume.Counts.Reads)
	p.leave.asking = make(chan struct{}, 1)
	p.throttles.Store(cfg.Resume.Counts.Throttled)
	switch s := cfg.Resume; {
	case !s.LastAnswer.IsZero():
		p.answer.Store(&s.LastAnswer)
	case s.Counts.Updated+s.Counts.Awaiting > 0: // saved by a program that did not keep the time
		p.answer.Store(&s.SavedAt)
	}
	p.setPace(time.Now())
}

// setAnswer notes that a call has shown the service to be there. It is called by the dispatcher.
func (p *progress) setAnswer(at time.Time) { p.answer.Store(&at) }

// lastAnswer is when one did so last, in this start or an earlier one.
func (p *progress) lastAnswer() time.Time {
	if at := p.answer.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// Progress says where the run stands. It may be called at any time, from any goroutine.
func (r *Runner) Progress() Progress {
	pause := r.gate.state() // first: what comes to its end afterwards is of a run that was still pausing
	r.mu.Lock()
	counts, rate := r.counts, r.rate
	r.mu.Unlock()
	counts.Attempts, counts.Reads, counts.Throttled = r.updates.calls.Load(), r.reads.calls.Load(), r.throttles.Load()
	worked, paused := r.gate.spent(time.Now())
	now := Progress{Total: r.total, Done: counts.Done(), Counts: counts, Rate: rate, Pause: pause, PausedFor: r.paused + paused, Elapsed: r.worked + worked,
		Waiting: r.leave.refused.Load()}
	if err := r.lastError.Load(); err != nil {
		now.LastError = *err
	}
	return now
}

func (p *progress) setCounts(c checkpoint.Counts) {
	p.mu.Lock()
	p.counts = c
	p.mu.Unlock()
}

// setPace publishes the rate that the governor of updates wants, and the ceilings.
func (p *progress) setPace(now time.Time) {
	g := p.updates.governor
	rate := checkpoint.Rate{PerSecond: limit(g.rate(now)), Reason: g.reason(now), Ceiling: limit(g.ceiling), Reads: limit(p.reads.governor.ceiling)}
	if p.leave.refused.Load() {
		rate.Reason = "waiting for leave to send"
	}
	p.mu.Lock()
	p.rate = rate
	p.mu.Unlock()
}

// limit is a rate as the state has it: 0 is none.
func limit(perSecond float64) float64 {
	if perSecond == Unlimited {
		return 0
	}
	return perSecond
}
