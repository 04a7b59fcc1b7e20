package pipeline_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

// TestPausedTimeStopsNobody: what stops a run by how long it lasts does so after as long at work, whether the run was
// paused for longer meanwhile or not.
func TestPausedTimeStopsNobody(t *testing.T) {
	tests := []struct {
		name  string
		set   func(s *service) pipeline.Updater
		pause time.Duration // when it begins
		stop  string
		about time.Duration // at work
		slack time.Duration
	}{
		{"nothing but throttles", func(s *service) pipeline.Updater {
			s.fault = always(errThrottle)
			return s
		}, 2 * time.Minute, "nothing but throttles: for 5m", 5 * time.Minute, 8 * time.Second},
		{"the service is away", func(s *service) pipeline.Updater {
			s.fault = outage(5*time.Second, 24*time.Hour)
			return s
		}, 20 * time.Second, "the service is away: nothing has succeeded for ", 37 * time.Second, 10 * time.Second},
		{"calls hang", func(s *service) pipeline.Updater {
			s.fault = outage(5*time.Second, 24*time.Hour)
			return slow{s, s.fault, 15 * time.Second}
		}, 21 * time.Second, "the service is away: nothing has succeeded for ", 57 * time.Second, 15 * time.Second},
	}
	for _, test := range tests {
		for _, paused := range []time.Duration{0, 10 * time.Minute} {
			t.Run(fmt.Sprintf("%s/paused for %s", test.name, paused), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newService()
					g := newRig(t, pipeline.Config{Source: &list{changes: changes(1000, 1000)}, Updater: test.set(s)})
					if paused > 0 {
						g.pauseAfter(test.pause, paused)
					}
					begun := time.Now()
					state, err := g.Run(t.Context())
					if !strings.HasPrefix(fmt.Sprint(err), test.stop) {
						t.Errorf("%v, want %s", err, test.stop)
					}
					if off := state.Elapsed - test.about; off.Abs() > test.slack || state.Paused != paused {
						t.Errorf("stopped after %s at work, want %s; paused for %s", state.Elapsed, test.about, state.Paused)
					}
					if took := time.Since(begun); (took - state.Elapsed - state.Paused).Abs() > time.Second {
						t.Errorf("took %s, at work %s, paused %s", took, state.Elapsed, state.Paused)
					}
				})
			})
		}
	}
}

// TestPausedBackoff: the time for which a record waits to be tried again stands still, too. Without the pause, the attempts
// of one record would come at the same moments. Where one would have been due in a moment, nobody looks for it over and
// over.
func TestPausedBackoff(t *testing.T) {
	attempts := func(from, long time.Duration) (at []time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			s := newService()
			s.fault = always(errInternal)
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(1, 1)}, Updater: s, Rate: pipeline.Unlimited,
				Backoff: pipeline.Backoff{Jitter: func() float64 { return 1 }}})
			g.pauseAfter(from, long)
			begun := time.Now()
			g.Run(t.Context())
			for _, sent := range g.updates {
				d := sent.Sub(begun)
				if d > from {
					d -= long
				}
				at = append(at, d)
			}
		})
		return at
	}
	for _, from := range []time.Duration{5 * time.Second, 520*time.Millisecond - 1} {
		want, got := attempts(from, time.Nanosecond), attempts(from, 10*time.Minute)
		if len(want) < 6 || len(got) != len(want) {
			t.Fatalf("attempts at %v, without a pause at %v", got, want)
		}
		for i, at := range got {
			if (at - want[i]).Abs() > 100*time.Millisecond {
				t.Errorf("attempt %d at %s, without a pause at %s", i+1, at, want[i])
			}
		}
	}
}

// TestPausedRate: after an hour's pause the rate is what it was, be it at its ceiling or on its way back there.
func TestPausedRate(t *testing.T) {
	for _, throttled := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newService()
			if throttled {
				s.fault = as(errThrottle, outage(9*time.Second, 9*time.Second+200*time.Millisecond))
			}
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(1000, 1000)}, Updater: s, MaxDuration: 2 * time.Hour, Rate: 40})
			g.pauseAfter(10_003*time.Millisecond, time.Hour)
			rates := make(chan checkpoint.Rate, 2)
			for _, at := range []time.Duration{10_003, 3_600_000 + 10_002} {
				time.AfterFunc((at+1)*time.Millisecond-1, func() { rates <- g.Progress().Rate })
			}
			if _, err := g.Run(t.Context()); err != nil {
				t.Error(err)
			}
			if was, is := <-rates, <-rates; math.Abs(was.PerSecond-is.PerSecond) > 0.001*was.PerSecond || throttled == (was.PerSecond == 40) {
				t.Errorf("throttled %t: %+v, an hour later %+v", throttled, was, is)
			}
		})
	}
}

// TestPausedOverStarts: the state adds up over starts for how long the run was at work and for how long paused, also
// where a start ends while it is.
func TestPausedOverStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, state := &ledger{}, checkpoint.State{}
		all := changes(400, 400)
		const from, long = 2003 * time.Millisecond, 30 * time.Minute
		for start, end := range []time.Duration{10 * time.Minute, long + 5*time.Second, 2 * time.Hour} {
			g := newRig(t, pipeline.Config{Source: &list{changes: all, next: int(state.Position.Offset)}, Updater: newService(),
				Results: kept, Store: kept, Resume: state})
			g.pauseAfter(from, long)
			stop := time.AfterFunc(end, func() { g.Stop(pipeline.Interrupted) })
			seeing := make(chan pipeline.Progress, 1)
			time.AfterFunc(5*time.Minute, func() { seeing <- g.Progress() })
			before, worked := state.Paused, state.Elapsed
			state, _ = g.Run(t.Context())
			stop.Stop()
			seen := <-seeing
			if want := before + 5*time.Minute - from; seen.PausedFor != want || seen.Pause != pipeline.Paused {
				t.Errorf("start %d: after 5 minutes %s, for %s, want %s", start, seen.Pause, seen.PausedFor, want)
			}
			if want := worked + from; seen.Elapsed != want {
				t.Errorf("start %d: after 5 minutes it was at work for %s, want %s", start, seen.Elapsed, want)
			}
		}
		if state.Phase != checkpoint.Finished || len(kept.results) != 400 {
			t.Fatalf("%s, %d results", state.Phase, len(kept.results))
		}
		if want := 10*time.Minute - from + 2*long; state.Paused != want || state.Elapsed.Round(time.Second) != 20*time.Second {
			t.Errorf("paused for %s, want %s; at work for %s, want 20s", state.Paused, want, state.Elapsed)
		}
	})
}

// TestReadIsTimedAlone: how long a read takes does not count for how long its second permit took.
func TestReadIsTimedAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		both := &twofold{Preparer: &reader{live: s.last, latency: 20 * time.Millisecond}, latency: 30 * time.Millisecond}
		longest := map[bool]time.Duration{}
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(100, 100)}, Updater: s, Preparer: both, ReadRate: 5,
			Called: func(c pipeline.Call) { longest[c.Reading] = max(longest[c.Reading], c.Took) }})
		both.g = g
		g.pauseAfter(10_003*time.Millisecond, time.Hour)
		if _, err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]time.Duration{true: 50 * time.Millisecond, false: 20 * time.Millisecond}; fmt.Sprint(longest) != fmt.Sprint(want) {
			t.Errorf("the longest update and read took %v, want %v", longest, want)
		}
	})
}
