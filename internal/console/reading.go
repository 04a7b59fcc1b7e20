package console

import (
	"fmt"
	"sync"
	"time"

	"attrmigrate/internal/listing"
)

// Reading is how far the reading of a pool is. It is set by some goroutines and shown by another.
type Reading struct {
	mu       sync.Mutex
	progress listing.Progress
	pages    *meter // nil: no page was read yet
}

// Set says how far it is now.
func (r *Reading) Set(p listing.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress = p
	if r.pages == nil {
		r.pages = newMeter(gauge{done: p.Calls})
		return
	}
	r.pages.add(time.Now(), gauge{done: p.Calls})
}

// Far is about how many users of about how many were read.
func (r *Reading) Far() (users, of int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progress.Users, r.progress.Of
}

// Gauge is how far it is, and in how many chains of pages at which pace, where it goes in chains.
func (r *Reading) Gauge() gauge {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := gauge{done: r.progress.Users, total: r.progress.Of}
	if r.progress.Chains > 0 {
		g.notes = []note{{"chains", int64(r.progress.Chains), 4}, {"pages", fmt.Sprintf("%.1f/s", r.pages.pace()), 5}}
	}
	return g
}
