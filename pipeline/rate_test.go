package pipeline_test

import (
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
)

var series = flag.String("series", "", "append to this CSV file what TestAdaptiveRate saw: row, draw, run, second, accepted, throttled")

const (
	ms        = time.Millisecond
	unlimited = pipeline.Unlimited
)

// one is a run by itself, with the round trip of a nearby Region.
func one(rate float64) []client { return []client{{rate: rate, roundTrip: 80 * ms}} }

// two runs at a rate.
func two(rate float64, late, first, second time.Duration) []client {
	return []client{{rate: rate, roundTrip: first}, {rate: rate, roundTrip: second, late: late}}
}

// span is what is asked of a time, in seconds: the share of what the account allows that is accepted, the
// share of attempts that may be throttled, and the share of what is allowed that each run has at least.
type span struct {
	from, to                int
	allowed                 float64
	reach, throttled, least float64
}

// TestAdaptiveRate runs against scripted accounts on a simulated clock, and holds what was accepted and
// what was throttled against what the account allowed. Where two runs share a quota chance has a large part:
// then it is the mean of some draws.
func TestAdaptiveRate(t *testing.T) {
	constant := func(q float64) *account { return &account{quota: func(time.Duration) float64 { return q }} }
	// low is a quota that is lower between two moments.
	low := func(high, low float64, from, to int) *account {
		return &account{quota: func(at time.Duration) float64 {
			if at >= seconds(from) && at < seconds(to) {
				return low
			}
			return high
		}}
	}
	gaps := func(q float64) *account {
		return &account{quota: func(at time.Duration) float64 {
			if at%seconds(20) >= seconds(18) {
				return 0
			}
			return q
		}}
	}
	plenty := func(fault func(a *account, user int) bool) *account {
		a := constant(1e9)
		a.fault = fault
		return a
	}
	stray := func(share float64) *account {
		return plenty(func(a *account, _ int) bool { return a.random.Float64() < share })
	}
	hot := func(every int) *account {
		return plenty(func(a *account, user int) bool { return user%every == 0 && a.random.Float64() < 0.5 })
	}
	live := func(burst int) *account {
		a := constant(25)
		a.steady, a.burst = 5, burst
		return a
	}
	unknown := func(q, share float64) *account {
		a := constant(q)
		a.refuse = share
		return a
	}
	settled := func(q, throttled float64) []span { return []span{{10, 40, q, 0.97, throttled, 0}} }
	halved := func(q, half float64) []span {
		return []span{{30, 40, half, 0.90, 0.05, 0}, {50, 60, q, 0.90, 0.05, 0}}
	}
	shared := func(from int, q, least float64) []span { return []span{{from, from + 40, q, 0.95, 0.04, least}} }

	tests := []struct {
		name    string
		account *account
		runs    []client
		spans   []span
	}{
		{"below", constant(25), one(20), []span{{0, 40, 20, 0.99, 0, 0}}},
		{"exact", constant(25), one(25), []span{{0, 40, 25, 0.99, 0.005, 0}}},
		{"exact 1000", constant(1000), one(1000), []span{{0, 20, 1000, 0.99, 0.005, 0}}},

		{"double", constant(25), one(50), settled(25, 0.02)},
		{"double of 200", constant(200), one(400), settled(200, 0.015)},
		{"double of 1000", constant(1000), one(2000), settled(1000, 0.015)},
		{"fourfold", constant(25), one(100), settled(25, 0.02)},
		{"fourfold of 200", constant(200), one(800), settled(200, 0.015)},
		{"unlimited", constant(25), one(unlimited), settled(25, 0.02)},
		{"unlimited of 200", constant(200), one(unlimited), settled(200, 0.015)},

		{"round trip 5 ms", constant(25), []client{{rate: 50, roundTrip: 5 * ms}}, settled(25, 0.02)},
		{"round trip 400 ms", constant(25), []client{{rate: 50, roundTrip: 400 * ms}}, settled(25, 0.02)},
		{"round trip 2 s", constant(25), []client{{rate: 50, roundTrip: 2000 * ms}}, []span{{10, 60, 25, 0.95, 0.035, 0}}},
		{"round trip 2 s of 200", constant(200), []client{{rate: 400, roundTrip: 2000 * ms}}, []span{{10, 40, 200, 0.95, 0.02, 0}}},
		{"round trip 5 s", constant(25), []client{{rate: 50, roundTrip: 5000 * ms}}, []span{{20, 80, 25, 0.95, 0.04, 0}}},
		{"throttles answered at once", constant(200), []client{{rate: 400, roundTrip: 10 * ms, work: 300 * ms}}, settled(200, 0.015)},

		{"halved and restored", low(25, 12, 20, 40), one(25), halved(25, 12)},
		{"halved and restored, double", low(25, 12, 20, 40), one(50), halved(25, 12)},
		{"halved and restored, double, later", low(25, 12, 23, 43), one(50), []span{{33, 43, 12, 0.90, 0.05, 0}, {53, 63, 25, 0.90, 0.05, 0}}},
		{"1000 halved and restored", low(1000, 500, 20, 40), one(1000), halved(1000, 500)},
		{"1000 halved and restored, double", low(1000, 500, 20, 40), one(2000), halved(1000, 500)},
		{"nothing for a minute", low(25, 0, 20, 80), one(25), []span{{84, 94, 25, 0.95, 0, 0}}},
		{"nothing for a minute of 200", low(200, 0, 20, 80), one(200), []span{{84, 94, 200, 0.95, 0, 0}}},
		{"nothing for 2 s of 20", gaps(25), one(25), []span{{20, 80, 22.5, 0.90, 0.07, 0}}},

		{"two", constant(25), two(25, 0, 20*ms, 20*ms), shared(20, 25, 0.35)},
		{"two, double", constant(25), two(50, 0, 20*ms, 20*ms), shared(20, 25, 0.35)},
		{"two, 15 s apart", constant(25), two(25, seconds(15), 20*ms, 20*ms), shared(35, 25, 0.35)},
		{"two, double, 15 s apart", constant(25), two(50, seconds(15), 20*ms, 20*ms), shared(35, 25, 0.35)},
		{"two, near and far", constant(25), two(50, 0, 20*ms, 120*ms), shared(20, 25, 0.30)},
		{"two of 200", constant(200), two(200, 0, 20*ms, 20*ms), shared(20, 200, 0.35)},
		{"two of 200, double, 15 s apart", constant(200), two(400, seconds(15), 20*ms, 20*ms), shared(35, 200, 0.35)},
		{"two of 200, near and far", constant(200), two(400, 0, 20*ms, 120*ms), shared(20, 200, 0.30)},

		{"80% unknown users", unknown(50, 0.8), one(100), settled(50, 0.02)},
		{"80% unknown users, unlimited", unknown(50, 0.8), one(unlimited), settled(50, 0.02)},
		{"all unknown users", unknown(50, 1), one(200), settled(50, 0.02)},
		{"two, 80% unknown users", unknown(50, 0.8), two(50, 0, 20*ms, 20*ms), shared(20, 50, 0.35)},

		{"live traffic", live(0), one(50), []span{{10, 70, 20, 0.90, 0.03, 0}}},
		{"live traffic in bursts", live(20), one(50), []span{{10, 70, 20, 0.90, 0.03, 0}}},

		{"stray throttles", stray(0.01), one(25), []span{{0, 120, 25, 0.88, 0.02, 0}}},
		{"stray throttles at 100", stray(0.01), one(100), []span{{0, 120, 100, 0.85, 0.015, 0}}},
		{"stray throttles at 1000", stray(0.01), one(1000), []span{{0, 30, 1000, 0.90, 0.015, 0}}},
		{"one hot user of 1000", hot(1000), one(20), []span{{0, 120, 20, 0.95, 0.02, 0}}},
		{"thirty hot users of 1000", hot(33), one(20), []span{{0, 120, 20, 0.85, 0.05, 0}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			draws := 1
			if len(test.runs) > 1 {
				draws = 4
			}
			got := make([]span, len(test.spans))
			for draw := range draws {
				runs := play(t, *test.account, test.runs, uint64(draw), seconds(test.spans[len(test.spans)-1].to))
				for i, want := range test.spans {
					got[i].add(runs, want, draws)
				}
				record(t, test.name, draw, runs)
			}
			for i, want := range test.spans {
				g := got[i]
				said := fmt.Sprintf("%d to %d s: accepted %.3f of %.4g/s, throttled %.2f%% of the attempts, a run has at least %.2f",
					want.from, want.to, g.reach, want.allowed, 100*g.throttled, g.least)
				t.Log(said)
				if g.reach < want.reach || g.throttled > want.throttled || g.least < want.least {
					t.Errorf("%s; want %.2f, %.2f%%, %.2f", said, want.reach, 100*want.throttled, want.least)
				}
			}
		})
	}
}

// add adds to a mean what a draw has given in the span.
func (s *span) add(runs []*client, want span, draws int) {
	var accepted, throttled float64
	least := 1.0
	for _, c := range runs {
		here := within(c.accepted, seconds(want.from), seconds(want.to))
		accepted += here
		throttled += within(c.throttled, seconds(want.from), seconds(want.to))
		least = min(least, here/want.allowed)
	}
	s.reach += accepted / want.allowed / float64(draws)
	s.throttled += throttled / max(accepted+throttled, 1) / float64(draws)
	s.least += least / float64(draws)
}

// play lets runs go on for a time beside each other, on the simulated clock.
func play(t *testing.T, a account, runs []client, draw uint64, length time.Duration) (played []*client) {
	synctest.Test(t, func(t *testing.T) {
		account := a.open(draw)
		done := make(chan struct{})
		var all, others sync.WaitGroup
		if account.steady > 0 {
			others.Go(func() { account.others(done) })
		}
		for _, c := range runs {
			c.account = account
			played = append(played, &c)
			all.Go(func() { c.carry(t, length) })
		}
		all.Wait()
		close(done)
		others.Wait()
	})
	return played
}

// record appends what the runs saw to the file of -series.
func record(t *testing.T, name string, draw int, runs []*client) {
	if *series == "" {
		return
	}
	f, err := os.OpenFile(*series, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, c := range runs {
		for s := range int(c.accepted[len(c.accepted)-1] / time.Second) {
			fmt.Fprintf(f, "%q,%d,%d,%d,%g,%g\n", name, draw, i, s,
				within(c.accepted, seconds(s), seconds(s+1)), within(c.throttled, seconds(s), seconds(s+1)))
		}
	}
}
