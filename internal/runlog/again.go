package runlog

import (
	"context"
	"sync"
	"time"
)

// firstBackoff is how long a call that failed waits before it is tried again; it doubles each time.
const firstBackoff = 100 * time.Millisecond

// backoff is how long to wait after so many failures: a twelfth of the lease at most, so that a renewal has many tries.
func backoff(failures int, ttl time.Duration) time.Duration {
	return min(firstBackoff<<min(failures, 16), ttl/12)
}

// Patience is for how long something that fails for the moment is tried again, counted from its first failure: what came before
// went well, however long it took. One that is given to a context is that of all that is tried under it.
type Patience struct {
	For time.Duration
	// Told is told of the first failure that is more than a hiccup, once, whatever it was of. Nil: nobody is.
	Told func(err error, during time.Duration)

	told sync.Once
}

// unhurried is the patience of those who are given none: with that of a person who waits for a command.
const unhurried = 5 * time.Second

// hiccup is how long something may fail before anybody is told.
const hiccup = 3 * time.Second

// patienceKey is that of the patience, in a context.
type patienceKey struct{}

// With is a context under which there is this patience.
func (p *Patience) With(ctx context.Context) context.Context {
	return context.WithValue(ctx, patienceKey{}, p)
}

// PatienceOf is the patience that there is under a context.
func PatienceOf(ctx context.Context) *Patience {
	if p, ok := ctx.Value(patienceKey{}).(*Patience); ok {
		return p
	}
	return &Patience{For: unhurried}
}

// Try does something that may fail for the moment until it is done, is refused, or the patience has ended.
func (p *Patience) Try(ctx context.Context, do func() error) error {
	return p.try(ctx, Clock{}, p.For, do)
}

// try is Try by another clock, and for as long as it says.
func (p *Patience) try(ctx context.Context, clock Clock, during time.Duration, do func() error) error {
	for t := p.begin(clock, during); ; {
		err := do()
		if err == nil {
			return nil
		}
		if err = t.pass(ctx, err); err != nil {
			return err
		}
	}
}

// trying is something that is tried, by one goroutine.
type trying struct {
	*Patience
	clock    Clock
	during   time.Duration
	began    time.Time
	failures int
	failed   time.Time // first
}

func (p *Patience) begin(clock Clock, during time.Duration) *trying {
	return &trying{Patience: p, clock: clock, during: during, began: clock.now()}
}

// pass waits after a failure until it is tried once more. An error is that with which it ends.
func (t *trying) pass(ctx context.Context, err error) error {
	now := t.clock.now()
	if t.failures == 0 {
		t.failed = now
	}
	left := t.during - now.Sub(t.failed)
	if ctx.Err() != nil || !Passing(err) || left <= 0 {
		return err
	}
	if t.Told != nil && now.Sub(t.began) >= hiccup {
		t.told.Do(func() { t.Told(err, t.during) })
	}
	wait := backoff(t.failures, t.during)
	t.failures++
	return t.clock.sleep(ctx, min(wait, left))
}

// again does something that may fail for the moment, with the patience that there is.
func again(ctx context.Context, do func() error) error { return PatienceOf(ctx).Try(ctx, do) }
