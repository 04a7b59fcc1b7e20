package telemetry

import (
	"sync"
	"time"

	"attrmigrate/pipeline"
)

// Meter counts what a start does. It is used by many goroutines.
type Meter struct {
	updates, reads string // the names of their APIs

	mu   sync.Mutex
	last time.Time
	now  Sample // since then

	totals Totals
}

// NewMeter counts calls of two APIs, such as AdminUpdateUserAttributes and AdminGetUser.
func NewMeter(updates, reads string, now time.Time) *Meter {
	return &Meter{updates: updates, reads: reads, last: now}
}

// Called counts a call.
func (m *Meter) Called(c pipeline.Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	api, result := m.updates, "ok"
	if c.Reading {
		api = m.reads
	}
	switch {
	case c.Throttled:
		m.now.Throttled++
		result = "throttled"
	case c.Err != nil:
		result = "failed"
	}
	m.totals.called(api, result, c.Took, time.Now())
}

// Finished counts the end of a record; class is the one that errors.csv gives a failed one.
func (m *Meter) Finished(o pipeline.Outcome, class string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.totals.Records == nil {
		m.totals.Records = map[string]int64{}
	}
	m.totals.Records[o.String()]++
	switch o {
	case pipeline.Updated, pipeline.AwaitingVerification:
		m.now.Accepted++
	case pipeline.Unchanged:
		m.now.Unchanged++
	case pipeline.Skipped:
		m.now.Skipped++
	default:
		if m.now.Failed == nil {
			m.now.Failed = map[string]int64{}
		}
		m.now.Failed[class]++
	}
}

// Sample is what happened since the last one.
func (m *Meter) Sample(now time.Time, p pipeline.Progress) Sample {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.now
	s.At, s.Seconds = now.UTC(), now.Sub(m.last).Seconds()
	s.Remaining = max(0, p.Total-p.Done)
	s.Rate, s.Ceiling, s.ReadCeiling, s.Paused = p.Rate.PerSecond, p.Rate.Ceiling, p.Rate.Reads, p.Pause == pipeline.Paused
	m.now, m.last = Sample{}, now
	return s
}
