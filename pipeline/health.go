package pipeline

import (
	"errors"
	"fmt"
	"time"
)

// health is what the attempts so far say about the service and the set-up. It decides what becomes
// of an attempt: the one retry policy. It belongs to the dispatcher.
type health struct {
	attempts      int           // a record's own limit
	throttleLimit time.Duration // nothing but throttles for so long stops the run

	updates, reads vitals // each kind of call has permissions and a quota of its own
}

// vitals are what the attempts of one kind say.
type vitals struct {
	success   time.Time // end of the last attempt that succeeded
	throttled time.Time // of the first throttle since anything else was answered; zero: none
	streak    streak
}

// of are the vitals of the kind that a call was.
func (h *health) of(reading bool) *vitals {
	if reading {
		return &h.reads
	}
	return &h.updates
}

// succeed notes a success.
func (v *vitals) succeed(at time.Time) { *v = vitals{success: at} }

// verdict is what becomes of an attempt. The zero value: the record is finished, without an error.
type verdict struct {
	again   bool       // try the record again, after a pause
	unknown bool       // cancelled: neither done nor failed
	stop    *StopError // the run stops; the record stays undone
	err     error      // the record is finished and failed
}

// judge decides about an attempt and remembers it. It counts the job's attempts.
func (h *health) judge(a attempt) verdict {
	j, err := a.job, a.err
	var stop *StopError
	if !a.read.IsZero() {
		h.reads.succeed(a.read)
	}
	v := h.of(a.reading)
	switch {
	case err == nil:
		v.succeed(a.ended)
		return verdict{}
	case a.cancelled:
		return verdict{unknown: true}
	case errors.As(err, &stop):
		return verdict{stop: stop}
	case isThrottle(err):
		return h.judgeThrottle(a)
	}
	v.throttled = time.Time{}
	j.throttles = 0
	if j.attempts == (h.attempts-1)/2 {
		j.halfway = a.sent
	}
	j.attempts++
	allowed, unlimited := attemptsFor(err, h.attempts)
	switch {
	case j.attempts < allowed:
		return verdict{again: true}
	case !unlimited && isFatal(err):
		return verdict{stop: &StopError{Reason: Refused, Err: err}}
	case unlimited && !v.success.After(j.halfway):
		// Not since the first attempt: when the service goes away, calls that were answered just before may
		// be noted after the first that was not.
		return verdict{stop: &StopError{Reason: ServiceAway,
			Err: fmt.Errorf("nothing has succeeded for %s: %w", a.ended.Sub(j.halfway).Round(time.Second), err)}}
	case unlimited:
		return verdict{err: &ExhaustedError{Attempts: j.calls, Err: err}}
	default:
		v.streak.add(err)
		return verdict{err: err}
	}
}

func (h *health) judgeThrottle(a attempt) verdict {
	a.job.throttles++
	a.job.throttled = a.ended
	v := h.of(a.reading)
	if v.throttled.IsZero() {
		v.throttled = a.ended
	}
	if since := a.ended.Sub(v.throttled); since >= h.throttleLimit {
		return verdict{stop: &StopError{Reason: ThrottledOut,
			Err: fmt.Errorf("for %s: %w", since.Round(time.Second), a.err)}}
	}
	return verdict{again: true}
}

// ownThrottle says whether a throttle is that of the user alone: the record was throttled before, and
// others have succeeded since.
func (h *health) ownThrottle(a attempt) bool {
	return a.job.throttles > 0 && h.of(a.reading).success.After(a.job.throttled)
}

// setUpStreak is how many records may end with one and the same set-up error, with no success
// between, before it is taken for what it is.
const setUpStreak = 20

// streak counts records that ended with one set-up error, with no success between.
type streak struct {
	code string
	err  error // the last
	n    int
}

func (s *streak) add(err error) {
	if !isSetUp(err) {
		return
	}
	if code := codeOf(err); code != s.code {
		*s = streak{code: code}
	}
	s.n++
	s.err = err
}

func (s *streak) broken() bool { return s.n >= setUpStreak }

func (s *streak) stop() *StopError {
	return &StopError{Reason: Streak, Err: fmt.Errorf("%d records in a row: %w", s.n, s.err)}
}
