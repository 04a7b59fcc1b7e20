package pipeline_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// lease gives leave to send but for some spans of time, and notes them.
type lease struct {
	mu    sync.Mutex
	gone  bool
	spans []span
}

func (l *lease) holds() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.gone
}

// set has it hold, or not, from now on.
func (l *lease) set(holds bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.gone == !holds:
	case holds:
		l.spans[len(l.spans)-1].until = time.Now()
	default:
		l.spans = append(l.spans, span{from: time.Now(), until: time.Now().Add(1e6 * time.Hour)})
	}
	l.gone = !holds
}

// goAfter has it not hold some time from now, for so long.
func (l *lease) goAfter(after, long time.Duration) {
	time.AfterFunc(after, func() {
		l.set(false)
		time.AfterFunc(long, func() { l.set(true) })
	})
}

// check fails a test in which a call began while there was no leave.
func (l *lease) check(t *testing.T, calls []time.Time) {
	t.Helper()
	for _, s := range l.spans {
		i, _ := slices.BinarySearchFunc(calls, s.from, time.Time.Compare)
		if i < len(calls) && calls[i].Before(s.until) {
			t.Errorf("no leave from %s to %s, an update began %s into it", s.from, s.until, calls[i].Sub(s.from))
		}
	}
}

// leaveScenes are runs that lose their leave for a while.
var leaveScenes = []struct {
	name string
	rate float64
	rows int
	set  func(s *service, cfg *pipeline.Config)
}{
	{"users are not read", 20, 600, nil},
	{"users are read", 20, 600, reading(20 * time.Millisecond)},
	{"and kept", 25, 800, keepingFor(300*time.Millisecond, time.Second)},
	{"slow calls", 20, 400, func(s *service, cfg *pipeline.Config) {
		keepingFor(300*time.Millisecond, 0)(s, cfg)
		s.latency, cfg.Workers = 2*time.Second, 4
	}},
	{"one a second", 1, 60, keepingFor(300*time.Millisecond, 0)},
	{"as fast as it goes", pipeline.Unlimited, 4000, func(s *service, _ *pipeline.Config) { s.latency = 200 * time.Millisecond }},
}

// keepingFor has what is read kept by a log.
func keepingFor(took, gather time.Duration) func(*service, *pipeline.Config) {
	return func(s *service, cfg *pipeline.Config) {
		log := &puts{took: took, gather: gather}
		cfg.Preparer, cfg.Ahead = keeping{&reader{live: s.last, latency: 20 * time.Millisecond}, log.keep}, 256
	}
}

// TestLeave: while there is no leave no update begins, whatever the run is about, and reads do; afterwards updates go on at
// once, at the rate and no faster, with images that are no older than they may be, and nothing is lost.
func TestLeave(t *testing.T) {
	for _, scene := range leaveScenes {
		t.Run(scene.name, func(t *testing.T) {
			for _, at := range pauseMoments() {
				synctest.Test(t, func(t *testing.T) {
					s, l := newService(), &lease{}
					cfg := pipeline.Config{Source: &list{changes: changes(scene.rows, scene.rows)}, Updater: s, Rate: scene.rate, Leave: l.holds}
					if scene.set != nil {
						scene.set(s, &cfg)
					}
					g := newRig(t, cfg)
					const long = time.Minute
					l.goAfter(at, long)
					begun, seen := time.Now(), make(chan pipeline.Progress, 3)
					for _, after := range []time.Duration{-time.Millisecond, long - time.Millisecond, long + time.Second} {
						time.AfterFunc(at+after, func() { seen <- g.Progress() })
					}
					state, err := g.Run(t.Context())
					if err != nil || state.Counts.Updated != int64(scene.rows) || s.overlaps > 0 {
						t.Fatalf("%v: %d of %d updated, %d overlaps", err, state.Counts.Updated, scene.rows, s.overlaps)
					}
					l.check(t, g.updates)
					if again := firstAfter(g.updates, l.spans[0].until); again > 3*time.Second {
						t.Errorf("went on %s after there was leave", again)
					}
					if most := mostInASecond(g.updates); scene.rate != pipeline.Unlimited && most > perSecond(scene.rate) {
						t.Errorf("%d updates within a second at %g/s", most, scene.rate)
					}
					before, meanwhile, after := <-seen, <-seen, <-seen
					if before.Waiting || !meanwhile.Waiting || after.Waiting || meanwhile.Rate.Reason != "waiting for leave to send" || meanwhile.Pause != pipeline.Going {
						t.Errorf("it is told as waiting %t, %t, %t, for %q, and %q", before.Waiting, meanwhile.Waiting, after.Waiting, meanwhile.Rate.Reason, meanwhile.Pause)
					}
					if took := time.Since(begun); scene.rate != pipeline.Unlimited && cfg.Workers == 0 &&
						took > long+time.Duration(float64(scene.rows)/scene.rate*1.1+8)*time.Second {
						t.Errorf("it took %s", took)
					}
				})
			}
		})
	}
}

// TestLeaveAndImages: images that became too old without leave are read again before their updates; those who are not sent
// are not read over and over meanwhile.
func TestLeaveAndImages(t *testing.T) {
	for _, ahead := range []int{0, 256} {
		synctest.Test(t, func(t *testing.T) {
			l, log := &lease{}, &puts{took: 300 * time.Millisecond}
			k := newKept(log.keep)
			const rows = 400
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: k, Rate: 25, Ahead: ahead, Leave: l.holds})
			l.goAfter(5*time.Second, time.Minute)
			state, err := g.Run(t.Context())
			if err != nil || state.Counts.Updated != rows {
				t.Fatalf("%v, %d updated", err, state.Counts.Updated)
			}
			if k.oldest > pipeline.ImageAge {
				t.Errorf("ahead %d: the oldest image was %s old", ahead, k.oldest)
			}
			if k.again == 0 || k.again > 32+ahead {
				t.Errorf("ahead %d: %d were read again", ahead, k.again)
			}
			if most := mostInASecond(g.updates); ahead > 0 && most > perSecond(25) {
				t.Errorf("%d updates within a second", most)
			}
			l.check(t, g.updates)
		})
	}
}

// TestLeaveStops: a run without leave is stopped at once, with pauses or without; the next start does the rest.
func TestLeaveStops(t *testing.T) {
	for _, test := range []struct {
		name  string
		set   func(s *service, cfg *pipeline.Config)
		pause bool
	}{
		{"users are not read", nil, false}, {"users are read", reading(20 * time.Millisecond), false},
		{"and kept", keepingFor(300*time.Millisecond, time.Second), false},
		{"paused too", keepingFor(300*time.Millisecond, time.Second), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, l := newService(), &lease{}
				cfg := pipeline.Config{Source: &list{changes: changes(200, 200)}, Updater: s, Leave: l.holds}
				if test.set != nil {
					test.set(s, &cfg)
				}
				g := newRig(t, cfg)
				l.goAfter(3003*time.Millisecond, time.Hour)
				if test.pause {
					g.pauseAfter(4*time.Second, time.Hour)
				}
				begun := time.Now()
				time.AfterFunc(time.Minute, func() {
					g.StopFor(&pipeline.StopError{Reason: pipeline.Unleased, Err: errors.New("nothing was answered for 60s")})
				})
				state, err := g.Run(t.Context())
				if took := time.Since(begun); took != time.Minute || fmt.Sprint(err) != "the lease on the run has run out: nothing was answered for 60s" {
					t.Errorf("%v after %s", err, took)
				}
				if done, sent := state.Counts.Done(), len(g.updates); state.Phase != checkpoint.Stopped || done == 0 || done != int64(sent) {
					t.Errorf("the state is %s: %d done of %d sent", state.Phase, done, sent)
				}
				l.check(t, g.updates)
				cfg.Source, cfg.Resume, cfg.Leave = &list{changes: changes(200, 200), next: int(state.Position.Offset)}, state, nil
				if state, err = newRig(t, cfg).Run(t.Context()); err != nil || state.Counts.Updated != 200 {
					t.Errorf("the next start: %v, %d done", err, state.Counts.Updated)
				}
			})
		})
	}
}

// TestLeaveIsNoSilence: time without leave is no time in which the service gave nothing but throttles, or no answer.
func TestLeaveIsNoSilence(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault error
	}{{"throttles", errThrottle}, {"no answer", errInternal}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, l, begun := newService(), &lease{}, time.Now()
				s.fault = func(int, *sources.Change) error { // ten seconds before the leave goes, and ten after it is there again
					if since := time.Since(begun); since > 10*time.Second && since < 21*time.Minute+10*time.Second {
						return test.fault
					}
					return nil
				}
				l.goAfter(20*time.Second, 21*time.Minute-20*time.Second)
				_, state, err := run(t, s, pipeline.Config{Preparer: &reader{live: s.last}, Leave: l.holds}, changes(400, 400))
				if err != nil || state.Counts.Updated != 400 {
					t.Errorf("%v, %d updated", err, state.Counts.Updated)
				}
			})
		})
	}
}

// TestStoppedForGood: why a run may not go on stands, also where that is why nothing could be kept any more, however that
// comes to light; and it says what to do.
func TestStoppedForGood(t *testing.T) {
	over := &pipeline.StopError{Reason: pipeline.Overtaken, Err: errors.New("by ann@host-2")}
	const text, hint = "another process has taken the run over: by ann@host-2", "leave it to that process, which has all that was kept; if nobody meant it to begin, find out who started it"
	for _, test := range []struct {
		name   string
		sync   bool  // results cannot be kept any more
		failed error // with this
		told   bool  // before that
	}{
		{"told", false, nil, true},
		{"told, and nothing is kept any more", true, errDiskFull, true},
		{"the error of a report says so", true, fmt.Errorf("results.csv: %w", over), false},
		{"that of an image says so", false, &pipeline.StopError{Reason: pipeline.NotKept, Err: fmt.Errorf("undo.jsonl: %w", over)}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, book := newService(), &refusing{ledger: &ledger{}, from: time.Now().Add(2500 * time.Millisecond), err: test.failed}
				look := &reader{live: s.last}
				cfg := pipeline.Config{Source: &list{changes: changes(200, 200)}, Updater: s, Store: book, Results: book}
				cfg.Preparer = keeping{look, func() error {
					if !test.sync && test.failed != nil && time.Now().After(book.from) {
						return test.failed
					}
					return nil
				}}
				if !test.sync {
					book.err = nil
				}
				g := newRig(t, cfg)
				if test.told {
					time.AfterFunc(2900*time.Millisecond, func() { g.StopFor(over) })
				}
				state, err := g.Run(t.Context())
				stop, ok := errors.AsType[*pipeline.StopError](err)
				if !ok || stop.Reason != pipeline.Overtaken || err.Error() != text || stop.Hint() != hint {
					t.Fatalf("it ended with %v", err)
				}
				if state.Phase != checkpoint.Stopped || state.Reason != text || state.Hint != hint || state.Counts.Updated == 0 {
					t.Errorf("the state is %s: %q, %q, %d updated", state.Phase, state.Reason, state.Hint, state.Counts.Updated)
				}
			})
		})
	}
}

// refusing is a ledger that keeps nothing from a moment on, if there is an error to say so.
type refusing struct {
	*ledger
	from time.Time
	err  error
}

func (l *refusing) Sync() (map[string]checkpoint.Extent, error) {
	if l.err != nil && !time.Now().Before(l.from) {
		return nil, l.err
	}
	return l.ledger.Sync()
}
