package telemetry

import (
	"maps"
	"slices"
	"time"
)

// Totals are the numbers of a start, for metrics.
type Totals struct {
	Records     map[string]int64  // finished, by outcome
	Calls       map[CallKey]int64 // made
	Throttles   int64
	Durations   map[string]Histogram // of calls, by API
	LastSuccess time.Time            // of a call; zero: none has succeeded
}

// CallKey is what calls are counted by.
type CallKey struct {
	API    string
	Result string // ok, throttled or failed
}

// Histogram is how long calls took.
type Histogram struct {
	Count   int64
	Sum     float64 // seconds
	Buckets []Bucket
}

// Bucket is how many took no longer than so many seconds.
type Bucket struct {
	Upper float64
	Count int64
}

// uppers are the buckets of durations, in seconds.
var uppers = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20}

func (t *Totals) called(api, result string, took time.Duration, now time.Time) {
	if t.Calls == nil {
		t.Calls, t.Durations = map[CallKey]int64{}, map[string]Histogram{}
	}
	t.Calls[CallKey{api, result}]++
	switch result {
	case "throttled":
		t.Throttles++
	case "ok":
		t.LastSuccess = now
	}
	h := t.Durations[api]
	if h.Buckets == nil {
		for _, u := range uppers {
			h.Buckets = append(h.Buckets, Bucket{Upper: u})
		}
	}
	h.Count++
	h.Sum += took.Seconds()
	for i := range h.Buckets {
		if took.Seconds() <= h.Buckets[i].Upper {
			h.Buckets[i].Count++
		}
	}
	t.Durations[api] = h
}

// Totals are the numbers up to now.
func (m *Meter) Totals() Totals {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.totals
	t.Records, t.Calls, t.Durations = maps.Clone(t.Records), maps.Clone(t.Calls), maps.Clone(t.Durations)
	for api, h := range t.Durations {
		h.Buckets = slices.Clone(h.Buckets)
		t.Durations[api] = h
	}
	return t
}
