package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// reader is a Preparer over the values that a service holds.
type reader struct {
	latency time.Duration
	fault   func(call int, c *sources.Change) error
	live    func(user string) string
	looked  func(c *sources.Change) (bool, error) // what Holds says; nil: as it is

	mu    sync.Mutex
	calls int
	again int
	at    []time.Time
}

func (r *reader) Prepare(ctx context.Context, c, sent *sources.Change) (*sources.Change, error) {
	_ = pass(context.WithoutCancel(ctx), r.latency)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	r.at = append(r.at, time.Now())
	if sent != nil {
		r.again++
	}
	if r.fault != nil {
		if err := r.fault(r.calls, c); err != nil {
			return nil, err
		}
	}
	if len(c.Attributes) == 0 || r.live(c.Username) == c.Attributes[0].Value {
		return nil, nil
	}
	return c, nil
}

func (r *reader) Holds(_ context.Context, c *sources.Change) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	r.at = append(r.at, time.Now())
	if r.looked != nil {
		return r.looked(c)
	}
	return r.live(c.Username) == c.Attributes[0].Value, nil
}

// TestPrepare: what holds already is not sent, reads have a pace and a policy of their own, and an
// update of which nothing is known is looked at before it is sent again.
func TestPrepare(t *testing.T) {
	lost := errors.New("connection reset") // after the update counted
	tests := []struct {
		name                         string
		readFault                    func(int, *sources.Change) error
		fault                        func(int, *sources.Change) error
		held                         int // of 100 users, how many have the value already
		updated, unchanged, attempts int64
		reads                        int64
		again                        int
		stop                         string
	}{
		{name: "nothing holds", updated: 100, attempts: 100, reads: 100},
		{name: "most hold", held: 90, updated: 10, unchanged: 90, attempts: 10, reads: 100},
		{name: "reads are throttled", readFault: func(call int, _ *sources.Change) error {
			if call%5 == 0 {
				return errThrottle
			}
			return nil
		}, held: 90, updated: 10, unchanged: 90, attempts: 10, reads: 124},
		{name: "no such user", readFault: func(_ int, c *sources.Change) error {
			if c.Line == 7 {
				return errNoUser
			}
			return nil
		}, updated: 99, attempts: 99, reads: 100},
		{name: "an answer is lost", fault: func(_ int, c *sources.Change) error {
			if c.Line == 7 {
				return &lostError{lost}
			}
			return nil
		}, updated: 100, attempts: 100, reads: 101, again: 1},
		{name: "not allowed to read", readFault: func(int, *sources.Change) error { return errDenied },
			stop: "the service refuses the run: AccessDeniedException"},
		{name: "no undo entry can be kept", readFault: func(int, *sources.Change) error {
			return &pipeline.StopError{Reason: pipeline.NotKept, Err: errDiskFull}
		}, stop: "the run cannot be recorded: errors.csv: no space left on device"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.applyLost = true
				s.fault = test.fault
				r := &reader{latency: 10 * time.Millisecond, fault: test.readFault, live: func(user string) string {
					var n int
					fmt.Sscanf(user, "user-%d", &n)
					if n < test.held {
						return fmt.Sprint(n)
					}
					return s.last(user)
				}}
				_, state, err := run(t, s, pipeline.Config{Preparer: r, Workers: 1, Rate: 50}, changes(100, 100))
				if got := fmt.Sprint(err); test.stop == "" && err != nil || test.stop != "" && got != test.stop {
					t.Fatalf("the run ended with %v, want %q", err, test.stop)
				}
				c := state.Counts
				if c.Updated != test.updated || c.Unchanged != test.unchanged || c.Attempts != test.attempts || c.Reads != test.reads {
					t.Errorf("updated %d, unchanged %d, attempts %d, reads %d, want %d, %d, %d, %d",
						c.Updated, c.Unchanged, c.Attempts, c.Reads, test.updated, test.unchanged, test.attempts, test.reads)
				}
				if r.again != test.again {
					t.Errorf("read again %d times, want %d", r.again, test.again)
				}
			})
		})
	}
}

// TestUnconfirmed: after an update that may be held back the user is read once, at the pace of reads. If
// the value is not there, or can't be read, the record awaits verification.
func TestUnconfirmed(t *testing.T) {
	odd := func(c *sources.Change) bool { return c.Line%2 == 1 }
	for _, tt := range []struct {
		name              string
		looked            func(*sources.Change) (bool, error) // nil: nobody reads
		updated, awaiting int64
		reads, throttled  int64
	}{
		{name: "all hold", looked: func(*sources.Change) (bool, error) { return true, nil }, updated: 40, reads: 80},
		{name: "half are held back", looked: func(c *sources.Change) (bool, error) { return odd(c), nil }, updated: 20, awaiting: 20, reads: 80},
		{name: "the read fails", looked: func(*sources.Change) (bool, error) { return false, errInternal }, awaiting: 40, reads: 80},
		{name: "the read is throttled", looked: func(*sources.Change) (bool, error) { return false, errThrottle }, awaiting: 40, reads: 80, throttled: 40},
		{name: "users are not read", awaiting: 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.outcome = pipeline.Unconfirmed
				cfg := pipeline.Config{}
				r := &reader{live: s.last, looked: tt.looked}
				if tt.looked != nil {
					cfg.Preparer, cfg.ReadRate = r, 40
				}
				begun := time.Now()
				_, state, err := run(t, s, cfg, changes(40, 40))
				if err != nil {
					t.Fatal(err)
				}
				if c := state.Counts; c.Updated != tt.updated || c.Awaiting != tt.awaiting || c.Reads != tt.reads || c.Throttled != tt.throttled {
					t.Errorf("updated %d, awaiting %d, reads %d, throttled %d, want %d, %d, %d, %d",
						c.Updated, c.Awaiting, c.Reads, c.Throttled, tt.updated, tt.awaiting, tt.reads, tt.throttled)
				}
				if took := time.Since(begun); tt.looked != nil && took < 1900*time.Millisecond {
					t.Errorf("80 reads took %s at 40/s", took)
				}
			})
		})
	}
}

// TestReadRate: reads keep to their own rate, and do not use up that of updates.
func TestReadRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		r := &reader{live: func(string) string { return "" }}
		begun := time.Now()
		if _, _, err := run(t, s, pipeline.Config{Preparer: r, Rate: pipeline.Unlimited, ReadRate: 40}, changes(200, 200)); err != nil {
			t.Fatal(err)
		}
		if took := r.at[199].Sub(begun).Round(100 * time.Millisecond); took != 5*time.Second {
			t.Errorf("200 reads took %s, want 5s at 40/s", took)
		}
	})
}

// lostError is the loss of an answer.
type lostError struct{ error }

func (*lostError) Transient() int { return -1 }

// TestBegin: a run is recorded before its first update, and one that stops before has left nothing.
func TestBegin(t *testing.T) {
	bad := changes(3, 3)
	bad[0].Err = errors.New("malformed")
	tests := []struct {
		name      string
		changes   []*sources.Change
		readFault func(int, *sources.Change) error
		fault     func(int, *sources.Change) error
		recorded  bool
		stop      string
	}{
		{name: "not allowed to read", changes: changes(3, 3), readFault: always(errDenied),
			stop: "the service refuses the run: AccessDeniedException"},
		{name: "not allowed to read, behind a bad row", changes: bad, readFault: always(errDenied),
			stop: "the service refuses the run: AccessDeniedException"},
		{name: "not allowed to read any more", changes: changes(3, 3), readFault: func(call int, _ *sources.Change) error {
			if call > 1 {
				return errDenied
			}
			return nil
		}, recorded: true, stop: "the service refuses the run: AccessDeniedException"},
		{name: "not allowed to write", changes: changes(3, 3), fault: always(errDenied), recorded: true,
			stop: "the service refuses the run: AccessDeniedException"},
		{name: "a user who is not there", changes: changes(3, 3), readFault: always(errNoUser), recorded: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, kept := newService(), &ledger{}
				s.fault = func(call int, c *sources.Change) error {
					kept.mu.Lock()
					defer kept.mu.Unlock()
					if kept.saves == 0 {
						t.Error("an update was sent before the run was recorded")
					}
					if test.fault != nil {
						return test.fault(call, c)
					}
					return nil
				}
				cfg := pipeline.Config{Preparer: &reader{fault: test.readFault, live: s.last}, Workers: 1, Results: kept, Store: kept}
				_, state, err := run(t, s, cfg, test.changes)
				if got := fmt.Sprint(err); test.stop == "" && err != nil || test.stop != "" && got != test.stop {
					t.Errorf("the run ended with %v, want %q", err, test.stop)
				}
				if recorded := kept.saves > 0; recorded != test.recorded || state.SavedAt.IsZero() == test.recorded {
					t.Errorf("%d saves, the last at %v; recorded: want %v", kept.saves, state.SavedAt, test.recorded)
				}
			})
		})
	}
}

// TestReadsHideNothing: that users can be read says nothing of updates that all fail.
func TestReadsHideNothing(t *testing.T) {
	tests := []struct {
		name  string
		fault error
		stop  string
	}{
		{"a set-up error", errNotAuth, "the same error over and over: 20 records in a row: NotAuthorizedException"},
		{"no answer", &lostError{errors.New("connection reset")}, "the service is away: nothing has succeeded for"},
		{"throttles", errThrottle, "nothing but throttles: for 5m"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.fault = always(test.fault)
				cfg := pipeline.Config{Preparer: &reader{live: s.last}, Budget: pipeline.Budget{Given: true, Records: 5000}}
				_, state, err := run(t, s, cfg, changes(5000, 5000))
				if !strings.HasPrefix(fmt.Sprint(err), test.stop) {
					t.Errorf("the run ended with %v, want %q", err, test.stop)
				}
				if state.Counts.Reads < 20 {
					t.Errorf("%d users were read, want at least 20", state.Counts.Reads)
				}
			})
		})
	}
}

// secretError repeats what a user has.
type secretError struct{}

func (secretError) Error() string  { return "custom:tier: the user has silver-7731" }
func (secretError) Public() string { return "custom:tier: not as expected" }

// TestPublic: what a user has stands in the reports, and neither in the state nor in the log.
func TestPublic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s := newService()
		cfg := pipeline.Config{
			Preparer: &reader{live: s.last, fault: always(fmt.Errorf("compare: %w", secretError{}))}, Workers: 1,
			Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		}
		kept, state, err := run(t, s, cfg, changes(3, 3))
		if err != nil || kept.failures()["compare: custom:tier: the user has silver-7731"] != 3 {
			t.Errorf("%v, failed: %v", err, kept.failures())
		}
		if state.LastError != "custom:tier: not as expected" {
			t.Errorf("the state has %q", state.LastError)
		}
		if strings.Contains(log.String(), "7731") || strings.Count(log.String(), "not as expected") != 3 {
			t.Errorf("the log has\n%s", &log)
		}
	})
}

// TestIdleRecords: a record that asks for nothing is not read, one that only expects something is.
func TestIdleRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		all := changes(100, 100)
		for i, c := range all {
			if i%10 != 0 {
				c.Attributes = nil
			}
		}
		all[1].Expect = []sources.Attribute{{Name: "custom:tier", Value: "gold"}}
		r := &reader{live: func(string) string { return "" }}
		book, state, err := run(t, s, pipeline.Config{Preparer: r, Workers: 1}, all)
		if err != nil {
			t.Fatal(err)
		}
		if r.calls != 11 || state.Counts.Updated != 10 || state.Counts.Unchanged != 90 || state.Counts.Reads != 11 {
			t.Errorf("%d users were read, want 11: %+v", r.calls, state.Counts)
		}
		for _, result := range book.results {
			if idle := len(result.Change.Attributes) == 0; idle && result.Outcome != pipeline.Unchanged {
				t.Errorf("a record with nothing to change ended as %v", result.Outcome)
			}
		}
	})
}
