package telemetry

import (
	"sync"
	"time"

	"attrmigrate/pipeline"
)

// Meter counts what a start does. It is told by the goroutines of the pipeline, tens of thousands of times a second, and
// asked by any: calls and records have a lock each, since different goroutines tell of them.
type Meter struct {
	calls struct {
		sync.Mutex
		updates, reads *callCounts
		throttled      int64 // since the last sample
	}
	records struct {
		sync.Mutex
		outcomes    [outcomes]int64
		lastSuccess time.Time
		since       Sample // the last one
	}

	sampling sync.Mutex
	last     time.Time // when the last sample was taken
}

// outcomes are as many as records have; see [pipeline.Outcome].
const outcomes = int(pipeline.Skipped) + 1

// NewMeter counts calls of two APIs, such as AdminUpdateUserAttributes and AdminGetUser.
func NewMeter(updates, reads string, now time.Time) *Meter {
	m := &Meter{last: now}
	m.calls.updates, m.calls.reads = newCallCounts(updates), newCallCounts(reads)
	return m
}

// Called counts a call. It has the signature of [pipeline.Config].
func (m *Meter) Called(c pipeline.Call) {
	m.calls.Lock()
	defer m.calls.Unlock()
	if c.Throttled {
		m.calls.throttled++
	}
	if c.Reading {
		m.calls.reads.add(c)
	} else {
		m.calls.updates.add(c)
	}
}

// Finished counts the end of a record; class is the one that errors.csv gives a failed one.
func (m *Meter) Finished(o pipeline.Outcome, class string) {
	m.records.Lock()
	defer m.records.Unlock()
	since := &m.records.since
	switch o {
	case pipeline.Updated, pipeline.AwaitingVerification:
		since.Accepted++
	case pipeline.Unchanged:
		since.Unchanged++
	case pipeline.Skipped:
		since.Skipped++
	default:
		o = pipeline.Failed
		if since.Failed == nil {
			since.Failed = map[string]int64{}
		}
		since.Failed[class]++
	}
	m.records.outcomes[o]++
	if o != pipeline.Failed && o != pipeline.Skipped {
		m.records.lastSuccess = time.Now()
	}
}

// Sample is what happened since the last one.
func (m *Meter) Sample(now time.Time, p pipeline.Progress) Sample {
	m.sampling.Lock()
	defer m.sampling.Unlock()
	m.records.Lock()
	s := m.records.since
	m.records.since = Sample{}
	m.records.Unlock()
	s.At, s.Seconds = now.UTC().Round(time.Millisecond), round(now.Sub(m.last).Seconds(), 1000)
	m.last = now
	s.Remaining = max(0, p.Total-p.Done)
	s.Rate, s.Ceiling, s.ReadCeiling = significant(p.Rate.PerSecond, 100), p.Rate.Ceiling, p.Rate.Reads
	s.Paused = p.Pause == pipeline.Paused
	m.calls.Lock()
	defer m.calls.Unlock()
	s.Throttled, m.calls.throttled = m.calls.throttled, 0
	for _, c := range []*callCounts{m.calls.updates, m.calls.reads} {
		if q, ok := c.quantiles(); ok {
			if s.Latency == nil {
				s.Latency = map[string]Quantiles{}
			}
			s.Latency[c.api] = q
		}
	}
	return s
}

// throttles is how many calls were throttled in this start.
func (m *Meter) throttles() int64 {
	m.calls.Lock()
	defer m.calls.Unlock()
	return m.calls.updates.results[throttledCall] + m.calls.reads.results[throttledCall]
}
