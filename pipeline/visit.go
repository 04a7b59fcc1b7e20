package pipeline

import (
	"context"
	"errors"
	"time"
)

// visit is the stay of a call behind the gate. A [Preparer] that wants another read, or keeps what it has read, goes out
// meanwhile: the record is not under way then, and its place is another's. It belongs to the worker that makes the call.
type visit struct {
	gate    *gate
	outside bool
	left    time.Time     // when it last went out
	spent   time.Duration // outside, up to when it last came in again
	kept    bool          // it was outside to keep something

	unused  *permit // that the record has for its update, and which is another's if something is kept; nil: it has none
	permits int     // for further reads, that were there before
	reads   int     // further ones that it asked for
}

// visitKey is that of the visit, in the context of its call.
type visitKey struct{}

// visit is that of a call which has passed the gate.
func (r *Runner) visit() *visit { return &visit{gate: r.gate} }

// leave goes out, unless it is.
func (v *visit) leave() {
	if !v.outside {
		v.outside, v.left = true, time.Now()
		v.gate.leave()
	}
}

// enter notes that it has passed the gate again.
func (v *visit) enter() {
	v.outside = false
	v.spent += time.Since(v.left)
}

// ErrStopping is what a [Preparer] returns that wanted to read more, and had no permit because the run stops. The record
// stays undone.
var ErrStopping = errors.New("the run is stopping")

// AwaitRead waits for the permit of one more read, and tells whether there was one before the run was told to stop. It is
// for a [Preparer] that reads more than one user for a record, within the context that it was given: the first read has
// its permit. While it waits, the record counts as not under way.
func (r *Runner) AwaitRead(ctx context.Context) bool {
	v, within := ctx.Value(visitKey{}).(*visit)
	if !within {
		v = r.visit()
	}
	v.leave()
	v.reads++
	if v.reads <= v.permits && r.gate.enter(r.stopping) || r.permit(r.reads) {
		v.enter()
		return true
	}
	return false
}

// Keep has a [Preparer] keep what it has read, such as an undo entry, within the context that it was given, and returns
// what the function does. However long that takes, the record is not under way meanwhile: [Call.Took] leaves it out, the run
// can be paused, and another call may begin in its place. Whoever reads more behind it has [Runner.AwaitRead] before. When
// the context ends, keeping goes on.
func Keep(ctx context.Context, keep func() error) error {
	if v, within := ctx.Value(visitKey{}).(*visit); within {
		v.leave()
		v.kept = true
		v.unused.pass()
		v.unused = nil
	}
	return keep()
}
