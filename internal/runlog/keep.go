package runlog

import (
	"cmp"
	"context"
	"time"
)

// keep renews the lease every third of it, and sooner after a failure, until ctx ends or the lease does.
func (l *Lease) keep(ctx context.Context) {
	defer close(l.kept)
	failures := 0
	for {
		wait := l.c.TTL/3 - l.age()
		if failures > 0 {
			wait = backoff(failures-1, l.c.TTL)
		}
		if l.c.Clock.sleep(ctx, min(wait, l.c.TTL-l.age())) != nil || !l.Holds(0) {
			return
		}
		there, err := l.write(ctx, false)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && l.owns(there):
			failures = 0
			l.failed(nil)
		case err == nil:
			l.end(&OvertakenError{Key: l.c.Shown, Holder: there.Holder})
			return
		case !Passing(err):
			l.end(err)
			return
		default:
			failures++
			l.failed(err)
		}
	}
}

// write makes one attempt to write lock.json, with a beat of its own, and gives what stands there then: this owner's
// where the attempt went well or one before it did whose answer was lost, else another's. As every attempt names the
// tag of what it replaces, only one of them ever has an effect, however late.
func (l *Lease) write(ctx context.Context, released bool) (found, error) {
	if l.stands.tag == Always {
		return found{}, &UnfitError{Key: l.c.Shown, When: Always}
	}
	l.beat++
	s := LeaseState{l.generation, l.c.owner, l.beat, l.c.TTL, released, l.c.Holder}
	l.tried[s.Beat] = l.c.Clock.now()
	tag, err := l.calls.put(ctx, l.c.Key, s.body(), l.stands.tag)
	there := found{LeaseState: s, tag: Condition(tag)}
	if taken(err) {
		there, err = findLock(ctx, l.calls, l.c.Key)
	}
	if err != nil || !l.owns(there) {
		return there, err
	}
	l.stands = there
	l.mu.Lock()
	l.sent = l.tried[there.Beat]
	l.mu.Unlock()
	clear(l.tried)
	return there, nil
}

func (l *Lease) owns(f found) bool { return f.Owner == l.c.owner }

// age is how long ago the beat that stands was sent, by the clock that says more: the monotonic one stands still while a
// machine is suspended, and the wall's may be set.
func (l *Lease) age() time.Duration {
	now := l.c.Clock.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(now.Sub(l.sent), now.Round(0).Sub(l.sent.Round(0)))
}

// Holds tells that a call which begins now and takes so long ends within the lease. A lease that has run out once stays so.
func (l *Lease) Holds(call time.Duration) bool {
	left := l.c.TTL - l.age()
	l.mu.Lock()
	defer l.mu.Unlock()
	if left <= 0 && !l.released {
		l.endLocked(&lapsedError{key: l.c.Shown, ttl: l.c.TTL, cause: l.cause})
	}
	return l.err == nil && !l.released && call < left
}

// await waits until a call that takes so long ends within the lease: for its renewal. The error says that it has ended.
func (l *Lease) await(ctx context.Context, call time.Duration) error {
	for failures := 0; !l.Holds(call); failures++ {
		if !l.Holds(0) {
			return cmp.Or(l.Err(), errReleased)
		}
		if err := l.c.Clock.sleep(ctx, backoff(failures, l.c.TTL)); err != nil {
			return err
		}
	}
	return nil
}

// Ended is closed when the lease is another's, or has run out and could not be renewed.
func (l *Lease) Ended() <-chan struct{} { return l.ended }

// Err is why it has ended; nil while it stands, and once it is released.
func (l *Lease) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *Lease) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cause = err
}

func (l *Lease) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endLocked(err)
}

func (l *Lease) endLocked(err error) {
	if l.err == nil {
		l.err = err
		close(l.ended)
	}
}

// Release ends the renewals and writes that the lease is released, so that the next start need not watch it. It is
// called once no call of this owner is under way. A lease that is another's is left alone. It is tried until it is
// written, is refused, or the lease has run out; the next start then watches.
func (l *Lease) Release(ctx context.Context) error {
	l.stop()
	<-l.kept
	l.mu.Lock()
	before := l.released
	l.released = true
	l.mu.Unlock()
	for failures := 0; !before; failures++ {
		there, err := l.write(ctx, true)
		switch {
		case err == nil && (!l.owns(there) || there.Released):
			return nil
		case err != nil && (ctx.Err() != nil || !Passing(err) || l.age() >= l.c.TTL):
			return err
		}
		if err := l.c.Clock.sleep(ctx, backoff(failures, l.c.TTL)); err != nil {
			return err
		}
	}
	return nil
}

// parting is for how long a start that was told to end tries to say that its lease is free.
const parting = 5 * time.Second

// part releases the lease, also where ctx has ended: then in a moment, or not at all.
func (l *Lease) part(ctx context.Context) error {
	within, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		_ = l.c.Clock.sleep(within, parting) // or until it is released
		cancel()
	})()
	return l.Release(within)
}

// during does something that ends with the lease: then its error is that of the lease.
func (l *Lease) during(ctx context.Context, do func(context.Context) error) error {
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-l.Ended():
			cancel(l.Err())
		case <-over:
		}
	}()
	err := do(within)
	close(over)
	<-ended
	if err != nil {
		err = cmp.Or(l.Err(), err)
	}
	return err
}
