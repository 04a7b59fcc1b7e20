package runlog

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// attempts makes single calls of a store, each with a time-out of its own.
type attempts struct {
	store   Store
	timeout time.Duration // none if zero
}

func (a attempts) put(ctx context.Context, key string, body []byte, when Condition) (tag string, err error) {
	err = a.within(ctx, func(ctx context.Context) error {
		tag, err = a.store.Put(ctx, key, body, when)
		return err
	})
	return tag, err
}

func (a attempts) get(ctx context.Context, key string) (o Object, err error) {
	err = a.within(ctx, func(ctx context.Context) error {
		o, err = a.store.Get(ctx, key)
		return err
	})
	return o, err
}

func (a attempts) remove(ctx context.Context, key string, when Condition) error {
	return a.within(ctx, func(ctx context.Context) error { return a.store.Delete(ctx, key, when) })
}

func (a attempts) within(ctx context.Context, call func(context.Context) error) error {
	if a.timeout <= 0 {
		return call(ctx)
	}
	inner, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	err := call(inner)
	if err != nil && ctx.Err() == nil && errors.Is(inner.Err(), context.DeadlineExceeded) && !Passing(err) {
		return &unanswered{err}
	}
	return err
}

// unanswered is a call that got no answer in its time.
type unanswered struct{ error }

func (e *unanswered) Unwrap() error { return e.error }
func (*unanswered) Passing() bool   { return true }

// taken tells that a condition did not hold; what is gone is not what it was, either.
func taken(err error) bool { return errors.Is(err, ErrTaken) || errors.Is(err, fs.ErrNotExist) }
