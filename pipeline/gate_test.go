package pipeline

import (
	"context"
	"io"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/sources"
)

// endless is a source without an end, and an updater that counts the calls that it lets begin.
type endless struct {
	n     atomic.Int64
	begun atomic.Int64
	end   atomic.Bool
}

func (e *endless) Next(context.Context) (*sources.Change, error) {
	if e.end.Load() {
		return nil, io.EOF
	}
	return &sources.Change{Username: strconv.FormatInt(e.n.Add(1), 10), Attributes: []sources.Attribute{{Name: "locale", Value: "de"}}}, nil
}

func (e *endless) Update(context.Context, *sources.Change) (Outcome, error) {
	e.begun.Add(1)
	return Updated, nil
}

// TestGateRaces: among real goroutines, as fast as they go, no call begins between Pause and Unpause, however quickly
// and by how many these are called; the run is paused as soon as calls are through, and comes to its end.
func TestGateRaces(t *testing.T) {
	t.Run("updates", func(t *testing.T) { raceGate(t, Config{Workers: 8}, &endless{}) })
	e := &endless{}
	t.Run("reads that are kept", func(t *testing.T) { raceGate(t, Config{Workers: 4, Ahead: 8, Preparer: e}, e) })
}

func raceGate(t *testing.T, cfg Config, e *endless) {
	cfg.Source, cfg.Updater, cfg.Rate, cfg.ReadRate = e, e, Unlimited, Unlimited
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := r.Run(t.Context())
		done <- err
	}()
	for range 300 {
		r.Pause()
		before := e.begun.Load() // one that passed the gate may not have been counted yet
		for r.Progress().Pause != Paused {
			before = e.begun.Load()
		}
		before = max(before, e.begun.Load())
		for range 20 {
			r.Pause() // once more changes nothing
			if now := e.begun.Load(); now != before {
				t.Fatalf("%d calls began while the run was paused", now-before)
			}
		}
		r.Unpause()
		for e.begun.Load() == before { // and it does go on
			runtime.Gosched()
		}
	}
	e.end.Store(true)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Prepare finds the user as nobody left it, and keeps that.
func (e *endless) Prepare(ctx context.Context, c, _ *sources.Change) (*sources.Change, error) {
	e.begun.Add(1)
	return c, Keep(ctx, func() error { runtime.Gosched(); return nil })
}

func (e *endless) Holds(context.Context, *sources.Change) (bool, error) { return true, nil }

// TestPlacesOfTheGate: one who has no place waits for it until one leaves, until the run stops, and not while it is paused.
func TestPlacesOfTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, stop := newGate(1), make(chan struct{})
		g.begin(time.Now())
		if !g.enter(stop) {
			t.Fatal("there is no place")
		}
		time.AfterFunc(time.Minute, g.leave)
		begun := time.Now()
		if !g.enter(stop) || time.Since(begun) != time.Minute {
			t.Errorf("the second was in after %s", time.Since(begun))
		}
		time.AfterFunc(time.Minute, func() { g.turn(true); g.leave() })
		if g.enter(stop) || g.state() != Paused {
			t.Errorf("one was let in at a pause, or it is %q", g.state())
		}
		g.turn(false)
		if !g.enter(stop) {
			t.Error("who was not let in keeps a place")
		}
		time.AfterFunc(time.Minute, func() { g.turn(true); g.turn(false); g.leave() })
		if g.enter(stop) {
			t.Error("one who waited for a place over a pause was let in with what it had before")
		}
		if !g.enter(stop) {
			t.Error("there is no place")
		}
		time.AfterFunc(time.Minute, func() { close(stop) })
		if g.enter(stop) {
			t.Error("one was let in when the run stopped")
		}
	})
}

// TestPauses: moments of the clock in the time of the run.
func TestPauses(t *testing.T) {
	begin := time.Now()
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	var p pauses
	p.begin(at(10))
	p.end(at(20))
	p.begin(at(20)) // at once again
	p.end(at(25))
	p.begin(at(40))
	for _, test := range []struct {
		name       string
		clock, run int
	}{
		{"before all", 5, 5}, {"as the first begins", 10, 10}, {"within", 15, 10}, {"between two that meet", 20, 10},
		{"as the second ends", 25, 10}, {"between", 30, 15}, {"as the last begins", 40, 25}, {"while it goes on", 4000, 25},
	} {
		if got := p.at(at(test.clock)); !got.Equal(at(test.run)) {
			t.Errorf("%s: second %d is %s, want %ds", test.name, test.clock, got.Sub(begin), test.run)
		}
	}
	if total := p.total(at(50)); total != 25*time.Second {
		t.Errorf("in all %s", total)
	}
}

// TestGate: what is shut lets nobody in, whatever they waited for before; who is in leaves, and then it is paused.
func TestGate(t *testing.T) {
	g, stop := newGate(0), make(chan struct{})
	shut, opened := g.wait(stop)
	if !opened || !g.enter(stop) || g.state() != Going {
		t.Fatal("it is not open")
	}
	g.turn(true)
	select {
	case <-shut:
	default:
		t.Error("who waits for a permit is not told")
	}
	if g.enter(stop) || g.state() != Pausing {
		t.Errorf("it lets in, or is %q", g.state())
	}
	g.leave()
	if g.state() != Paused {
		t.Errorf("it is %q", g.state())
	}
	g.turn(false)
	if !g.await(stop) || g.state() != Going {
		t.Errorf("it is %q", g.state())
	}
	g.turn(true)
	close(stop)
	if g.await(stop) {
		t.Error("it lets in at the end")
	}
}

// TestIsOld: how old an image is, is judged by the clock where a machine slept meanwhile, and by the time that passed
// where the clock was set.
func TestIsOld(t *testing.T) {
	asked := time.Now()
	for _, test := range []struct {
		name   string
		passed time.Duration
		set    int64 // seconds that the clock went on besides
		want   bool
	}{
		{"young", ImageAge, 0, false}, {"old", ImageAge + time.Second, 0, true},
		{"the machine slept", time.Second, 8 * 3600, true}, {"for a moment", time.Second, 3, false},
		{"the clock was set back", time.Second, -3600, false}, {"set back, and it is old", ImageAge + time.Second, -3600, true},
	} {
		if got := isOld(asked, setWall(asked.Add(test.passed), test.set), ImageAge); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}
