package sandbox

import (
	"sync/atomic"
	"time"
)

// Update is an accepted request to update a user's attributes, whoever made it, or to verify one.
type Update struct {
	Sequence int64     `json:"sequence"` // from 1, over all pools, in the order of acceptance
	Pool     string    `json:"pool"`
	Username string    `json:"username"` // the user's own username, however the request named it
	Changes  []Change  `json:"changes"`  // by name; empty if all values stood already
	Time     time.Time `json:"time"`
}

// Change is an attribute that an update changed. An empty value means that it was, or is, absent.
type Change struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// tail keeps the last entries of a log, at least keep of them. The zero value keeps nothing older
// than the last entry.
type tail[T any] struct {
	keep    int
	entries []T
}

// add appends an entry; the older half goes when there are twice as many as must be kept.
func (t *tail[T]) add(entry T) {
	if keep := max(1, t.keep); len(t.entries) >= 2*keep {
		t.entries = append([]T(nil), t.entries[keep:]...)
	}
	t.entries = append(t.entries, entry)
}

func (t *tail[T]) copy() []T { return append([]T(nil), t.entries...) }

// Stats are counts since the server was made.
type Stats struct {
	// Operations are the requests received, by operation, throttled and failed ones included.
	Operations map[string]int64
	// Categories are the requests received and throttled, by AWS's name of the quota category.
	Categories map[string]Traffic
	// MaxInFlight is the most writes of one user that were in the server at once. A write whose
	// client gave up counts until it has been carried out.
	MaxInFlight int
}

// Traffic counts requests of a quota category.
type Traffic struct {
	Received, Throttled int64
}

// counters gathers Stats. The maps are only read after newCounters.
type counters struct {
	operations  map[string]*atomic.Int64
	categories  map[category]*traffic
	maxInFlight atomic.Int32
}

type traffic struct{ received, throttled atomic.Int64 }

func newCounters() *counters {
	c := &counters{operations: map[string]*atomic.Int64{}, categories: map[category]*traffic{}}
	for name, op := range operations {
		c.operations[name] = &atomic.Int64{}
		c.categories[op.category] = &traffic{}
	}
	return c
}

func (c *counters) received(operation string, in category) {
	c.operations[operation].Add(1)
	c.categories[in].received.Add(1)
}

func (c *counters) throttled(in category) { c.categories[in].throttled.Add(1) }

// enter counts a write of a user that begins; whoever calls it counts the user's inFlight down.
func (c *counters) enter(u *user) {
	n := u.inFlight.Add(1)
	for most := c.maxInFlight.Load(); n > most; most = c.maxInFlight.Load() {
		if c.maxInFlight.CompareAndSwap(most, n) {
			return
		}
	}
}

func (c *counters) snapshot() Stats {
	s := Stats{
		Operations:  map[string]int64{},
		Categories:  map[string]Traffic{},
		MaxInFlight: int(c.maxInFlight.Load()),
	}
	for name, n := range c.operations {
		s.Operations[name] = n.Load()
	}
	for name, t := range c.categories {
		s.Categories[string(name)] = Traffic{t.received.Load(), t.throttled.Load()}
	}
	return s
}
