package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// weather is what a service does over time to the calls of one lane, but for poisoned users.
type weather struct {
	away   func(int, *sources.Change) error
	storm  func(int, *sources.Change) error
	flaky  float64 // share of calls with an internal error
	random *rand.Rand
}

// drawWeather draws some outages and storms within five minutes.
func drawWeather(random *rand.Rand) *weather {
	w := &weather{away: outage(0, 0), storm: outage(0, 0), random: random}
	spell := func(longest int) func(int, *sources.Change) error {
		from := time.Duration(random.IntN(300)) * time.Second
		return outage(from, from+time.Duration(random.IntN(longest))*time.Second)
	}
	for range random.IntN(3) {
		w.away = either(w.away, spell(120))
	}
	for range random.IntN(2) {
		w.storm = either(w.storm, spell(60))
	}
	w.flaky = []float64{0, 0, 0.02, 0.1}[random.IntN(4)]
	return w
}

func (w *weather) fault(_ int, _ *sources.Change) error {
	switch {
	case w.away(0, nil) != nil:
		return errAway
	case w.storm(0, nil) != nil:
		return errThrottle
	case w.random.Float64() < w.flaky:
		return errInternal
	}
	return nil
}

// locked is a fault that may be asked by many goroutines.
func locked(mu chan struct{}, fault func(int, *sources.Change) error) func(int, *sources.Change) error {
	return func(n int, c *sources.Change) error {
		mu <- struct{}{}
		defer func() { <-mu }()
		return fault(n, c)
	}
}

// killed ends a run as SIGKILL does: calls are cut off, nothing is saved any more, and the ledger is what the last
// save relied on.
type killed struct {
	*ledger
	dead func() bool
}

func (k killed) Write(r pipeline.Result) error {
	if k.dead() {
		return errKilled
	}
	return k.ledger.Write(r)
}

func (k killed) Save(s checkpoint.State) error {
	if k.dead() {
		return errKilled
	}
	return k.ledger.Save(s)
}

// seeds is how many stories are drawn: few in a short pass.
func seeds() uint64 {
	if testing.Short() {
		return 8
	}
	return 40
}

// TestHistories: whatever a service does, and however often the run is killed, it comes to its end; every record
// has one result, no user has two updates at once, and who fails is poisoned, or had a flaky service.
func TestHistories(t *testing.T) {
	for seed := range seeds() {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { playHistory(t, rand.New(rand.NewPCG(11, seed))) })
		})
	}
}

func playHistory(t *testing.T, random *rand.Rand) {
	users := 5 + random.IntN(200)
	rows := users * (1 + random.IntN(3))
	all := changes(rows, users)
	if random.IntN(3) == 0 { // a gap of few records
		text := make([]byte, checkpoint.MaxGapBytes/(4+random.IntN(8)))
		for _, c := range all {
			c.Text = text
		}
	}
	poisoned := random.Perm(users)[:random.IntN(min(7, users))]
	updates, reads := drawWeather(random), drawWeather(random)
	mu := make(chan struct{}, 1)
	s := newService()
	s.fault = locked(mu, updates.fault)
	sick := random.IntN(3)
	if sick > 0 {
		s.fault = either(s.fault, poison(poisoned...))
	}
	cfg := pipeline.Config{
		Updater: s, Workers: []int{1, 4, 32}[random.IntN(3)], MaxAttempts: []int{1, 2, 8}[random.IntN(3)],
		Rate: []float64{20, 200, pipeline.Unlimited}[random.IntN(3)], MaxDuration: 5 * time.Minute,
		Probe:  func(context.Context) error { return locked(mu, either(updates.away, reads.away))(0, nil) },
		Budget: pipeline.Budget{Given: true, Records: 1 << 30},
	}
	if random.IntN(2) == 0 {
		cfg.Preparer = &reader{live: s.last, fault: locked(mu, reads.fault)}
		if sick < 2 {
			cfg.Preparer = &reader{live: s.last, fault: either(locked(mu, reads.fault), poison(poisoned...))}
		}
	} else if sick == 0 {
		poisoned = nil
	}
	if random.IntN(4) == 0 {
		cfg.Limit = int64(1 + random.IntN(rows))
	}

	if cfg.Preparer != nil && random.IntN(2) == 0 {
		log := &puts{took: time.Duration(random.IntN(2000)) * time.Millisecond, gather: time.Duration(random.IntN(1000)) * time.Millisecond}
		cfg.Preparer, cfg.Ahead = keeping{cfg.Preparer, log.keep}, []int{1, 16, 256}[random.IntN(3)]
	}

	kept, state := &ledger{}, checkpoint.State{}
	var err error
	starts := 0
	for err = errKilled; err != nil && starts < 400; starts++ {
		cfg.Source, cfg.Resume = &list{changes: all, next: int(state.Position.Offset)}, state
		life := killed{kept, func() bool { return false }}
		if random.IntN(3) == 0 {
			end := time.Now().Add(time.Duration(random.IntN(60_000)) * time.Millisecond)
			life.dead = func() bool { return time.Now().After(end) }
		}
		cfg.Results, cfg.Store = life, life
		r, failed := pipeline.New(cfg)
		if failed != nil {
			t.Fatal(failed)
		}
		_, err = r.Run(t.Context())
		kept.crash()
		state = kept.saved
		time.Sleep(10 * time.Second) // on the clock of the bubble
	}
	if state.LastAnswer.IsZero() && len(kept.results) == 0 { // all that it can reach is poisoned: nobody can tell
		return
	}
	flaky := updates.flaky > 0 || reads.flaky > 0
	failed := map[string]bool{}
	seen := map[int]int{}
	for _, r := range kept.results {
		seen[r.Change.Line]++
		if r.Err != nil {
			failed[r.Change.Username] = true
			if e, ok := errors.AsType[*pipeline.ExhaustedError](r.Err); !ok || e.Class() != "unknown" {
				t.Errorf("line %d: %v", r.Change.Line, r.Err)
			}
			if !flaky && !slices.Contains(names(poisoned), r.Change.Username) {
				t.Errorf("line %d: a good record failed: %v", r.Change.Line, r.Err)
			}
		}
	}
	if err != nil || state.Phase != checkpoint.Finished || len(seen) != rows || len(kept.results) != rows {
		t.Errorf("%v after %d starts: %d lines, %d results of %d records, parked %v", err, starts, len(seen), len(kept.results), rows, state.Parked)
	}
	for _, user := range names(poisoned) {
		if !failed[user] {
			t.Errorf("%s is poisoned and did not fail", user)
		}
	}
	if s.overlaps > 0 {
		t.Errorf("%d updates of one user at once", s.overlaps)
	}
}
