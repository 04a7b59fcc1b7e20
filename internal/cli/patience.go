package cli

import (
	"context"
	"errors"
	"io"
	"time"

	"attrmigrate/internal/console"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/s3"
)

// asksAgain is the pause between two tries, each of which has tried for seconds.
const asksAgain = time.Second

// patiently does what a start of a run needs of S3. Where S3 does not answer it is tried again, for as long as a lease lasts, and
// then is no refusal: there may be a run, and the same command continues it.
func patiently[T any](ctx context.Context, notes io.Writer, lease time.Duration, do func() (T, error)) (T, error) {
	began := time.Now()
	for told := false; ; told = true {
		v, err := do()
		e, away := errors.AsType[*s3.Error](err)
		switch {
		case !away || !e.Passing() || ctx.Err() != nil:
			return v, err
		case time.Since(began) >= lease:
			return v, &unansweredError{err}
		case !told:
			console.ShowUnanswered(notes, err, lease)
		}
		select {
		case <-ctx.Done():
			return v, refusal.ErrNotStarted
		case <-time.After(asksAgain):
		}
	}
}

// unansweredError says that S3 did not answer when a run was to begin, or to go on.
type unansweredError struct{ err error }

func (e *unansweredError) Error() string { return e.err.Error() }
func (e *unansweredError) Unwrap() error { return e.err }
