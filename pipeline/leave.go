package pipeline

import (
	"math"
	"sync/atomic"
	"time"
)

// leaveInterval is how often it is asked whether updates have leave again.
const leaveInterval = 50 * time.Millisecond

// leave is whether updates may be sent, as somebody else knows.
type leave struct {
	asking  chan struct{}             // full while a worker waits for it
	refused atomic.Bool               // it does
	given   atomic.Pointer[time.Time] // when it had it again; nil: it was never refused
}

// hasLeave says whether an update may be sent now.
func (r *Runner) hasLeave() bool { return r.cfg.Leave == nil || r.cfg.Leave() }

// awaitLeave waits until updates may be sent, and says whether that was before the run was told to stop. One worker asks,
// for all of them.
func (r *Runner) awaitLeave() bool {
	if r.hasLeave() {
		return true
	}
	select {
	case r.leave.asking <- struct{}{}:
		defer func() { <-r.leave.asking }()
	case <-r.stopping:
		return false
	}
	if r.hasLeave() {
		return true
	}
	r.leave.refused.Store(true)
	defer r.leave.refused.Store(false)
	tick := time.NewTicker(leaveInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-r.stopping:
			return false
		}
		if r.hasLeave() {
			now := time.Now()
			r.leave.given.Store(&now)
			return true
		}
	}
}

// Ready is for how long the records that wait for nothing but the permit of their update keep the updates going at the rate
// in force: for so long, whoever keeps what others have read may take his time. It is 0 where there is no ceiling.
// It may be called at any time, from any goroutine.
func (r *Runner) Ready() time.Duration {
	n, rate := r.updates.waiting.Load(), r.updates.pacer.rate()
	if n == 0 || rate == Unlimited {
		return 0
	}
	return time.Duration(min(float64(n)/rate*float64(time.Second), math.MaxInt64/2))
}
