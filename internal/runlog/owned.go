package runlog

import (
	"context"
	"errors"
	"io/fs"
)

// replace writes an object of which others may know that it is this owner's to write: it looks at what stands there, and has a
// function replace that, as long as the lease holds. So what was looked at is no later owner's, and a writing that comes late,
// when there is one, lands nowhere.
func (l *Lease) replace(ctx context.Context, key string, write func(stands Condition) error) error {
	stands, err := l.calls.stands(ctx, key)
	if err == nil {
		err = l.await(ctx, l.c.Timeout)
	}
	if err == nil {
		err = write(stands)
	}
	if errors.Is(err, ErrTaken) {
		err = &contended{err} // what stands there now is looked at anew
	}
	return err
}

// remove removes an object in the same way.
func (l *Lease) remove(ctx context.Context, key string) error {
	return l.replace(ctx, key, func(stands Condition) error {
		if stands == IfAbsent {
			return nil
		}
		return l.calls.remove(ctx, key, stands)
	})
}

// contended is a writing of an object that somebody else wrote since it was looked at.
type contended struct{ error }

func (e *contended) Unwrap() error { return e.error }
func (*contended) Passing() bool   { return true }

// stands is the condition under which what stands under a key is replaced.
func (a attempts) stands(ctx context.Context, key string) (when Condition, err error) {
	err = a.within(ctx, func(ctx context.Context) error {
		tag, err := a.store.Tag(ctx, key)
		when = Condition(tag)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return IfAbsent, nil
	}
	return when, err
}
