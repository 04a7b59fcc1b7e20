package pipeline_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

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

const ms = time.Millisecond

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
