package pipeline_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
)

// TestCeiling: a ceiling that is set live holds within a second, whatever the one before it was, above Config's or below
// it, for updates and for reads, and so does Config's once it is lifted.
func TestCeiling(t *testing.T) {
	const config, unlimited = 20, pipeline.Unlimited
	tests := []struct {
		from, to float64 // 0: that of Config
		want     float64
	}{
		{0.1, 100, 100}, {1, 100, 100}, {100, 1, 1}, {100, 0, config}, {0, 100, 100}, {1, 0, config}, {5, unlimited, 160},
		{unlimited, 5, 5}, {unlimited, 0, config}, {0.01, 0.5, 0.5}, {1e-9, 10, 10}, {100, 1e-9, 0},
	}
	for _, test := range tests {
		for _, reads := range []bool{false, true} {
			t.Run(fmt.Sprintf("%g to %g, reads %t", test.from, test.to, reads), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newService()
					s.latency = 200 * time.Millisecond // 160 a second, by 32 workers
					look := &reader{live: s.last, latency: s.latency}
					cfg := pipeline.Config{Source: &list{changes: changes(5000, 5000)}, Updater: s, MaxDuration: 22 * time.Second}
					if reads {
						s.latency = 0
						cfg.Preparer, cfg.Rate, cfg.ReadRate = look, unlimited, config
					}
					g := newRig(t, cfg)
					set := func(rate float64) {
						updates, of := rate, 0.0
						if reads {
							updates, of = 0, rate
						}
						if err := g.SetRate(updates, of); err != nil {
							t.Error(err)
						}
					}
					set(test.from)
					begun := time.Now()
					time.AfterFunc(10_003*time.Millisecond, func() { set(test.to) })
					g.Run(t.Context())
					calls := g.updates
					if reads {
						calls = g.reads
					}
					from := begun.Add(11_003 * time.Millisecond)
					calls = slices.DeleteFunc(calls, func(at time.Time) bool { return at.Before(from) || !at.Before(from.Add(10*time.Second)) })
					if got := float64(len(calls)) / 10; math.Abs(got-test.want) > 0.1+0.02*test.want {
						t.Errorf("%.1f/s from a second later on, want %.1f/s", got, test.want)
					}
					if most := mostInASecond(calls); test.want < unlimited && test.want != 160 && most > perSecond(test.want) {
						t.Errorf("%d within a second at %g/s", most, test.want)
					}
				})
			})
		}
	}
}

// TestCeilingWhilePaused: what is set while a run is paused holds from its end on, and lets nothing through before.
func TestCeilingWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(1000, 1000)}, Updater: s})
		g.pauseAfter(5003*time.Millisecond, time.Hour)
		for i, rate := range []float64{0.1, pipeline.Unlimited, 500, 3} {
			time.AfterFunc(time.Duration(i+1)*10*time.Minute, func() { g.SetRate(rate, 0) })
		}
		time.AfterFunc(time.Hour+15*time.Second+3*time.Millisecond, func() { g.Stop(pipeline.Interrupted) })
		begun := time.Now()
		g.Run(t.Context())
		g.checkPauses(t)
		after := slices.DeleteFunc(slices.Clone(g.updates), func(at time.Time) bool { return at.Sub(begun) < time.Hour })
		if len(after) < 29 || len(after) > 31 || mostInASecond(after) > 3 {
			t.Errorf("%d updates in the ten seconds behind the pause, %d in one of them, want 30 and 3", len(after), mostInASecond(after))
		}
	})
}
