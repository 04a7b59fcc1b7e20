package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// pauseScene is a run that is paused in the middle of what it does.
type pauseScene struct {
	name    string
	rate    float64
	rows    int
	pausing time.Duration // how long calls that were under way take
	again   time.Duration // within which something begins again; 0: a second
	set     func(s *service, cfg *pipeline.Config)
	twice   bool // a record takes two reads
}

var pauseScenes = []pauseScene{
	{name: "one in ten seconds", rate: 0.1, rows: 20, again: 10 * time.Second},
	{name: "one a second", rate: 1, rows: 60},
	{name: "20 a second", rate: 20, rows: 400},
	{name: "100 a second", rate: 100, rows: 1600},
	{name: "as fast as it goes", rate: pipeline.Unlimited, rows: 2500, set: func(s *service, _ *pipeline.Config) { s.latency = 200 * time.Millisecond }},
	{name: "calls of 20 seconds", rate: 20, rows: 200, pausing: 20 * time.Second, again: 21 * time.Second,
		set: func(s *service, _ *pipeline.Config) { s.latency = 20 * time.Second }},
	{name: "throttled", rate: 20, rows: 400, set: func(s *service, _ *pipeline.Config) { s.fault = as(errThrottle, outage(5*time.Second, 15*time.Second)) }, again: 2 * time.Second},
	{name: "in backoff", rate: 20, rows: 400, again: 31 * time.Second, set: func(s *service, cfg *pipeline.Config) {
		s.fault = func(int, *sources.Change) error {
			if rand.N(2) == 0 {
				return errInternal
			}
			return nil
		}
		cfg.MaxAttempts = 100
	}},
	{name: "users are read", rate: 20, rows: 400, set: reading(20 * time.Millisecond)},
	{name: "reads of two seconds", rate: 20, rows: 400, pausing: 2 * time.Second, again: 5 * time.Second, set: reading(2 * time.Second)},
	{name: "two users are read", rate: 20, rows: 400, twice: true, set: reading(20 * time.Millisecond)},
	{name: "reads are the bottleneck", rate: 20, rows: 200, twice: true, set: func(s *service, cfg *pipeline.Config) {
		reading(20*time.Millisecond)(s, cfg)
		cfg.ReadRate = 2
	}},
	{name: "images too old", rate: 0.05, rows: 12, again: 20 * time.Second, set: reading(20 * time.Millisecond)},
	{name: "images too old, reads of nine seconds", rate: 20, rows: 200, pausing: 9 * time.Second, again: 20 * time.Second, set: reading(9 * time.Second)},
	{name: "updates to be confirmed", rate: 20, rows: 400, set: func(s *service, cfg *pipeline.Config) {
		reading(20*time.Millisecond)(s, cfg)
		s.outcome, cfg.ReadRate = pipeline.Unconfirmed, 25
	}},
	{name: "poisoned users, a probe", rate: 20, rows: 400, again: 31 * time.Second, set: func(s *service, cfg *pipeline.Config) {
		s.fault, cfg.MaxAttempts = poison(150, 170), 1
		cfg.Probe = func(ctx context.Context) error { return pass(ctx, 100*time.Millisecond) }
	}},
	{name: "many records of a user", rate: 20, rows: 150, set: func(_ *service, cfg *pipeline.Config) {
		cfg.Key = func(*sources.Change) string { return "ann" }
	}, again: 2 * time.Second},
}

// as is a fault of another kind.
func as(err error, fault faults) faults {
	return func(n int, c *sources.Change) error {
		if fault(n, c) != nil {
			return err
		}
		return nil
	}
}

func reading(latency time.Duration) func(*service, *pipeline.Config) {
	return func(s *service, cfg *pipeline.Config) { cfg.Preparer = &reader{live: s.last, latency: latency} }
}

// TestPause: at every rate, and whatever the run is about, no call begins while it is paused; it is paused as soon as
// those under way are through; afterwards it goes on at the rate and no faster, to its end.
func TestPause(t *testing.T) {
	for _, scene := range pauseScenes {
		t.Run(scene.name, func(t *testing.T) {
			for _, at := range pauseMoments() {
				synctest.Test(t, func(t *testing.T) { scene.play(t, at) })
			}
		})
	}
}

// pauseMoments are when a run is paused: between the beats of every rate. In short it is one of them, for each is paused the
// same way.
func pauseMoments() []time.Duration {
	moments := []time.Duration{7_000_300 * time.Microsecond, 10_031_700 * time.Microsecond, 13_990_100 * time.Microsecond}
	if testing.Short() {
		return moments[1:2]
	}
	return moments
}

func (scene pauseScene) play(t *testing.T, at time.Duration) {
	s := newService()
	cfg := pipeline.Config{Source: &list{changes: changes(scene.rows, scene.rows)}, Updater: s, Rate: scene.rate,
		Budget: pipeline.Budget{Given: true, Records: 10}}
	if scene.set != nil {
		scene.set(s, &cfg)
	}
	both := &twofold{Preparer: cfg.Preparer}
	if scene.twice {
		cfg.Preparer = both
	}
	g := newRig(t, cfg)
	both.g = g
	const long = 2 * time.Minute
	g.pauseAfter(at, long)
	seen := make(chan pipeline.PauseState, 4)
	for _, after := range []time.Duration{-time.Millisecond, scene.pausing + time.Second, long - time.Millisecond, long + time.Millisecond} {
		time.AfterFunc(at+after, func() { seen <- g.Progress().Pause })
	}
	state, err := g.Run(t.Context())
	if err != nil || state.Counts.Done() != int64(scene.rows) || s.overlaps > 0 {
		t.Errorf("%v: %d of %d done, %d overlaps", err, state.Counts.Done(), scene.rows, s.overlaps)
	}
	if states, want := fmt.Sprint([]pipeline.PauseState{<-seen, <-seen, <-seen, <-seen}), "[ paused paused ]"; states != want {
		t.Errorf("before, once calls are through, at the end and after: %q, want %q", states, want)
	}
	g.checkPauses(t)
	if again := firstAfter(g.all(), g.pauses[0].until); again > max(time.Second, scene.again) {
		t.Errorf("went on %s after the pause", again)
	}
	if most := mostInASecond(g.updates); scene.rate != pipeline.Unlimited && most > perSecond(scene.rate) {
		t.Errorf("%d updates within a second at %g/s", most, scene.rate)
	}
	if most := mostInASecond(g.reads); cfg.Preparer != nil && most > perSecond(80) {
		t.Errorf("%d reads within a second at 80/s", most)
	}
	if state.Paused != long {
		t.Errorf("paused for %s of %s", state.Paused, long)
	}
}

// TestPauseBegins: a start that is paused before it runs begins so, and makes no call until it is let go.
func TestPauseBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(20, 20)}, Updater: s, Preparer: &reader{live: s.last}})
		g.Pause()
		time.Sleep(time.Hour) // on the clock of the bubble: nothing runs yet, and nothing is counted
		begun := time.Now()
		time.AfterFunc(10*time.Minute, g.Unpause)
		state, err := g.Run(t.Context())
		if err != nil || state.Counts.Updated != 20 || g.all()[0].Sub(begun) < 10*time.Minute {
			t.Errorf("%v: %d updated, the first call after %s", err, state.Counts.Updated, g.all()[0].Sub(begun))
		}
		if state.Paused != 10*time.Minute || state.Elapsed > 2*time.Second || state.Elapsed <= 0 {
			t.Errorf("paused for %s, at work for %s", state.Paused, state.Elapsed)
		}
	})
}

// TestPauseStops: a paused run is stopped, or its context ends, at once, wherever its records stand; the state that is
// left says how it ended and not that it is paused, and the next start does the rest.
func TestPauseStops(t *testing.T) {
	away := func(context.Context) error { return nil }
	tests := []struct {
		name  string
		cfg   func(s *service) pipeline.Config
		end   func(g *rig, cancel func())
		stop  string
		phase checkpoint.Phase
	}{
		{"by hand", func(*service) pipeline.Config { return pipeline.Config{} },
			func(g *rig, _ func()) { g.StopFor(&pipeline.StopError{Reason: pipeline.ByHand, Detail: "ann@host"}) },
			"stopped by hand: ann@host", checkpoint.Stopped},
		{"by a signal", func(s *service) pipeline.Config { return pipeline.Config{Preparer: &reader{live: s.last}} },
			func(g *rig, _ func()) { g.Stop(pipeline.Interrupted) }, "interrupted", checkpoint.Interrupted},
		{"its context ends", func(*service) pipeline.Config { return pipeline.Config{} },
			func(_ *rig, cancel func()) { cancel() }, "interrupted", checkpoint.Interrupted},
		{"its time is up", func(*service) pipeline.Config { return pipeline.Config{MaxDuration: time.Minute} },
			func(*rig, func()) {}, "the time is up", checkpoint.Stopped},
		{"while it would probe", func(s *service) pipeline.Config {
			s.fault = poison(30, 31)
			return pipeline.Config{MaxAttempts: 1, Probe: away}
		}, func(g *rig, _ func()) { g.Stop(pipeline.Interrupted) }, "interrupted", checkpoint.Interrupted},
		{"all are parked, and it would probe", func(s *service) pipeline.Config {
			s.fault = poison(98, 99)
			s.latency = 6 * time.Second
			return pipeline.Config{MaxAttempts: 1, Probe: away, Workers: 100, Rate: pipeline.Unlimited}
		}, func(g *rig, _ func()) { g.Stop(pipeline.Interrupted) }, "interrupted", checkpoint.Interrupted},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, at := range []time.Duration{503, 1637, 3011, 4507} { // ms
				synctest.Test(t, func(t *testing.T) {
					s := newService()
					cfg := test.cfg(s)
					cfg.Updater, cfg.Source = s, &list{changes: changes(100, 100)}
					g := newRig(t, cfg)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					g.pauseAfter(at*time.Millisecond, time.Hour)
					begun := time.Now()
					time.AfterFunc(time.Minute, func() { test.end(g, cancel) })
					state, err := g.Run(ctx)
					if took := time.Since(begun); fmt.Sprint(err) != test.stop || took != time.Minute {
						t.Errorf("%v after %s, want %s after a minute", err, took, test.stop)
					}
					if state.Phase != test.phase || state.Pause != "" || state.Paused != time.Minute-at*time.Millisecond {
						t.Errorf("the state is %s, pause %q, for %s", state.Phase, state.Pause, state.Paused)
					}
					g.checkPauses(t)
					cfg.Source, cfg.Resume = &list{changes: changes(100, 100), next: int(state.Position.Offset)}, state
					s.latency = 20 * time.Millisecond
					if state, err = newRig(t, cfg).Run(t.Context()); err != nil && cfg.Probe == nil || state.Counts.Done() < 98 {
						t.Errorf("the next start: %v, %d done", err, state.Counts.Done())
					}
				})
			}
		})
	}
}

// TestPauseWhileStopping: a pause that comes once the run stops holds up nobody.
func TestPauseWhileStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.latency = 5 * time.Second
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(100, 100)}, Updater: s})
		begun := time.Now()
		time.AfterFunc(10*time.Second, func() { g.Stop(pipeline.Interrupted) })
		g.pauseAfter(11*time.Second, time.Hour)
		_, err := g.Run(t.Context())
		if stop, ok := errors.AsType[*pipeline.StopError](err); !ok || stop.Reason != pipeline.Interrupted || time.Since(begun) > 16*time.Second {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
	})
}

// TestHalt: calls under way are cancelled at once, paused or not; they are made again.
func TestHalt(t *testing.T) {
	for _, paused := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newService()
			s.latency = 10 * time.Second
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(100, 100)}, Updater: s, Rate: 1})
			if paused {
				g.pauseAfter(14*time.Second, time.Hour)
			}
			begun := time.Now()
			time.AfterFunc(15*time.Second+time.Millisecond, func() {
				g.StopFor(&pipeline.StopError{Reason: pipeline.ByHand})
				g.Halt()
				g.Halt() // once more changes nothing
			})
			state, err := g.Run(t.Context())
			if took := time.Since(begun).Round(time.Second); fmt.Sprint(err) != "stopped by hand" || took != 15*time.Second {
				t.Errorf("paused %t: %v after %s", paused, err, took)
			}
			if done, sent := state.Counts.Done(), len(g.updates); done == 0 || done >= int64(sent) || len(s.accepted) != int(done) {
				t.Errorf("paused %t: %d done and %d accepted of %d sent", paused, done, len(s.accepted), sent)
			}
		})
	}
}
