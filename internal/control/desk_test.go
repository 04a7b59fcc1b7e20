package control

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

func ann(reason string) rundir.Order {
	return rundir.Order{At: time.Now().UTC(), By: "ann@host by command", Reason: reason}
}

func number(perSecond float64) *float64 { return &perSecond }

// happened are the events of a run, as one line each: kind by: from > to (reason).
func happened(t *testing.T, dir string) []string {
	t.Helper()
	events, err := telemetry.ReadEvents(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range events {
		all = append(all, strings.Join([]string{string(e.Kind), e.By, e.From + ">" + e.To, e.Reason}, " | "))
	}
	return all
}

func wantEvents(t *testing.T, dir string, want ...string) {
	t.Helper()
	if got := happened(t, dir); !slices.Equal(got, want) {
		t.Errorf("events:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// TestDeskRemembers: what is asked is in force, told and kept, and the next start asks it of its run before it begins.
func TestDeskRemembers(t *testing.T) {
	s := newScene(t)
	dir := s.cfg.Dir
	got, err := s.Pause(ann("support called"), time.Time{})
	if err != nil || got.State != "paused" || !got.Asked.Paused || got.Effective.Reason != "ann@host by command: support called" {
		t.Errorf("pause: %+v, %v", got, err)
	}
	for range 2 { // a verb that changes nothing is none
		if got, err = s.Limit(ann(""), Limits{SetRate: true, Rate: number(10)}); err != nil || *got.Effective.Rate != 10 || *got.Effective.ReadRate != 80 {
			t.Errorf("rate: %+v, %v", got.Effective, err)
		}
	}
	if got, err = s.Limit(ann("all night"), Limits{SetRate: true, Rate: number(100)}); err != nil || *got.Effective.ReadRate != 100 {
		t.Errorf("reads do not follow: %+v, %v", got.Effective, err)
	}
	if got, err = s.Limit(ann(""), Limits{SetReadRate: true, ReadRate: number(7)}); err != nil || *got.Effective.Rate != 100 || *got.Effective.ReadRate != 7 {
		t.Errorf("reads have none of their own: %+v, %v", got.Effective, err)
	}
	want := []string{
		"paused | ann@host by command | > | support called",
		"rate | ann@host by command | 20>10 | ",
		"rate | ann@host by command | 10>100 | all night",
		"read_rate | ann@host by command | 80>100 | all night",
		"read_rate | ann@host by command | 100>7 | ",
	}
	wantEvents(t, dir, want...)
	s.end()

	again := &seenRun{}
	d, err := open(Config{Run: again, FS: disk.OS{}, Dir: dir, Log: s.log, Meter: s.cfg.Meter, State: checkpoint.State{Phase: checkpoint.Running}, Rate: 20, Reads: s.cfg.Reads})
	if err != nil || !again.paused || again.rate != 100 || again.reads != 7 {
		t.Errorf("the next start: %+v, %v", again, err)
	}
	wantEvents(t, dir, want...) // it is all told
	if got, err = d.Limit(ann(""), Limits{SetRate: true, SetReadRate: true}); err != nil || *got.Effective.Rate != 20 || again.rate != 0 || again.reads != 0 {
		t.Errorf("lifted: %+v, %v", got.Effective, err)
	}
	if got, err = d.Unpause(ann("")); err != nil || got.State != "running" || got.Asked.Paused || again.paused {
		t.Errorf("unpause: %+v, %v", got, err)
	}
}

// TestDeskReckons: the pace is that of the counts of a moment in the time until that moment, whenever the run was saved.
func TestDeskReckons(t *testing.T) {
	s := newScene(t)
	saved := checkpoint.State{Phase: checkpoint.Running, SavedAt: time.Now(), Elapsed: time.Second, Counts: checkpoint.Counts{Updated: 20}}
	s.Saved(saved)
	s.run.locked(func() { s.run.counts.Updated, s.run.counts.Awaiting, s.run.worked = 34, 2, 1800*time.Millisecond })
	if got := s.Status(); got.PerSecond != 20 || got.Elapsed != 1.8 {
		t.Errorf("%v/s after %vs of work, want 20/s after 1.8s", got.PerSecond, got.Elapsed)
	}
	s.end()
	s.Saved(saved)
	if got := s.Status(); got.PerSecond != 20 || got.Elapsed != 1 {
		t.Errorf("in the end %v/s after %vs of work, want 20/s after 1s", got.PerSecond, got.Elapsed)
	}
}

// TestDeskTakesUp: what another process has written while this one is at work, and while nobody was.
func TestDeskTakesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		dir := s.cfg.Dir
		change := func(by func(*rundir.Asked)) {
			if _, _, err := rundir.ChangeAsked(disk.OS{}, dir, by); err != nil {
				t.Fatal(err)
			}
		}
		bob := &rundir.Order{At: time.Now().UTC(), By: "bob@other by command", Reason: "noon"}
		change(func(a *rundir.Asked) { a.Paused, a.PauseOrder = true, bob })
		change(func(a *rundir.Asked) { a.Rate, a.RateOrder = number(5), bob })
		time.Sleep(lookEvery + time.Millisecond)
		if got := s.Status(); got.State != "paused" || *got.Effective.Rate != 5 || got.Effective.Reason != "bob@other by command: noon" {
			t.Errorf("after two seconds: %s %+v", got.State, got.Effective)
		}
		told := []string{"paused | bob@other by command | > | noon", "rate | bob@other by command | 20>5 | noon"}
		wantEvents(t, dir, told...)

		// What cannot be read changes nothing.
		path := filepath.Join(dir, rundir.AskedJSON)
		text, _ := os.ReadFile(path)
		if err := os.WriteFile(path, []byte("pause!"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * lookEvery)
		if got := s.Status(); got.State != "paused" {
			t.Errorf("garbage has it %s", got.State)
		}
		if _, err := s.Unpause(ann("")); err == nil || !strings.Contains(err.Error(), "control.json: what was asked of the run cannot be read") {
			t.Errorf("it is changed: %v", err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		s.end()

		// While nobody is at work.
		time.Sleep(time.Minute)
		bob = &rundir.Order{At: time.Now().UTC(), By: "bob@other by command"}
		change(func(a *rundir.Asked) { a.Paused, a.PauseOrder = false, bob })
		cfg := s.cfg
		cfg.Run = &seenRun{}
		if _, err := open(cfg); err != nil {
			t.Fatal(err)
		}
		wantEvents(t, dir, append(told, "unpaused | bob@other by command | > | ")...)
	})
}

func TestPauseThatRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		until := time.Now().Add(30 * time.Minute)
		if _, err := s.Pause(ann("lunch"), until); err != nil {
			t.Fatal(err)
		}
		time.Sleep(29 * time.Minute)
		if got := s.Status(); got.State != "paused" {
			t.Errorf("a minute before: %s", got.State)
		}
		time.Sleep(time.Minute + lookEvery)
		got := s.Status()
		if got.State != "running" || got.Asked.Paused || got.Asked.PauseOrder != nil {
			t.Errorf("afterwards: %+v", got)
		}
		wantEvents(t, s.cfg.Dir, "paused | ann@host by command | >"+until.UTC().Format(time.RFC3339)+" | lunch", "unpaused |  | > | ")

		// While nobody is at work.
		if _, err := s.Pause(ann(""), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		s.end()
		time.Sleep(time.Hour)
		cfg := s.cfg
		run := &seenRun{}
		cfg.Run = run
		if d, err := open(cfg); err != nil || run.paused || d.Status().Asked.Paused {
			t.Errorf("an hour later: %+v, %v", run, err)
		}
		if got := happened(t, s.cfg.Dir); got[len(got)-1] != "unpaused |  | > | " {
			t.Errorf("last: %s", got[len(got)-1])
		}
		if _, err := s.Pause(ann(""), time.Now().Add(-time.Minute)); err == nil {
			t.Error("a pause until yesterday")
		}
	})
}

// TestPauseRunsOutBesideDamage: the clock lets a run go on whatever has become of control.json.
func TestPauseRunsOutBesideDamage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		if _, err := s.Pause(ann("lunch"), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.cfg.Dir, rundir.AskedJSON), []byte("pause!"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute + lookEvery)
		if got := s.Status(); got.State != "running" {
			t.Errorf("afterwards: %s", got.State)
		}
	})
}

// TestGuardBesidePeople: the run is paused if either wants it, and an order of the one is none of the other's.
func TestGuardBesidePeople(t *testing.T) {
	s := newScene(t)
	const guard = "the program of --pause-when: alarm Throttles"
	for _, step := range []struct {
		name        string
		do          func()
		state, want string
	}{
		{"the program pauses", func() { s.Guard(true, "alarm Throttles") }, "paused", guard},
		{"a person would let it go on", func() { _, _ = s.Unpause(ann("")) }, "paused", guard},
		{"a person pauses, too", func() { _, _ = s.Pause(ann("support called"), time.Time{}) }, "paused", "ann@host by command: support called; and " + guard},
		{"the program has it go on", func() { s.Guard(false, "") }, "paused", "ann@host by command: support called"},
		{"it says so again", func() { s.Guard(false, "") }, "paused", "ann@host by command: support called"},
		{"and the person", func() { _, _ = s.Unpause(ann("")) }, "running", ""},
	} {
		step.do()
		if got := s.Status(); got.State != step.state || got.Effective.Reason != step.want || got.StartedAt.IsZero() {
			t.Errorf("%s: %s, %q, since %s", step.name, got.State, got.Effective.Reason, got.StartedAt)
		}
	}
	wantEvents(t, s.cfg.Dir,
		"paused | the program of --pause-when | > | alarm Throttles",
		"paused | ann@host by command | > | support called",
		"unpaused | the program of --pause-when | > | ",
		"unpaused | ann@host by command | > | ")
	if asked, err := rundir.LoadAsked(s.cfg.Dir); err != nil || asked.Paused {
		t.Errorf("what the program wants is kept: %+v, %v", asked, err)
	}
}

// TestStopHolds: by the socket, or by a file that another process has written; and at the next start, if nobody lifted it.
func TestStopHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		got, err := s.Stop(ann("wrong tiers"), false)
		if err != nil || got.State != "stopping" || s.run.halted {
			t.Errorf("stop: %+v, %v", got, err)
		}
		if got, err = s.Stop(ann("wrong tiers"), true); err != nil || !s.run.halted {
			t.Errorf("stop now: %+v, %v", got, err)
		}
		if stop := s.run.stop; stop.Reason != pipeline.ByHand || stop.Error() != "stopped by hand: ann@host by command: wrong tiers" || !strings.Contains(stop.Hint(), "--unhold") {
			t.Errorf("it ends with %v; hint: %s", stop, stop.Hint())
		}
		wantEvents(t, s.cfg.Dir, "stopping | ann@host by command | > | wrong tiers")
		s.end()
		if got, err := s.Unpause(ann("")); !errors.Is(err, ErrEnded) || got.State != "finished" {
			t.Errorf("a verb after the end: %s, %v", got.State, err)
		}
		cfg, run := s.cfg, &seenRun{}
		cfg.Run = run
		if _, err := open(cfg); err != nil || run.stop == nil {
			t.Errorf("a start that did not look is not stopped: %v", err)
		}

		other := newScene(t)
		order := ann("")
		if _, _, err := rundir.ChangeAsked(disk.OS{}, other.cfg.Dir, func(a *rundir.Asked) { a.Hold, a.HoldOrder = true, &order }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lookEvery + time.Millisecond)
		if other.Status().State != "stopping" {
			t.Error("the file does not stop it")
		}
	})
}

func TestDeskRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, rundir.AskedJSON), []byte(`{"version":1,"hold":`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := open(Config{Run: &seenRun{}, FS: disk.OS{}, Dir: dir})
	if _, ok := errors.AsType[*rundir.AskedError](err); !ok {
		t.Errorf("it may say that the run is on hold: %v", err)
	}
	s := newScene(t)
	if _, err := s.Limit(ann(""), Limits{SetRate: true, Rate: number(0)}); err == nil || err.Error() != "a rate of 0, want a number above 0, and 10,000 at most" {
		t.Errorf("got %v", err)
	}
	if disk.Exists(filepath.Join(s.cfg.Dir, rundir.AskedJSON)) {
		t.Error("it was written")
	}
}

// TestDeskForMany: whoever asks at the same time, by this process or another, nothing that was asked is lost.
func TestDeskForMany(t *testing.T) {
	s := newScene(t)
	var all sync.WaitGroup
	all.Go(func() { _, _ = s.Pause(ann("one"), time.Time{}) })
	all.Go(func() { _, _ = s.Limit(ann("two"), Limits{SetRate: true, Rate: number(3)}) })
	all.Go(func() { _, _ = s.Limit(ann("three"), Limits{SetReadRate: true, ReadRate: number(4)}) })
	all.Go(func() {
		for range 20 {
			s.look()
			s.Status()
		}
	})
	all.Go(func() {
		o := ann("four")
		_, _, err := rundir.ChangeAsked(disk.OS{}, s.cfg.Dir, func(a *rundir.Asked) { a.HoldOrder = &o })
		if err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	s.look()
	asked, err := rundir.LoadAsked(s.cfg.Dir)
	if err != nil || !asked.Paused || *asked.Rate != 3 || *asked.ReadRate != 4 || asked.HoldOrder.Reason != "four" {
		t.Errorf("asked: %+v, %v", asked, err)
	}
	if s.run.rate != 3 || s.run.reads != 4 || !s.run.paused {
		t.Errorf("in force: %+v", s.run)
	}
}
