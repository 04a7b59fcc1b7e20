package cli

import (
	"context"
	"io"
	"time"

	"attrmigrate/internal/console"
	"attrmigrate/internal/runlog"
)

// patiently does what a start of a run needs of S3. What S3 does not answer is tried again for as long as a lease lasts, and then is
// no refusal: there may be a run, and the same command continues it.
func patiently[T any](ctx context.Context, notes io.Writer, lease time.Duration, do func(context.Context) (T, error)) (T, error) {
	p := &runlog.Patience{For: lease, Told: func(err error, during time.Duration) { console.ShowUnanswered(notes, err, during) }}
	v, err := do(p.With(ctx))
	if runlog.Passing(err) && ctx.Err() == nil {
		err = &unansweredError{err}
	}
	return v, err
}

// unansweredError says that S3 did not answer when a run was to begin, or to go on.
type unansweredError struct{ err error }

func (e *unansweredError) Error() string { return e.err.Error() }
func (e *unansweredError) Unwrap() error { return e.err }
