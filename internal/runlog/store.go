package runlog

import (
	"context"
	"errors"
	"io"
	"time"
)

// Store keeps objects by their keys, as S3 does. Each method but Upload makes one attempt, so that who calls it knows of
// every answer that was lost; all may be called by many goroutines.
type Store interface {
	// Get reads a whole object. One that is not there is an fs.ErrNotExist.
	Get(ctx context.Context, key string) (Object, error)
	// Put writes an object if a condition holds, and returns its new tag. If it does not, the error is an [ErrTaken];
	// so it may be, too, where an answer was lost and the object is this one. An error that is [Passing] may have
	// written the object or not.
	Put(ctx context.Context, key string, body []byte, when Condition) (tag string, err error)
	// List gives the objects whose keys begin with a prefix and come behind another key, in the order of their keys.
	List(ctx context.Context, prefix, behind string, each func(Entry) error) error
	// Tag tells the tag of an object, in the form that a condition takes. One that is not there is an fs.ErrNotExist.
	Tag(ctx context.Context, key string) (string, error)
	// Delete removes an object if it has this tag still, or [Always]; if it has not, the error is an [ErrTaken]. One that is not
	// there is no error. A store that does not know the condition may remove it all the same.
	Delete(ctx context.Context, key string, when Condition) error
	// Upload writes an object of any size if a condition holds; if it does not, the error is an [ErrTaken]. It tries again by
	// itself, and knows its own object when an answer was lost.
	Upload(ctx context.Context, key string, body io.ReaderAt, size int64, when Condition) error
}

// Object is what an object holds.
type Object struct {
	Body []byte
	Tag  string        // changes with each writing
	Age  time.Duration // since it was written, by the clock of the store
}

// Entry is an object in a list.
type Entry struct {
	Key  string
	Size int64 // in bytes
}

// Condition is when an object is written: [Always], [IfAbsent], or if its tag is this one.
type Condition string

// The conditions that are no tag.
const (
	Always   Condition = ""
	IfAbsent Condition = "*"
)

// ErrTaken says that the condition of a Put does not hold.
var ErrTaken = errors.New("the object is there, or is another one")

// Passing tells of an error of a [Store] whether the same call may go well later: a refusal does not, a network that is
// away, a throttle and a conflict do. Errors say so themselves, by a method Passing.
func Passing(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Passing() bool
	}](err)
	return ok && e.Passing()
}

// Clock is time as the protocol sees it. The zero value is the system's.
type Clock struct {
	// Now is this moment, by the wall and, where there is one, by the monotonic clock. Nil: time.Now.
	Now func() time.Time
	// Sleep waits so long, or until ctx ends, whose error it then returns. Nil: by a timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

func (c Clock) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c Clock) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
