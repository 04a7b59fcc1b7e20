package pipeline_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
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

// TestSetReadRate: reads have a rate of their own, which holds back the updates behind them.
func TestSetReadRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		look := &reader{live: s.last}
		r, err := pipeline.New(pipeline.Config{Source: &list{changes: changes(1000, 1000)}, Updater: s, Preparer: look, MaxDuration: seconds(30)})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(seconds(10), func() {
			if err := r.SetRate(0, 5); err != nil {
				t.Error(err)
			}
		})
		r.Run(t.Context())
		for _, want := range []struct {
			from, to int
			rate     float64
		}{{1, 10, 20}, {20, 29, 5}} { // what was read ahead is sent before
			if got := s.acceptedIn(seconds(want.from), seconds(want.to)); math.Abs(got-want.rate) > 0.02*want.rate {
				t.Errorf("%d to %d s: %.1f/s, want %.1f/s", want.from, want.to, got, want.rate)
			}
		}
	})
}

// TestSetRateIsForgotten: a run that goes on in another start begins with the rate of its configuration.
func TestSetRateIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, all := &ledger{}, changes(1000, 1000)
		var state checkpoint.State
		for start, want := range []float64{50, 20} {
			s := newService()
			r, err := pipeline.New(pipeline.Config{
				Source: &list{changes: all, next: int(state.Position.Offset)}, Updater: s, Results: kept, Store: kept,
				Resume: state, MaxDuration: seconds(10),
			})
			if err != nil {
				t.Fatal(err)
			}
			if start == 0 {
				r.SetRate(50, 50) // before it runs
			}
			state, _ = r.Run(t.Context())
			if got := s.acceptedIn(0, seconds(9)); math.Abs(got-want) > 0.02*want || state.Rate.PerSecond != want {
				t.Errorf("start %d: %.1f/s, saved %.1f/s; want %.1f/s", start, got, state.Rate.PerSecond, want)
			}
		}
	})
}

// TestSetRateRefuses: a number that is no rate changes neither.
func TestSetRateRefuses(t *testing.T) {
	tests := []struct {
		name           string
		updates, reads float64
		want           string
	}{
		{"negative", -1, 10, "pipeline: rate is -1, want more than 0, or 0 for the one of the configuration"},
		{"no number", 10, math.NaN(), "pipeline: read rate is NaN, want more than 0, or 0 for the one of the configuration"},
		{"infinite", math.Inf(1), 10, "pipeline: rate is +Inf, want more than 0, or 0 for the one of the configuration"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				r, err := pipeline.New(pipeline.Config{Source: &list{changes: changes(100, 100)}, Updater: s})
				if err != nil {
					t.Fatal(err)
				}
				if err := r.SetRate(test.updates, test.reads); fmt.Sprint(err) != test.want {
					t.Errorf("%v, want %s", err, test.want)
				}
				r.Run(t.Context())
				if last := slices.Max(s.sent).Round(100 * ms); last != 5*time.Second {
					t.Errorf("the last of 100 was sent after %s, want 5s", last)
				}
			})
		})
	}
}
