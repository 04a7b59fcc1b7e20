package pipeline

import (
	"slices"
	"time"
)

// trips are the round trips of the last attempts. Their median stands for all: a single slow answer says
// nothing of the others.
type trips struct {
	last   [9]time.Duration
	n      int           // how many there ever were
	middle time.Duration // of those in last
}

func (t *trips) add(d time.Duration) {
	t.last[t.n%len(t.last)] = d
	t.n++
	known := t.last
	some := known[:min(t.n, len(known))]
	slices.Sort(some)
	t.middle = some[len(some)/2]
}

// median is 0 while there are none.
func (t *trips) median() time.Duration { return t.middle }
