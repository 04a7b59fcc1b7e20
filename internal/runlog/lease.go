package runlog

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"attrmigrate/checkpoint"
)

// LeaseConfig is what a lease is taken with.
type LeaseConfig struct {
	Store    Store
	Clock    Clock
	Key      string        // of lock.json
	Shown    string        // how people call that; empty: by the key
	TTL      time.Duration // how long it lasts unless it is renewed
	Timeout  time.Duration // of one attempt to write or read it
	Holder   checkpoint.Info
	Watching func(holder checkpoint.Info, during time.Duration) // is told of a wait for another's lease; nil: nobody is

	owner string // a name for tests; a random one if empty
}

// Lease is held by one start, the owner. A goroutine of its own, keep, renews it until [Lease.Release]. All methods but
// Release may be called by many goroutines.
type Lease struct {
	c     LeaseConfig
	calls attempts
	ended chan struct{}
	stop  context.CancelFunc
	kept  chan struct{} // closed when keep has ended

	generation int64 // of this owner, once it is one

	// Of TakeLease until keep runs, of keep until it has ended, then of Release.
	beat   int64               // the last that was sent
	tried  map[int64]time.Time // when each beat was sent whose answer is not known
	stands found               // what stands in the store, and is replaced next

	mu       sync.Mutex
	sent     time.Time // when the beat that stands was sent: the lease counts from here
	released bool
	cause    error // of the last renewal that failed
	err      error
}

// TakeLease takes the lease of a run. One that is held is watched for as long as it lasts: if it beats, the error is a
// [*checkpoint.HeldError] at once. A store that does not honour conditions is refused, as an [*UnfitError].
func TakeLease(ctx context.Context, c LeaseConfig) (*Lease, error) {
	if c.owner == "" {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		c.owner = hex.EncodeToString(b[:])
	}
	c.Shown = cmp.Or(c.Shown, c.Key)
	l := &Lease{
		c: c, calls: attempts{c.Store, c.Timeout}, ended: make(chan struct{}), kept: make(chan struct{}),
		tried: map[int64]time.Time{},
	}
	if err := l.take(ctx); err != nil {
		return nil, err
	}
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	if err := l.prove(ctx); err != nil {
		close(l.kept)
		_ = l.Release(context.WithoutCancel(ctx)) // or the next start watches
		return nil, err
	}
	go l.keep(keeping)
	return l, nil
}

// take makes lock.json this owner's.
func (l *Lease) take(ctx context.Context) error {
	err := l.patiently(ctx, func() (done bool, err error) {
		l.stands, err = findLock(ctx, l.calls, l.c.Key)
		return err == nil, err
	})
	if err == nil && l.stands.held() {
		l.stands, err = l.watch(ctx, l.stands)
	}
	if err != nil {
		return err
	}
	return l.patiently(ctx, func() (done bool, err error) {
		l.generation = l.stands.Generation + 1
		there, err := l.write(ctx, false)
		switch {
		case err != nil || l.owns(there):
			return err == nil, err
		case there.held() && there.moved(l.stands):
			return false, l.heldBy(there)
		case there.tag == l.stands.tag:
			return false, &unanswered{errUnchanged}
		}
		l.stands = there // released meanwhile
		return false, nil
	})
}

// watch waits as long as another's lease lasts, counted from now, when its beat is known, and on this clock alone. It
// gives back what may be replaced.
func (l *Lease) watch(ctx context.Context, first found) (found, error) {
	began := l.c.Clock.now()
	if l.c.Watching != nil {
		l.c.Watching(first.Holder, first.TTL)
	}
	for {
		left := first.TTL - l.c.Clock.now().Sub(began)
		if left <= 0 {
			return first, nil
		}
		if err := l.c.Clock.sleep(ctx, min(left, first.TTL/6)); err != nil {
			return found{}, err
		}
		there, err := findLock(ctx, l.calls, l.c.Key)
		switch {
		case err != nil && (ctx.Err() != nil || !Passing(err)):
			return found{}, err
		case err != nil: // what counts is that it stands still when it is replaced
		case !there.held():
			return there, nil
		case there.moved(first):
			return found{}, l.heldBy(there)
		}
	}
}

func (l *Lease) heldBy(f found) error { return &checkpoint.HeldError{Path: l.c.Shown, Info: f.Holder} }

// prove tries both conditions where they do not hold, with what stands there already, so that a store which ignores
// them does no harm.
func (l *Lease) prove(ctx context.Context) error {
	body := l.stands.body()
	for _, when := range []Condition{IfAbsent, anotherTag(l.stands.tag)} {
		err := l.patiently(ctx, func() (done bool, err error) {
			_, err = l.calls.put(ctx, l.c.Key, body, when)
			switch {
			case err == nil:
				return false, &UnfitError{Key: l.c.Shown, When: when}
			case errors.Is(err, ErrTaken):
				return true, nil
			}
			return false, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// anotherTag is of the form of a tag, and not this one.
func anotherTag(tag Condition) Condition {
	b := []byte(tag)
	for i, c := range b {
		switch {
		case c == '0':
			b[i] = '1'
		case c > '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			b[i] = '0'
		}
	}
	if Condition(b) == tag {
		return tag + "0"
	}
	return Condition(b)
}

// patiently does something until it is done, is refused, or has failed for as long as a lease lasts, since it failed first.
func (l *Lease) patiently(ctx context.Context, do func() (done bool, err error)) error {
	return PatienceOf(ctx).try(ctx, l.c.Clock, l.c.TTL, func() error {
		for {
			if done, err := do(); done || err != nil {
				return err
			}
		}
	})
}

// errUnchanged is a store of two minds: two writings may have met, of which neither stands.
var errUnchanged = errors.New("the store refuses to replace lock.json, and shows it unchanged")

// Generation counts the owners of the run.
func (l *Lease) Generation() int64 { return l.generation }

// Owner is the name of this start, which no other has.
func (l *Lease) Owner() string { return l.c.owner }
