package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

// TestPauseWhileKept: while what was read is kept the record is not under way: the run is paused at once, and no update
// begins before it is let go; nor do more reads of the record.
func TestPauseWhileKept(t *testing.T) {
	tests := []struct {
		name  string
		ahead int
		twice bool // another user is read behind what is kept
	}{{"as many as workers", 0, false}, {"ahead", 256, false}, {"two users are read", 256, true}}
	step := 193 * time.Millisecond
	if testing.Short() {
		step *= 4
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for at := 5*time.Second + 137*time.Microsecond; at < 7*time.Second; at += step {
				synctest.Test(t, func(t *testing.T) {
					s, log := newService(), &puts{took: 5 * time.Second}
					both := &twofold{Preparer: keeping{&reader{live: s.last, latency: 20 * time.Millisecond}, log.keep}, latency: 20 * time.Millisecond}
					cfg := pipeline.Config{Source: &list{changes: changes(200, 200)}, Updater: s, Preparer: both.Preparer, Rate: 25, Ahead: test.ahead}
					if test.twice {
						cfg.Preparer = both
					}
					g := newRig(t, cfg)
					both.g = g
					g.pauseAfter(at, time.Minute)
					seen := make(chan pipeline.PauseState, 1)
					time.AfterFunc(at+50*time.Millisecond, func() { seen <- g.Progress().Pause })
					done, err := g.Run(t.Context())
					state := <-seen
					if err != nil || done.Counts.Updated != 200 || state != pipeline.Paused {
						t.Errorf("paused after %s: %v, %d updated; 50 ms later it is %q", at, err, done.Counts.Updated, state)
					}
					g.checkPauses(t)
				})
			}
		})
	}
}

// TestKeepStops: a run that is stopped while what was read is kept sends none of that, and ends once it is.
func TestKeepStops(t *testing.T) {
	for _, halted := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newService()
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(200, 200)}, Updater: s, Ahead: 64,
				Preparer: keeping{&reader{live: s.last}, func() error { time.Sleep(10 * time.Second); return nil }}})
			begun := time.Now()
			time.AfterFunc(5*time.Second, func() {
				g.Stop(pipeline.Interrupted)
				if halted {
					g.Halt()
				}
			})
			state, err := g.Run(t.Context())
			if took := time.Since(begun); fmt.Sprint(err) != "interrupted" || took < 10*time.Second || took > 11*time.Second || len(g.updates) > 0 || state.Counts.Done() > 0 {
				t.Errorf("halted %t: %v after %s, %d updates, %d done", halted, err, took, len(g.updates), state.Counts.Done())
			}
		})
	}
}

// TestKeepFails: what could not be kept is not sent, and the error says what becomes of the run. Keep is of no consequence
// outside of a call.
func TestKeepFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		look := keeping{&reader{live: s.last}, func() error { return &pipeline.StopError{Reason: pipeline.NotKept, Err: errDiskFull} }}
		_, _, err := run(t, s, pipeline.Config{Preparer: look, Ahead: 8}, changes(40, 40))
		if want := "the run cannot be recorded: errors.csv: no space left on device"; fmt.Sprint(err) != want || len(s.sent) > 0 {
			t.Errorf("%v, %d sent, want %s", err, len(s.sent), want)
		}
	})
	if err := pipeline.Keep(t.Context(), func() error { return errDiskFull }); !errors.Is(err, errDiskFull) {
		t.Errorf("outside of a call: %v", err)
	}
}

// TestKeptTwice: a Preparer may keep, read another user, and keep again: only its reads count, each with a permit.
func TestKeptTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, log := newService(), &puts{took: 300 * time.Millisecond}
		both := &twofold{Preparer: keeping{&reader{live: s.last, latency: 20 * time.Millisecond}, log.keep}, latency: 30 * time.Millisecond}
		var took []time.Duration
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(100, 100)}, Updater: s, Preparer: keeping{both, log.keep}, Ahead: 64, Workers: 4,
			Called: func(c pipeline.Call) {
				if c.Reading {
					took = append(took, c.Took)
				}
			}})
		both.g = g
		state, err := g.Run(t.Context())
		if err != nil || state.Counts.Updated != 100 || len(took) != 100 {
			t.Fatalf("%v, %d updated, %d reads told of", err, state.Counts.Updated, len(took))
		}
		for _, d := range took {
			if d != 50*time.Millisecond {
				t.Fatalf("the reads of a record took %s", d)
			}
		}
		if most := mostInASecond(g.reads); most > perSecond(80) {
			t.Errorf("%d reads within a second", most)
		}
		if g.Progress().Pause != pipeline.Going {
			t.Error("it is paused")
		}
		g.Pause()
		if state := g.Progress().Pause; state != pipeline.Paused {
			t.Errorf("at the end it is %s: a call is taken for one under way", state)
		}
	})
}

// TestPlaces: of a service that is slow no more calls are under way than there are workers, whatever is ahead; when it
// becomes quick again, nothing comes faster than the rate.
func TestPlaces(t *testing.T) {
	for _, workers := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			k, begun := newKept(func() error { return nil }), time.Now()
			slow := func() bool { return time.Since(begun) < 100*time.Second }
			k.fault = func() error {
				if slow() {
					time.Sleep(3 * time.Second)
				}
				return nil
			}
			const rows = 600
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: k, Rate: 20, Workers: workers, Ahead: 128,
				Probe: func(context.Context) error { return nil }})
			state, err := g.Run(t.Context())
			if err != nil || state.Counts.Updated != rows {
				t.Fatalf("%v, %d updated", err, state.Counts.Updated)
			}
			if k.most != workers {
				t.Errorf("%d calls were under way at once, want %d", k.most, workers)
			}
			if most := mostInASecond(g.updates); most > perSecond(20) {
				t.Errorf("%d updates within a second at 20/s", most)
			}
			if k.oldest > pipeline.ImageAge {
				t.Errorf("the oldest image was %s old", k.oldest)
			}
		})
	}
}

// TestStoreIsAway: a log that does not answer for a minute holds up what it keeps, and nothing is lost; images are read
// again, and afterwards the rate is what it was.
func TestStoreIsAway(t *testing.T) {
	for _, rate := range []float64{1, 25} {
		synctest.Test(t, func(t *testing.T) {
			log, begun := &puts{took: 300 * time.Millisecond}, time.Now()
			k := newKept(func() error {
				if since := time.Since(begun); since > 20*time.Second && since < 80*time.Second {
					time.Sleep(80*time.Second - since)
				}
				return log.keep()
			})
			rows := int(200 * rate)
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: k, Rate: rate, Ahead: 256})
			state, err := g.Run(t.Context())
			if err != nil || state.Counts.Updated != int64(rows) || k.oldest > pipeline.ImageAge {
				t.Errorf("%v, %d updated, the oldest image was %s old", err, state.Counts.Updated, k.oldest)
			}
			if full := fullness(g.updates, begun, 100*time.Second, 240*time.Second, rate); full < 0.98 {
				t.Errorf("afterwards it was %.3f of %g/s", full, rate)
			}
			if most := mostInASecond(g.updates); most > perSecond(rate) {
				t.Errorf("%d updates within a second at %g/s", most, rate)
			}
		})
	}
}

// TestSlowSaves: a state that takes a second to be saved, every five, holds up nobody.
func TestSlowSaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &puts{took: 300 * time.Millisecond, gather: time.Second}
		k, book := newKept(log.keep), &slowLedger{ledger: &ledger{}}
		const rows = 25 * 100
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: k, Rate: 25, Ahead: 256,
			SaveInterval: 5 * time.Second, Results: book, Store: book})
		begun := time.Now()
		state, err := g.Run(t.Context())
		if err != nil || state.Counts.Updated != rows || len(book.results) != rows {
			t.Fatalf("%v, %d updated", err, state.Counts.Updated)
		}
		if full := fullness(g.updates, begun, 10*time.Second, 95*time.Second, 25); full < 0.99 {
			t.Errorf("%.3f of 25/s", full)
		}
		if book.saves < 18 || book.saves > 23 {
			t.Errorf("saved %d times in 100 seconds", book.saves)
		}
	})
}

// slowLedger takes half a second to make results durable, and another for the state.
type slowLedger struct{ *ledger }

func (l *slowLedger) Sync() (files map[string]checkpoint.Extent, err error) {
	time.Sleep(500 * time.Millisecond)
	return l.ledger.Sync()
}

func (l *slowLedger) Save(s checkpoint.State) error {
	time.Sleep(500 * time.Millisecond)
	return l.ledger.Save(s)
}

// TestReady: for how long those who are prepared keep updates going.
func TestReady(t *testing.T) {
	tests := []struct {
		name     string
		rate     float64
		from, to time.Duration
	}{
		{"five a second", 5, 6 * time.Second, 32 * time.Second / 5},
		{"a hundred a second", 100, 300 * time.Millisecond, 320 * time.Millisecond},
		{"one in a thousand years", 1. / (1000 * 365 * 86400), 100 * 365 * 24 * time.Hour, 1 << 62},
		{"without a ceiling", pipeline.Unlimited, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				g := newRig(t, pipeline.Config{Source: &list{changes: changes(200, 200)}, Updater: s, Preparer: &reader{live: s.last},
					Rate: test.rate, ReadRate: pipeline.Unlimited})
				if ready := g.Ready(); ready != 0 {
					t.Errorf("before it runs it is ready for %s", ready)
				}
				time.AfterFunc(500*time.Millisecond+time.Microsecond, func() {
					if ready := g.Ready(); ready < test.from || ready > test.to {
						t.Errorf("ready for %s, want %s to %s", ready, test.from, test.to)
					}
					g.Stop(pipeline.Interrupted)
				})
				g.Run(t.Context())
				if ready := g.Ready(); ready != 0 {
					t.Errorf("afterwards it is ready for %s", ready)
				}
			})
		})
	}
}

// TestKeptInStorms: where throttles bring the rate down while many are ahead, images that become too old and have to be
// kept again cost no permits, and not so many reads as those have permits for.
func TestKeptInStorms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, begun := &puts{took: 300 * time.Millisecond, gather: time.Second}, time.Now()
		k := newKept(log.keep)
		k.fault = func() error {
			if since := time.Since(begun); since > 20*time.Second && since < 140*time.Second {
				return errThrottle
			}
			return nil
		}
		const rows = 25 * 60
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: k, Rate: 25, Ahead: 256})
		state, err := g.Run(t.Context())
		if err != nil || state.Counts.Updated != rows || k.oldest > pipeline.ImageAge {
			t.Errorf("%v, %d updated, the oldest image was %s old", err, state.Counts.Updated, k.oldest)
		}
		n := 0
		for _, at := range g.updates {
			if since := at.Sub(begun); since > 30*time.Second && since < 140*time.Second {
				n++
			}
		}
		if took := time.Since(begun); n < 110 || k.again > 1500 || took > 190*time.Second {
			t.Errorf("%d read again, %d updates in the storm, %s", k.again, n, took)
		}
	})
}

// TestSlowStore: where keeping takes longer than an image may be old, each time that one is read, the run comes to its end
// all the same: the images are as young as the store lets them be.
func TestSlowStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &puts{took: 12 * time.Second}
		k := newKept(log.keep)
		const rows = 60
		g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: k, Rate: 2, Ahead: 64, MaxDuration: time.Hour})
		state, err := g.Run(t.Context())
		if err != nil || state.Counts.Updated != rows || k.oldest > 27*time.Second {
			t.Errorf("%v, %d updated, the oldest image was %s old", err, state.Counts.Updated, k.oldest)
		}
	})
}
