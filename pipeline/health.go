package pipeline

import (
	"errors"
	"fmt"
	"time"
)

// health decides what becomes of an attempt: the one retry policy. It belongs to the dispatcher.
type health struct {
	attempts      int           // a record's own limit
	patience      time.Duration // and how long it is tried at the least while nothing else succeeds
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
	case j.attempts < allowed && !unlimited, unlimited && !h.exhausted(j, c, allowed):
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
	if since := c.ended.Sub(later(v.throttled, v.held)); since >= h.throttleLimit {
		return verdict{stop: &StopError{Reason: ThrottledOut,
			Err: fmt.Errorf("for %s: %w", since.Round(time.Second), c.err)}}
	}
	return verdict{again: true}
}

// exhausted says whether a job has been tried often enough. While other records succeed, that is so many
// times. While none does, it is the time that so many attempts take: a single record may be unlucky with its
// pauses, and of hundreds some are, so that a short outage would be taken for a long one; and calls that hang
// until they time out would keep a run of a dead service for minutes.
func (h *health) exhausted(j *job, c call, allowed int) bool {
	enough := j.attempts >= allowed
	if c.lane.there.After(j.failing) || j.last || j.parked[c.lane.index] {
		return enough
	}
	return c.ended.Sub(later(j.failing, c.lane.held)) >= h.longest(enough)
}

// longest is how long a job is tried while nothing else succeeds.
func (h *health) longest(enough bool) time.Duration {
	if enough {
		return h.patience
	}
	return max(h.patience, hanging)
}

// hanging is how long it is tried if its calls take so long that it has not had all its attempts by then: a
// dead service stops the run within a minute.
const hanging = 40 * time.Second

// due is when a job is tried again: after a pause, and not past the time for which it is tried.
func (h *health) due(j *job, c call, pause time.Duration) time.Time {
	due := c.ended.Add(pause)
	end := later(j.failing, c.lane.held).Add(h.longest(j.attempts >= h.attempts))
	if j.throttles == 0 && !c.lane.there.After(j.failing) && due.After(end) {
		return later(end, c.ended)
	}
	return due
}

// patienceFor is how long so many attempts take on average. Few of them are what somebody asks for who is in a
// hurry: these count as they are.
func patienceFor(attempts int, b Backoff) time.Duration {
	const hurry = 10 * time.Second
	if total := b.total(attempts); total >= hurry {
		return total
	}
	return 0
}
