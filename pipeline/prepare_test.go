package pipeline_test

import (
	"context"
	"errors"
	"fmt"
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

	mu    sync.Mutex
	calls int
	again int
	at    []time.Time
}

func (r *reader) Prepare(ctx context.Context, c *sources.Change, again bool) (*sources.Change, error) {
	timer := time.NewTimer(r.latency)
	defer timer.Stop()
	<-timer.C
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	r.at = append(r.at, time.Now())
	if again {
		r.again++
	}
	if r.fault != nil {
		if err := r.fault(r.calls, c); err != nil {
			return nil, err
		}
	}
	if r.live(c.Username) == c.Attributes[0].Value {
		return nil, nil
	}
	return c, nil
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
			reads: 1, stop: "the service refuses the run: AccessDeniedException"},
		{name: "no undo entry can be kept", readFault: func(int, *sources.Change) error {
			return &pipeline.StopError{Reason: pipeline.NotKept, Err: errDiskFull}
		}, reads: 1, stop: "the run cannot be recorded: errors.csv: no space left on device"},
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
