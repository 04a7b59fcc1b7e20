package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
)

// TestOutage: a service that is away stops the run within a minute, and neither then nor when it comes back
// does a good record fail.
func TestOutage(t *testing.T) {
	tests := []struct {
		name        string
		from, to    time.Duration
		hangs       time.Duration // how long a call takes until it is given up
		maxAttempts int
		probe       bool
		once        bool // one start is enough
	}{
		{name: "from the beginning", to: 4 * time.Minute},
		{name: "four minutes", from: 5 * time.Second, to: 245 * time.Second},
		{name: "four minutes, one attempt", from: 5 * time.Second, to: 245 * time.Second, maxAttempts: 1, probe: true},
		{name: "four minutes, calls hang", from: 5 * time.Second, to: 245 * time.Second, hangs: 20 * time.Second},
		{name: "at the end", from: 14940 * time.Millisecond, to: 245 * time.Second, probe: true},
		{name: "at the end, calls hang", from: 14940 * time.Millisecond, to: 245 * time.Second, hangs: 20 * time.Second, probe: true},
		{name: "twenty-nine seconds", from: 5 * time.Second, to: 34 * time.Second, once: true},
		{name: "twenty-nine seconds at the end", from: 14940 * time.Millisecond, to: 43 * time.Second, once: true},
	}
	for _, test := range tests {
		for _, reads := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/reads %t", test.name, reads), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newService()
					away := outage(test.from, test.to)
					s.fault = away
					cfg := pipeline.Config{Updater: slow{s, away, test.hangs}, MaxAttempts: test.maxAttempts}
					if reads {
						cfg.Preparer = &reader{live: s.last, fault: away}
					}
					if test.probe {
						cfg.Probe = func(context.Context) error { return away(0, nil) }
					}
					got := start(t, cfg, changes(300, 300), 10000)
					if got.err != nil || len(got.unknown()) > 0 || len(got.kept.results) != 300 {
						t.Errorf("%v: %d results, failed: %v, %v", got.err, len(got.kept.results), got.unknown(), got.took)
					}
					if test.once && got.n > 1 {
						t.Errorf("%d starts", got.n)
					}
					for n, took := range got.took[:got.n-1] {
						if limit := test.from + 61*time.Second; took > limit {
							t.Errorf("start %d stopped after %s, want %s", n+1, took, limit)
						}
					}
				})
			})
		}
	}
}

// TestPoisonAndOutages: with some users poisoned, a service that goes away now and then, and starts that are
// killed, each poisoned user fails once, as unknown, and everybody else is done.
func TestPoisonAndOutages(t *testing.T) {
	for seed := range seeds() {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(7, seed))
				rows := 50 + random.IntN(500)
				poisoned := random.Perm(rows)[:random.IntN(6)]
				away := outage(0, 0)
				for range random.IntN(3) {
					from := time.Duration(random.IntN(60)) * time.Second
					away = either(away, outage(from, from+time.Duration(random.IntN(200))*time.Second))
				}
				s := newService()
				cfg := pipeline.Config{
					Updater: s, MaxAttempts: []int{0, 1, 3}[random.IntN(3)], MaxDuration: time.Minute,
					Probe: func(context.Context) error { return away(0, nil) },
				}
				s.fault = away
				sick := random.IntN(3)
				if sick > 0 {
					s.fault = either(away, poison(poisoned...))
				}
				if sick < 2 {
					cfg.Preparer = &reader{live: s.last, fault: either(away, poison(poisoned...))}
				}
				got := start(t, cfg, changes(rows, rows), 10000)
				if got.err != nil || !slices.Equal(got.unknown(), names(poisoned)) || len(got.kept.results) != rows {
					t.Errorf("%v after %d starts: %d results of %d, unknown %v, want %v", got.err, got.n,
						len(got.kept.results), rows, got.unknown(), names(poisoned))
				}
			})
		})
	}
}

// TestNothingEver: where no call of the run has ever succeeded, nobody is failed, at whichever start; what an
// earlier start has parked is tried again.
func TestNothingEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.fault = outage(0, 5*time.Minute)
		got := start(t, pipeline.Config{Updater: s}, changes(2, 2), 100)
		if got.err != nil || len(got.unknown()) > 0 || got.state.Counts.Updated != 2 {
			t.Errorf("%v after %d starts, failed: %v", got.err, got.n, got.unknown())
		}
	})
}
