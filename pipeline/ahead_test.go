package pipeline_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// puts is a log whose writes gather while the last one is on its way, and for a time before each.
type puts struct {
	took, gather time.Duration

	mu    sync.Mutex
	next  chan struct{} // closed once what gathers now is durable; nil: nothing does
	going bool
	made  int // whoever waits for a write may read that it was
}

// keep returns once what it was called with is durable.
func (p *puts) keep() error {
	p.mu.Lock()
	if p.next == nil {
		p.next = make(chan struct{})
	}
	mine := p.next
	if !p.going {
		p.going = true
		go p.write()
	}
	p.mu.Unlock()
	<-mine
	return nil
}

// write writes until nothing has gathered.
func (p *puts) write() {
	for {
		time.Sleep(p.gather)
		p.mu.Lock()
		batch := p.next
		p.next = nil
		p.mu.Unlock()
		time.Sleep(p.took)
		p.mu.Lock()
		p.made++
		close(batch)
		if p.next == nil {
			p.going = false
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
	}
}

// keeping is a Preparer whose images are kept.
type keeping struct {
	pipeline.Preparer
	keep func() error
}

func (k keeping) Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	send, err := k.Preparer.Prepare(ctx, c, earlier)
	if err != nil || send == nil {
		return send, err
	}
	if err := pipeline.Keep(ctx, k.keep); err != nil {
		return nil, err
	}
	return send, nil
}

// kept is a Preparer and an Updater whose images are kept before the update, each time that a user is read. It counts the
// calls that are under way.
type kept struct {
	*clock
	keep func() error

	mu   sync.Mutex
	now  int
	most int
	took []time.Duration // of reads, as the run was told
}

func newKept(keep func() error) *kept {
	return &kept{clock: &clock{image: map[string]time.Time{}}, keep: keep}
}

func (k *kept) count(n int) {
	k.mu.Lock()
	k.now += n
	k.most = max(k.most, k.now)
	k.mu.Unlock()
}

func (k *kept) Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	k.count(1)
	send, err := k.clock.Prepare(ctx, c, earlier)
	k.count(-1)
	if err != nil {
		return nil, err
	}
	return send, pipeline.Keep(ctx, k.keep)
}

func (k *kept) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	k.count(1)
	defer k.count(-1)
	return k.clock.Update(ctx, c)
}

// note is a Called that keeps how long reads took.
func (k *kept) note(c pipeline.Call) {
	if c.Reading {
		k.took = append(k.took, c.Took)
	}
}

// fullness is how many updates began of those that a rate allows in all but the first seconds.
func fullness(begun []time.Time, start time.Time, from, to time.Duration, rate float64) float64 {
	n := 0
	for _, at := range begun {
		if since := at.Sub(start); since >= from && since < to {
			n++
		}
	}
	return float64(n) / (rate * (to - from).Seconds())
}

// TestAhead: while what was read is kept for long, updates go on at the rate, no more calls are under way at once than
// there are workers, and images are no older than that needs.
func TestAhead(t *testing.T) {
	tests := []struct {
		name    string
		store   *puts
		rate    float64
		workers int
		ahead   int
		full    float64 // at least
		oldest  time.Duration
	}{
		{name: "a third of a second", store: &puts{took: 300 * time.Millisecond}, rate: 25, workers: 32, ahead: 256, full: 0.99, oldest: 4 * time.Second},
		{name: "gathered for a second", store: &puts{took: 300 * time.Millisecond, gather: time.Second}, rate: 25, workers: 32, ahead: 256, full: 0.99, oldest: 7 * time.Second},
		{name: "three seconds, which is too long", store: &puts{took: 3 * time.Second}, rate: 25, workers: 32, ahead: 256, full: 0.9, oldest: pipeline.ImageAge},
		{name: "few workers", store: &puts{took: 300 * time.Millisecond, gather: time.Second}, rate: 25, workers: 2, ahead: 256, full: 0.99, oldest: 7 * time.Second},
		{name: "one worker", store: &puts{took: 300 * time.Millisecond, gather: time.Second}, rate: 20, workers: 1, ahead: 256, full: 0.99, oldest: 7 * time.Second},
		{name: "70 a second", store: &puts{took: 300 * time.Millisecond}, rate: 70, workers: 32, ahead: 256, full: 0.99, oldest: 4 * time.Second},
		{name: "one in five seconds", store: &puts{took: 300 * time.Millisecond, gather: time.Second}, rate: 0.2, workers: 32, ahead: 256, full: 0.95, oldest: pipeline.ImageAge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				long := max(80*time.Second, time.Duration(40/test.rate)*time.Second) // forty updates at least
				rows := int(test.rate * long.Seconds())
				k := newKept(test.store.keep)
				g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: k,
					Rate: test.rate, Workers: test.workers, Ahead: test.ahead, Called: k.note})
				begun := time.Now()
				state, err := g.Run(t.Context())
				if err != nil || state.Counts.Updated != int64(rows) {
					t.Fatalf("%v, %d updated", err, state.Counts.Updated)
				}
				full := fullness(g.updates, begun, 10*time.Second, long-10*time.Second, test.rate)
				t.Logf("%.3f full, %d calls at once, the oldest image %s, %d reads, %d writes", full, k.most, k.oldest, k.reads, test.store.made)
				if full < test.full {
					t.Errorf("%.3f of %g/s, want %.2f", full, test.rate, test.full)
				}
				if k.most > test.workers {
					t.Errorf("%d calls were under way at once", k.most)
				}
				if k.oldest > test.oldest {
					t.Errorf("the oldest image was %s old", k.oldest)
				}
				if most := mostInASecond(g.updates); most > perSecond(test.rate) {
					t.Errorf("%d updates within a second", most)
				}
				for _, took := range k.took {
					if took != 20*time.Millisecond {
						t.Fatalf("a read took %s, as the run was told", took)
					}
				}
			})
		})
	}
}
