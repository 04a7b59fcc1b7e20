package pipeline

import (
	"math"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// lateness is how late a permit may be taken without the ones behind it moving back: it makes up for
// timers and schedulers, and bounds the burst that this can cause.
const lateness = 50 * time.Millisecond

// pacer hands out permits, one an attempt, at a rate that can change at any time.
//
// Only its own goroutine waits on the limiter, because SetLimit does not wake those who wait: here a
// change ends the wait, and the next permit is reserved anew. Permits are not saved up: while nobody
// takes one, the next is not reserved, and once it is taken late the bucket is empty, too.
type pacer struct {
	limiter *rate.Limiter // burst 1; used by run alone
	permits chan struct{} // unbuffered: a permit exists only while it is offered
	changes chan float64  // at most one waits; the newest wins
	offered atomic.Int64  // so many permits were so far
	told    atomic.Uint64 // bits of the rate as it was set last; Unlimited: no waiting at all
}

func newPacer(perSecond float64) *pacer {
	p := &pacer{
		limiter: rate.NewLimiter(rate.Limit(perSecond), 1),
		permits: make(chan struct{}),
		changes: make(chan float64, 1),
	}
	p.told.Store(math.Float64bits(perSecond))
	return p
}

// setRate changes the rate. It is called by the dispatcher alone.
func (p *pacer) setRate(perSecond float64) {
	p.told.Store(math.Float64bits(perSecond))
	select {
	case <-p.changes:
	default:
	}
	p.changes <- perSecond
}

// rate is the one that was set last. It may be asked by anybody.
func (p *pacer) rate() float64 { return math.Float64frombits(p.told.Load()) }

// take waits for a permit and says whether there was one before stop or shut was closed. Who waits no more has used up
// none.
func (p *pacer) take(stop, shut <-chan struct{}) bool {
	if p.rate() != Unlimited {
		select {
		case <-p.permits:
		case <-shut:
			return false
		case <-stop:
		}
	}
	select {
	case <-stop: // also where both were ready: nothing is sent once the run stops
		return false
	default:
		return true
	}
}

// run hands out permits until stop is closed.
func (p *pacer) run(stop <-chan struct{}) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	// due is where the schedule stands: permits are reserved from there, not from the moment at which
	// the last one was taken, or every late timer would cost a little of the rate.
	due := time.Now()
	for {
		reservation := p.limiter.ReserveN(due, 1)
		slot := due.Add(reservation.DelayFrom(due))
		if wait := time.Until(slot); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case r := <-p.changes:
				reservation.CancelAt(due)
				p.limiter.SetLimitAt(due, rate.Limit(r))
				continue
			case <-stop:
				return
			}
		}
		p.offered.Add(1)
		for offered := true; offered; {
			select {
			case p.permits <- struct{}{}:
				offered = false
			case r := <-p.changes:
				p.limiter.SetLimitAt(slot, rate.Limit(r))
			case <-stop:
				return
			}
		}
		due = slot
		if now := time.Now(); now.Sub(slot) > lateness {
			due = now
			p.limiter = rate.NewLimiter(p.limiter.Limit(), 1)
			p.limiter.AllowN(now, 1)
		}
	}
}

// permit is one that was taken.
type permit struct {
	pacer  *pacer
	number int64
}

// latest is the permit that was offered last.
func (p *pacer) latest() *permit { return &permit{p, p.offered.Load()} }

// pass gives a permit that cannot be used now to somebody who waits, if the next one is not offered yet; else it is used
// up. Nil is none.
func (t *permit) pass() {
	if t == nil || t.number != t.pacer.offered.Load() {
		return
	}
	select {
	case t.pacer.permits <- struct{}{}:
	default:
	}
}
