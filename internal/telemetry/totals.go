package telemetry

import (
	"time"

	"attrmigrate/pipeline"
)

// Totals are what a start has done so far, for metrics. Every number that there can be is there, from the beginning.
type Totals struct {
	Records     map[string]int64     // by outcome, as the reports spell it
	Calls       map[CallKey]int64    // of updates and reads
	Throttles   int64                // calls, of both
	Durations   map[string]Histogram // of calls that were not throttled, by their API
	LastSuccess time.Time            // when a record last was as it is to be; zero: none was
}

// CallKey is a kind of call: its API, and how it came out: ok, throttled or failed.
type CallKey struct{ API, Result string }

// Histogram is how long calls took.
type Histogram struct {
	Count   int64
	Sum     float64 // seconds
	Buckets []Bucket
}

// Bucket counts the calls that took no longer than a number of seconds.
type Bucket struct {
	Upper float64
	Count int64
}

// Totals are those up to now.
func (m *Meter) Totals() Totals {
	t := Totals{Records: map[string]int64{}, Calls: map[CallKey]int64{}, Durations: map[string]Histogram{}}
	m.records.Lock()
	for o, n := range m.records.outcomes {
		t.Records[pipeline.Outcome(o).String()] = n
	}
	t.LastSuccess = m.records.lastSuccess
	m.records.Unlock()
	m.calls.Lock()
	defer m.calls.Unlock()
	for _, c := range []*callCounts{m.calls.updates, m.calls.reads} {
		for i, n := range c.results {
			t.Calls[CallKey{c.api, resultNames[i]}] = n
		}
		t.Throttles += c.results[throttledCall]
		t.Durations[c.api] = c.histogram()
	}
	return t
}

func (c *callCounts) histogram() Histogram {
	h := Histogram{Sum: c.sum.Seconds(), Buckets: make([]Bucket, len(bounds))}
	for i, n := range c.buckets {
		h.Count += n
		if i < len(bounds) {
			h.Buckets[i] = Bucket{Upper: bounds[i].Seconds(), Count: h.Count}
		}
	}
	return h
}
