package runlog

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"time"
)

// ClaimConfig is what a log is claimed with.
type ClaimConfig struct {
	Store   Store
	Clock   Clock
	Run     string // its name: an object of another run is a damaged one
	Prefix  string // of the objects of the log
	Shown   string // how people call that; empty: by the prefix
	Next    int64  // the number behind the last that was replayed; one for a new log
	Lease   *Lease
	Timeout time.Duration       // of one attempt to write or read an object
	Replay  func(Segment) error // is given what others wrote meanwhile, in order
}

// Appender writes a log, number by number. It belongs to one goroutine.
type Appender struct {
	c     ClaimConfig
	calls attempts
	next  int64
	batch int64
	err   error // why no more can be written
}

// Claim takes a log over: it writes a claim at the first number that is free, and replays what it finds on the way.
// From then on no owner of before can write: each has to take the number that the claim has. A claim is written only
// while the lease holds.
func Claim(ctx context.Context, c ClaimConfig) (*Appender, error) {
	a := newAppender(c)
	for {
		body, err := a.write(ctx, Segment{Claim: true})
		if err != nil {
			return nil, err
		}
		if body == nil {
			return a, nil
		}
		s, err := Unseal(a.next, body)
		if err == nil {
			err = s.belongs(c.Run, false)
		}
		if err != nil {
			return nil, &DamagedError{Key: Key(a.c.Shown, a.next), Err: err}
		}
		if err := c.Replay(s); err != nil {
			return nil, err
		}
		a.next++
	}
}

func newAppender(c ClaimConfig) *Appender {
	c.Shown = cmp.Or(c.Shown, c.Prefix)
	return &Appender{c: c, calls: attempts{c.Store, c.Timeout}, next: max(c.Next, 1)}
}

// Append writes the next object, and returns once it is durable. What fails for the moment is tried again for as long as
// a lease lasts; if another's object has the number, the error is an [*OvertakenError], and the lease ends. After an error, nothing
// more can be written: the object may be there, or come there late.
func (a *Appender) Append(ctx context.Context, payload []byte) (number int64, err error) {
	if a.err != nil {
		return 0, a.err
	}
	other, err := a.write(ctx, Segment{Payload: payload})
	if other != nil {
		err = &OvertakenError{Key: Key(a.c.Shown, a.next)}
		a.c.Lease.end(err)
	}
	a.err = err
	if err != nil {
		return 0, err
	}
	return a.next - 1, nil
}

// Next is the number of the next object.
func (a *Appender) Next() int64 { return a.next }

// write writes a segment at the next number, or gives the object that another has written there. The number is neither
// given up nor passed over, so that an attempt which has its effect late writes what is there already, or nothing.
func (a *Appender) write(ctx context.Context, s Segment) (other []byte, err error) {
	lease := a.c.Lease
	s.Run, s.Number, s.Generation, s.Owner, s.Batch = a.c.Run, a.next, lease.Generation(), lease.Owner(), a.batch+1
	key, body := Key(a.c.Prefix, a.next), s.Seal()
	call := time.Duration(0)
	if s.Claim {
		call = a.c.Timeout
	}
	for trying := PatienceOf(ctx).begin(a.c.Clock, lease.c.TTL); ; {
		if err := lease.await(ctx, call); err != nil {
			return nil, err
		}
		there, err := a.attempt(ctx, key, body)
		switch {
		case err == nil && bytes.Equal(there, body):
			a.next, a.batch = a.next+1, s.Batch
			return nil, nil
		case err == nil:
			return there, nil
		}
		if err = trying.pass(ctx, err); err != nil {
			if Passing(err) && !lease.Holds(0) { // which is what has ended
				err = cmp.Or(lease.Err(), errReleased)
			}
			return nil, err
		}
	}
}

// attempt tries once, and gives what stands under the key then. Only the bytes tell whose it is: an answer of this
// owner's own writing may have been lost.
func (a *Appender) attempt(ctx context.Context, key string, body []byte) (there []byte, err error) {
	_, err = a.calls.put(ctx, key, body, IfAbsent)
	if err == nil {
		return body, nil
	}
	if !errors.Is(err, ErrTaken) {
		return nil, err
	}
	o, err := a.calls.get(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &unanswered{err} // two writings met, and neither stands
	}
	return o.Body, err
}

var errReleased = errors.New("the lease is released")
