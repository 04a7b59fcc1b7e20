package quota_test

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
)

var draws = flag.Int("draws", 0, "play each row of TestAdaptiveRate so often, to measure the spread; 0: as often as the row says")

var series = flag.String("series", "", "append to this CSV file what TestAdaptiveRate saw: row, draw, run, second, accepted, throttled")

const (
	ms        = time.Millisecond
	unlimited = pipeline.Unlimited
)

// one is a run by itself, with the round trip of a nearby Region.
func one(rate float64) []client { return []client{{rate: rate, roundTrip: 80 * ms}} }

// turns is the same with few users, whose turn comes again.
func turns(rate float64) []client { return []client{{rate: rate, users: 1000, roundTrip: 80 * ms}} }

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
// what was throttled against what the account allowed.
//
// Chance has a part in it: where the round trips vary, in the pauses, in faults, and in which of two goroutines
// comes first. So a row is the mean of some draws, of so many that each of its bounds is more than four
// standard errors of that mean away from it, by what was measured with -draws 40 -v. Of a single draw the
// standard deviation was
//
//	                                        accepted    throttled      the lesser of two has
//	a run by itself                         up to 0.01  up to 0.1%
//	  2 or 5 s of round trip                0.003       0.35%
//	  halved, within ten seconds            0.009       0.7%
//	  beside live traffic                   0.04        0.2%
//	two runs                                0.003       0.5%           0.04 to 0.09
//	two runs, both at the quota             0.001       0.4%           0.06
//	stray throttles, hot users              0.05        0.3%
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
		return plenty(func(a *account, user int) bool { return user%every == 1 && a.random.Float64() < 0.5 })
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
		draws   int
		long    bool // left out of a short pass
		spans   []span
	}{
		{"below", constant(25), one(20), 1, false, []span{{0, 40, 20, 0.99, 0, 0}}},
		{"exact", constant(25), one(25), 1, false, []span{{0, 40, 25, 0.99, 0.005, 0}}},
		{"exact 1000", constant(1000), one(1000), 1, false, []span{{0, 10, 1000, 0.99, 0.005, 0}}},

		{"double", constant(25), one(50), 2, false, settled(25, 0.02)},
		{"double of 200", constant(200), one(400), 1, false, []span{{10, 30, 200, 0.97, 0.015, 0}}},
		{"double of 1000", constant(1000), one(2000), 1, true, []span{{8, 14, 1000, 0.97, 0.015, 0}}},
		{"unlimited", constant(25), one(unlimited), 2, false, settled(25, 0.02)},
		{"unlimited of 200", constant(200), one(unlimited), 1, false, []span{{10, 30, 200, 0.97, 0.015, 0}}},

		{"round trip 5 ms", constant(25), []client{{rate: 50, roundTrip: 5 * ms}}, 2, false, settled(25, 0.02)},
		{"round trip 400 ms", constant(25), []client{{rate: 50, roundTrip: 400 * ms}}, 6, false, settled(25, 0.02)},
		{"round trip 2 s", constant(25), []client{{rate: 50, roundTrip: 2000 * ms}}, 4, false, []span{{10, 60, 25, 0.95, 0.035, 0}}},
		{"round trip 2 s of 100", constant(100), []client{{rate: 200, roundTrip: 2000 * ms}}, 3, true, []span{{10, 40, 100, 0.95, 0.025, 0}}},
		{"round trip 5 s", constant(25), []client{{rate: 50, roundTrip: 5000 * ms}}, 6, false, []span{{20, 80, 25, 0.95, 0.04, 0}}},
		{"throttles answered at once", constant(200), []client{{rate: 400, roundTrip: 10 * ms, work: 300 * ms}}, 1, false, []span{{10, 30, 200, 0.97, 0.015, 0}}},

		{"halved and restored", low(25, 12, 20, 40), one(25), 4, false, halved(25, 12)},
		{"halved and restored, double", low(25, 12, 20, 40), one(50), 4, false, halved(25, 12)},
		{"halved and restored, double, later", low(25, 12, 23, 43), one(50), 4, false, []span{{33, 43, 12, 0.90, 0.05, 0}, {53, 63, 25, 0.90, 0.05, 0}}},
		{"200 halved and restored, double", low(200, 100, 20, 40), one(400), 1, true, halved(200, 100)},
		{"nothing for a minute", low(25, 0, 20, 80), one(25), 1, false, []span{{84, 94, 25, 0.95, 0, 0}}},
		{"nothing for a minute of 200", low(200, 0, 20, 80), one(200), 1, false, []span{{84, 94, 200, 0.95, 0, 0}}},
		{"nothing for 2 s of 20", gaps(25), one(25), 2, false, []span{{20, 80, 22.5, 0.90, 0.07, 0}}},

		{"two", constant(25), two(25, 0, 20*ms, 20*ms), 14, false, shared(20, 25, 0.30)},
		{"two, double, 15 s apart", constant(25), two(50, seconds(15), 20*ms, 20*ms), 8, false, shared(35, 25, 0.30)},
		{"two, near and far", constant(25), two(50, 0, 20*ms, 120*ms), 10, false, shared(20, 25, 0.30)},
		{"two of 100, double, 15 s apart", constant(100), two(200, seconds(15), 20*ms, 20*ms), 4, true, shared(35, 100, 0.30)},
		{"two of 100, near and far", constant(100), two(200, 0, 20*ms, 120*ms), 4, true, shared(20, 100, 0.30)},

		{"80% unknown users", unknown(50, 0.8), one(100), 1, false, settled(50, 0.02)},
		{"all unknown users", unknown(50, 1), one(200), 1, false, settled(50, 0.02)},
		{"two, 80% unknown users", unknown(50, 0.8), two(50, 0, 20*ms, 20*ms), 4, true, shared(20, 50, 0.30)},

		{"live traffic", live(0), one(50), 2, false, []span{{10, 70, 20, 0.90, 0.03, 0}}},
		{"live traffic in bursts", live(20), one(50), 2, false, []span{{10, 70, 20, 0.90, 0.03, 0}}},

		{"stray throttles", stray(0.01), one(25), 4, false, []span{{0, 120, 25, 0.88, 0.02, 0}}},
		{"stray throttles at 100", stray(0.01), one(100), 2, false, []span{{0, 60, 100, 0.85, 0.015, 0}}},
		{"one hot user of 1000", hot(1000), turns(20), 2, false, []span{{0, 120, 20, 0.95, 0.02, 0}}},
		{"thirty hot users of 1000", hot(33), turns(20), 8, false, []span{{0, 120, 20, 0.85, 0.05, 0}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.long && testing.Short() {
				t.Skip("it takes long")
			}
			t.Parallel()
			draws := cmp.Or(*draws, test.draws)
			got := make([][]span, len(test.spans))
			for draw := range draws {
				runs := play(t, *test.account, test.runs, uint64(draw), seconds(test.spans[len(test.spans)-1].to))
				for i, want := range test.spans {
					got[i] = append(got[i], want.of(runs))
				}
				record(t, test.name, draw, runs)
			}
			for i, want := range test.spans {
				g, spread := mean(got[i])
				said := fmt.Sprintf("%d to %d s: accepted %.3f of %.4g/s, throttled %.2f%% of the attempts, a run has at least %.2f",
					want.from, want.to, g.reach, want.allowed, 100*g.throttled, g.least)
				t.Logf("%s; the spread of a draw is %.3f, %.2f%% and %.2f", said, spread.reach, 100*spread.throttled, spread.least)
				if g.reach < want.reach || g.throttled > want.throttled || g.least < want.least {
					t.Errorf("%s; want %.2f, %.2f%%, %.2f", said, want.reach, 100*want.throttled, want.least)
				}
			}
		})
	}
}

// of is what a draw has given in the span.
func (s span) of(runs []*client) span {
	var accepted, throttled float64
	got := s
	got.least = 1
	for _, c := range runs {
		here := within(c.accepted, seconds(s.from), seconds(s.to))
		accepted += here
		throttled += within(c.throttled, seconds(s.from), seconds(s.to))
		got.least = min(got.least, here/s.allowed)
	}
	got.reach = accepted / s.allowed
	got.throttled = throttled / max(accepted+throttled, 1)
	return got
}

// mean is the mean of some draws and their standard deviation.
func mean(draws []span) (mean, spread span) {
	n := float64(len(draws))
	for _, d := range draws {
		mean.reach += d.reach / n
		mean.throttled += d.throttled / n
		mean.least += d.least / n
	}
	for _, d := range draws {
		spread.reach += (d.reach - mean.reach) * (d.reach - mean.reach) / n
		spread.throttled += (d.throttled - mean.throttled) * (d.throttled - mean.throttled) / n
		spread.least += (d.least - mean.least) * (d.least - mean.least) / n
	}
	spread.reach, spread.throttled, spread.least = math.Sqrt(spread.reach), math.Sqrt(spread.throttled), math.Sqrt(spread.least)
	return mean, spread
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
