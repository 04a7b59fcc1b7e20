package pipeline

import (
	"errors"
	"fmt"
	"time"
)

// health decides what becomes of an attempt: the one retry policy. It belongs to the dispatcher.
type health struct {
	attempts      int           // a record's own limit
	patience      time.Duration // and how long it is tried while nothing else succeeds
	throttleLimit time.Duration // nothing but throttles for so long stops the run
}

// verdict is what becomes of an attempt. The zero value: the record is finished, without an error.
type verdict struct {
	again     bool       // try the record again, after a pause
	park      bool       // its attempts are exhausted: what follows has to show why
	unknown   bool       // cancelled: neither done nor failed
	stop      *StopError // the run stops; the record stays undone
	err       error      // the record is finished and failed,
	exhausted bool       // if the service is there
}

// judge decides about an attempt, by its decisive call. It counts the job's attempts.
func (h *health) judge(a *attempt) verdict {
	j, c := a.job, a.decisive()
	var stop *StopError
	switch {
	case c.err == nil:
		return verdict{}
	case a.cancelled:
		return verdict{unknown: true}
	case errors.As(c.err, &stop):
		return verdict{stop: stop}
	case isThrottle(c.err):
		return h.judgeThrottle(j, c)
	}
	c.lane.throttled = time.Time{}
	j.throttles = 0
	if j.attempts == 0 {
		j.failing = c.sent
	}
	j.attempts++
	allowed, unlimited := attemptsFor(c.err, h.attempts)
	switch {
	case j.attempts < allowed && !(unlimited && h.outOfPatience(j, c)):
		return verdict{again: true}
	case !unlimited && isFatal(c.err):
		return verdict{stop: &StopError{Reason: Refused, Err: c.err}}
	case !unlimited:
		c.lane.streak.add(c.err)
		return verdict{err: c.err}
	case j.last || j.parked[c.lane.index]:
		return verdict{exhausted: true, err: &ExhaustedError{Attempts: j.tries, Err: c.err}}
	default:
		return verdict{park: true}
	}
}

func (h *health) judgeThrottle(j *job, c call) verdict {
	j.throttles++
	j.throttled = c.ended
	v := &c.lane.vitals
	if v.throttled.IsZero() {
		v.throttled = c.ended
	}
	if since := c.ended.Sub(v.throttled); since >= h.throttleLimit {
		return verdict{stop: &StopError{Reason: ThrottledOut,
			Err: fmt.Errorf("for %s: %w", since.Round(time.Second), c.err)}}
	}
	return verdict{again: true}
}

// outOfPatience says whether a record has been tried for so long that it is to be parked before its
// attempts are exhausted. Calls that hang until they time out would else keep a run of a dead service for
// minutes.
func (h *health) outOfPatience(j *job, c call) bool {
	return !c.lane.success.After(j.failing) && c.ended.Sub(j.failing) >= h.patience
}

// due is when a job is tried again: after a pause, and not past the end of patience.
func (h *health) due(j *job, c call, pause time.Duration) time.Time {
	due := c.ended.Add(pause)
	if end := j.failing.Add(h.patience); j.throttles == 0 && !c.lane.success.After(j.failing) && due.After(end) {
		return later(end, c.ended)
	}
	return due
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
