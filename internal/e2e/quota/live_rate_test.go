package quota_test

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"attrmigrate/pipeline"
)

// step sets the rate of updates at a moment of a run, and holds what is told of it a second later.
type step struct {
	at   time.Duration
	rate float64
	told string // of the rate in force; "": not checked
}

func (s step) do(t *testing.T, r *pipeline.Runner) {
	if err := r.SetRate(s.rate, 0); err != nil {
		t.Error(err)
	}
	time.AfterFunc(time.Second, func() {
		rate := r.Progress().Rate
		if told := fmt.Sprintf("%.3g: %s", rate.PerSecond, rate.Reason); s.told != "" && told != s.told {
			t.Errorf("a second after %.4g was set at %s: %s, want %s", s.rate, s.at, told, s.told)
		}
	})
}

// TestSetRate: a rate set live replaces the ceiling within a second, above or below it, until it is lifted; and the
// governor stays below it.
func TestSetRate(t *testing.T) {
	constant := func(q float64) func(time.Duration) float64 { return func(time.Duration) float64 { return q } }
	plenty := constant(1e9)
	// between is a quota of 100 that is another one between two moments.
	between := func(from, to time.Duration, q float64) func(time.Duration) float64 {
		return func(at time.Duration) float64 {
			if at >= from && at < to {
				return q
			}
			return 100
		}
	}
	pace := func(from, to int, rate float64) span { return span{from, to, rate, 0.98, 0, 0} }
	tests := []struct {
		name  string
		quota func(time.Duration) float64
		rate  float64
		steps []step
		spans []span        // what is accepted is at most 1.03 of it
		trip  time.Duration // of a call; 0: 80 ms
	}{
		{"raised", plenty, 20, []step{{seconds(10), 100, "100: set live"}}, []span{pace(0, 10, 20), pace(11, 20, 100)}, 0},
		{"lowered", plenty, 100, []step{{seconds(10), 10, "10: set live"}}, []span{pace(0, 10, 100), pace(11, 30, 10)}, 0},
		{"lowered and lifted", plenty, 20, []step{{seconds(10), 5, "5: set live"}, {seconds(20), 0, "20: ceiling"}},
			[]span{pace(11, 20, 5), pace(21, 40, 20)}, 0},
		{"set to what it is", plenty, 20, []step{{seconds(10), 20, "20: set live"}}, []span{pace(0, 20, 20)}, 0},
		{"set at once", plenty, 20, []step{{0, 50, "50: set live"}}, []span{pace(1, 10, 50)}, 0},
		{"unlimited", plenty, 20, []step{{seconds(10), unlimited, "0: unlimited"}}, []span{pace(0, 10, 20), pace(11, 13, 2500)}, 0},
		{"no longer unlimited", plenty, unlimited, []step{{seconds(1), 50, "50: set live"}}, []span{pace(2, 10, 50)}, 0},
		{"twice within a second", plenty, 20, []step{{seconds(10), 200, ""}, {seconds(10) + 200*ms, 40, "40: set live"}},
			[]span{pace(11, 20, 40)}, 0},

		{"raised over the quota", constant(25), 20, []step{{seconds(10), 200, ""}}, []span{{20, 50, 25, 0.97, 0.03, 0}}, 0},
		{"lowered below what is measured", constant(25), 200, []step{{seconds(20), 10, "10: set live"}}, []span{pace(21, 40, 10)}, 0},
		{"lowered just after a cut", constant(25), 200, []step{{seconds(2), 10, "10: set live"}}, []span{pace(3, 20, 10)}, 0},
		{"lowered between what is measured and twice as much", constant(25), 200, []step{{seconds(20), 30, ""}}, []span{{21, 50, 25, 0.97, 0.03, 0}}, 0},
		{"the quota falls below what was set", between(seconds(20), time.Hour, 57), 200, []step{{seconds(20), 60, ""}}, []span{{25, 60, 57, 0.95, 0.02, 0}}, 0},
		{"throttles of the rate before", between(seconds(10), seconds(10)+400*ms, 0), 50, []step{{seconds(10), 10, "10: set live"}}, []span{pace(12, 30, 10)}, 1000 * ms},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := account{quota: test.quota}
			runs := play(t, a, []client{{rate: test.rate, roundTrip: cmp.Or(test.trip, 80*ms), steps: test.steps}}, 0, seconds(test.spans[len(test.spans)-1].to))
			for _, want := range test.spans {
				if got := want.of(runs); got.reach < want.reach || got.reach > 1.03 || got.throttled > want.throttled {
					t.Errorf("%d to %d s: accepted %.3f of %.4g/s, throttled %.2f%%", want.from, want.to, got.reach, want.allowed, 100*got.throttled)
				}
			}
		})
	}
}
