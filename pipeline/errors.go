package pipeline

import (
	"context"
	"errors"
	"fmt"
)

// Throttle is asked of an update's error: did the service refuse the attempt because of its pace?
type Throttle interface {
	error
	Throttle() bool
}

// Transient is asked of an update's error: how many attempts in all may a record have that keeps
// getting it? Zero or one is none but the first; a negative number is the run's own limit.
type Transient interface {
	error
	Transient() int
}

// Fatal is asked of an update's error: does every record get it, so that the run must stop? One that is
// [Transient] too stops it when the attempts of a record are used up; one whose attempts are the run's own limit
// is parked instead.
type Fatal interface {
	error
	Fatal() bool
}

// SetUp is asked of an update's error: can it be the pool's or the caller's set-up that is wrong,
// rather than the record? Twenty records in a row with the same one stop the run: with the same Code() string,
// if it has that method, else with the same text.
type SetUp interface {
	error
	SetUp() bool
}

// Skip is asked of an error: is the record to be left as it is, rather than to fail? It is for a [Preparer] that finds a
// user not as the record is meant for, and counts against no budget. A record of which an update was sent, and nothing is
// known, fails all the same.
type Skip interface {
	error
	Skip() bool
}

// Answer is asked of a call's error: did the service give it as its answer, so that the call has spent
// quota? Of an error that does not know, only a time-out is none.
type Answer interface {
	error
	Answer() bool
}

// Public is asked of an error: what of it may be told outside of the reports? It is for errors whose
// text repeats a user's data, which logs and the state of a run must not hold.
type Public interface {
	error
	Public() string
}

// publicError is an error by the text that may be told.
type publicError struct{ error }

func (e publicError) Error() string {
	if p, ok := errors.AsType[Public](e.error); ok {
		return p.Public()
	}
	return e.error.Error()
}

func (e publicError) Unwrap() error { return e.error }

func isThrottle(err error) bool {
	t, ok := errors.AsType[Throttle](err)
	return ok && t.Throttle()
}

func isFatal(err error) bool {
	f, ok := errors.AsType[Fatal](err)
	return ok && f.Fatal()
}

func isSetUp(err error) bool {
	s, ok := errors.AsType[SetUp](err)
	return ok && s.SetUp()
}

// attemptsFor is how many attempts a record may have that gets err, and whether the limit is the
// run's own: only an error without a limit of its own can mean that the service is away.
func attemptsFor(err error, own int) (attempts int, unlimited bool) {
	t, ok := errors.AsType[Transient](err)
	switch {
	case ok && t.Transient() < 0, !ok && isTimeout(err):
		return own, true
	case ok:
		return min(t.Transient(), own), false
	default:
		return 1, false
	}
}

// isAnswer says whether a call with this error, or none, was answered.
func isAnswer(err error) bool {
	if a, ok := errors.AsType[Answer](err); ok {
		return a.Answer()
	}
	return !isTimeout(err)
}

// isSick says whether an error can mean that the service is away.
func isSick(err error) bool {
	_, unlimited := attemptsFor(err, 1)
	return unlimited && !isThrottle(err)
}

// isThere says whether a call with this error, or none, shows that the service is there: a refusal of what it
// asks (no such user, say) does as well as a success.
func isThere(err error) bool { return err == nil || isAnswer(err) && !isThrottle(err) && !isSick(err) }

// isTimeout also takes a cancellation that was not the run's own: some layer below gave up.
func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// codeOf names the kind of an error, to tell one streak from another.
func codeOf(err error) string {
	if c, ok := errors.AsType[interface {
		error
		Code() string
	}](err); ok {
		return c.Code()
	}
	return err.Error()
}

// ExhaustedError is the end of a record whose attempts all failed though the service was there. Whether
// it applied one of them is unknown.
type ExhaustedError struct {
	Attempts int   // in this start
	Err      error // of the last attempt
}

func (e *ExhaustedError) Error() string {
	if e.Attempts == 1 {
		return fmt.Sprintf("no answer in the last attempt: %v", e.Err)
	}
	return fmt.Sprintf("no answer in %d attempts: %v", e.Attempts, e.Err)
}

// Unwrap returns the error of the last attempt.
func (e *ExhaustedError) Unwrap() error { return e.Err }

// Class is the class that reports give the record.
func (e *ExhaustedError) Class() string { return "unknown" }
