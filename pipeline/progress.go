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
	// LastError is the error of the last attempt that failed, of whatever kind; nil if none did.
	LastError error
}

// progress is the part of a run that others may look at while it goes on.
type progress struct {
	total     int64
	calls     atomic.Int64 // attempts, over all starts; written by the dispatcher
	readCalls atomic.Int64 // the same of reads
	throttles atomic.Int64 // the throttled ones of both
	lastError atomic.Pointer[error]

	mu     sync.Mutex
	counts checkpoint.Counts // written by the collector
	rate   checkpoint.Rate   // written by the dispatcher
}

func (p *progress) init(cfg Config) {
	p.total = cfg.Resume.Total
	p.counts = cfg.Resume.Counts
	p.calls.Store(cfg.Resume.Counts.Attempts)
	p.readCalls.Store(cfg.Resume.Counts.Reads)
	p.throttles.Store(cfg.Resume.Counts.Throttled)
	p.setPace(newGovernor(cfg.Rate, time.Time{}), time.Time{})
}

// Progress says where the run stands. It may be called at any time, from any goroutine.
func (p *progress) Progress() Progress {
	p.mu.Lock()
	counts, rate := p.counts, p.rate
	p.mu.Unlock()
	counts.Attempts, counts.Reads, counts.Throttled = p.calls.Load(), p.readCalls.Load(), p.throttles.Load()
	now := Progress{Total: p.total, Done: counts.Done(), Counts: counts, Rate: rate}
	if err := p.lastError.Load(); err != nil {
		now.LastError = *err
	}
	return now
}

func (p *progress) setCounts(c checkpoint.Counts) {
	p.mu.Lock()
	p.counts = c
	p.mu.Unlock()
}

// setPace publishes the rate that the governor of updates wants.
func (p *progress) setPace(g *governor, now time.Time) {
	perSecond, reason := g.rate(now), g.reason(now)
	shown := perSecond
	if shown == Unlimited {
		shown = 0
	}
	p.mu.Lock()
	p.rate = checkpoint.Rate{PerSecond: shown, Reason: reason}
	p.mu.Unlock()
}
