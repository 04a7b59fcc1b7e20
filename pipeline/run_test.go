package pipeline_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestOrder: ten changes of each user, 64 workers, faults: the last one stands, in order, and no two
// are in flight together.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.jitter = 200 * time.Millisecond
		s.fault = func(int, *sources.Change) error {
			switch rand.N(10) {
			case 0:
				return errThrottle
			case 1, 2:
				return errInternal
			}
			return nil
		}
		kept, _, err := run(t, s, pipeline.Config{Rate: pipeline.Unlimited, Workers: 64, MaxAttempts: 50}, changes(1000, 100))
		if err != nil || len(kept.failures()) > 0 {
			t.Fatalf("error %v, failures %v", err, kept.failures())
		}
		if s.overlaps > 0 {
			t.Errorf("%d calls began while another one for the same user was under way", s.overlaps)
		}
		for user, got := range s.order {
			var n int
			fmt.Sscanf(user, "user-%d", &n)
			var want []string
			for i := n; i < 1000; i += 100 {
				want = append(want, fmt.Sprint(i))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: accepted in the order %v, want %v", user, got, want)
			}
		}
	})
}

// TestNeighbours: a user who is throttled for a long time holds nobody else back.
func TestNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		begun := time.Now()
		s.fault = func(_ int, c *sources.Change) error {
			if c.Username == "user-0" && time.Since(begun) < time.Minute {
				return errInternal
			}
			return nil
		}
		all := changes(2000, 2000)
		for _, c := range all[:40] {
			c.Username = "user-0" // more than there are workers
		}
		last := map[bool]time.Duration{}
		r := &ledger{}
		_, _, err := run(t, s, pipeline.Config{
			Rate: 100, MaxAttempts: 100, Results: r, Store: r,
		}, all)
		if err != nil {
			t.Fatal(err)
		}
		for _, res := range r.results {
			slow := res.Change.Username == "user-0"
			last[slow] = max(last[slow], res.At.Sub(begun))
		}
		if last[false] > 21*time.Second {
			t.Errorf("the last neighbour was done after %s, want 20s at 100/s", last[false])
		}
		if last[true] < time.Minute {
			t.Errorf("user-0 was done after %s, want over a minute", last[true])
		}
	})
}

// TestPermits: attempts, repeated ones too, never come faster than the rate.
func TestPermits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.fault = func(call int, _ *sources.Change) error {
			if call%3 == 0 {
				return errInternal
			}
			return nil
		}
		if _, _, err := run(t, s, pipeline.Config{Rate: 50, Workers: 64, MaxAttempts: 30}, changes(500, 500)); err != nil {
			t.Fatal(err)
		}
		for i := 50; i < len(s.sent); i++ {
			if took := s.sent[i] - s.sent[i-50]; took < 999*time.Millisecond {
				t.Fatalf("attempts %d to %d took %s, want 1s at 50/s", i-50, i, took)
			}
		}
	})
}

// TestUserInterval: records of one user keep to ten a second, whatever the rate.
func TestUserInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.latency = time.Millisecond
		if _, _, err := run(t, s, pipeline.Config{Rate: pipeline.Unlimited}, changes(21, 1)); err != nil {
			t.Fatal(err)
		}
		if took := s.sent[20] - s.sent[0]; took != 2*time.Second {
			t.Errorf("21 updates of one user took %s, want 2s", took)
		}
	})
}

// TestStops: what ends a run early, what it says, and that the state it leaves is right.
func TestStops(t *testing.T) {
	third := func(_ int, c *sources.Change) error {
		if c.Line%3 == 0 {
			return errNoUser
		}
		return nil
	}
	tests := []struct {
		name  string
		cfg   pipeline.Config
		fault func(int, *sources.Change) error
		stop  string
		phase checkpoint.Phase
		done  int64 // 0: not checked
	}{
		{"to the end", pipeline.Config{}, nil, "", checkpoint.Finished, 300},
		{"limit", pipeline.Config{Limit: 40}, nil, "the limit is reached", checkpoint.Stopped, 40},
		{"limit at the end", pipeline.Config{Limit: 300}, nil, "", checkpoint.Finished, 300},
		{"duration", pipeline.Config{MaxDuration: 4990 * time.Millisecond}, nil, "the time is up", checkpoint.Stopped, 100},
		{"budget of none", pipeline.Config{Budget: pipeline.Budget{Given: true}}, third,
			"too many records failed: 1 of ", checkpoint.Stopped, 0},
		{"budget of 5%", pipeline.Config{}, third, "too many records failed: 21 of ", checkpoint.Stopped, 0},
		{"report fails", pipeline.Config{Results: &ledger{failAt: 50}}, nil, // a second before, the state was saved
			"the run cannot be recorded: errors.csv: no space left on device", checkpoint.Stopped, 40},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.fault = test.fault
				kept, ok := test.cfg.Results.(*ledger)
				if !ok {
					kept = &ledger{}
				}
				test.cfg.Results, test.cfg.Store = kept, kept
				_, state, err := run(t, s, test.cfg, changes(300, 300))
				if saved := kept.saved; state.Records != saved.Records || state.Counts != saved.Counts {
					t.Errorf("returned %d records, %+v; saved %d, %+v", state.Records, state.Counts, saved.Records, saved.Counts)
				}
				if got := fmt.Sprint(err); test.stop == "" && err != nil || !strings.Contains(got, test.stop) {
					t.Errorf("the run ended with %v, want %q", err, test.stop)
				}
				if state.Phase != test.phase || err != nil && state.Reason != err.Error() {
					t.Errorf("the state is %q because %q, want %q", state.Phase, state.Reason, test.phase)
				}
				if done := state.Counts.Done(); test.done > 0 && done != test.done {
					t.Errorf("%d records are done, want %d", done, test.done)
				}
				if kept := state.Records + int64(len(state.Finished)); kept != state.Counts.Done() {
					t.Errorf("the state has %d records finished and counts %d", kept, state.Counts.Done())
				}
			})
		})
	}
}

// TestForeseen: failures that the pass over the input found do not use up a percentage again.
func TestForeseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := changes(400, 400)
		for _, c := range all[:100] {
			c.Err = errors.New("undecodable")
		}
		kept, state, err := run(t, newService(), pipeline.Config{}, all)
		if err != nil || state.Counts.Failed != 100 || len(kept.results) != 400 {
			t.Errorf("failed %d of %d results, error %v", state.Counts.Failed, len(kept.results), err)
		}
		_, _, err = run(t, newService(), pipeline.Config{Budget: pipeline.Budget{Given: true, Records: 50}}, all)
		if !strings.Contains(fmt.Sprint(err), "51 of 51 records, the failure budget allows 50") {
			t.Errorf("error %v", err)
		}
	})
}

// TestDrain: after a stop, calls under way end by themselves, and are cancelled at the timeout. A
// cancelled call is not reported.
func TestDrain(t *testing.T) {
	tests := []struct {
		name    string
		latency time.Duration
		took    time.Duration
		kept    bool // calls under way count
	}{
		{"in time", 2 * time.Second, 11 * time.Second, true},
		{"too slow", time.Hour, 13 * time.Second, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, kept := newService(), &ledger{}
				s.latency = test.latency
				r, err := pipeline.New(pipeline.Config{
					Source: &list{changes: changes(1000, 1000)}, Updater: s, Results: kept, Store: kept,
					Rate: 1, DrainTimeout: 3 * time.Second,
				})
				if err != nil {
					t.Fatal(err)
				}
				begun := time.Now()
				time.AfterFunc(10*time.Second-time.Millisecond, func() { r.Stop(pipeline.Interrupted) })
				state, err := r.Run(t.Context())
				var stop *pipeline.StopError
				if !errors.As(err, &stop) || stop.Reason != pipeline.Interrupted || state.Phase != checkpoint.Interrupted {
					t.Fatalf("error %v, phase %s", err, state.Phase)
				}
				if took := time.Since(begun).Round(time.Second); took != test.took {
					t.Errorf("took %s, want %s", took, test.took)
				}
				if n := len(kept.results); test.kept && n != len(s.sent) || !test.kept && n != 0 {
					t.Errorf("%d results of %d calls", n, len(s.sent))
				}
			})
		})
	}
}

// TestLastSaveFails: a run whose last results could not be made durable is not finished, even if
// every record was written.
func TestLastSaveFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &brokenDisk{ledger: &ledger{}, after: 10}
		_, state, err := run(t, newService(), pipeline.Config{Results: kept, Store: kept, SaveInterval: time.Millisecond}, changes(10, 10))
		if want := "the run cannot be recorded: errors.csv: no space left on device"; fmt.Sprint(err) != want || state.Phase != checkpoint.Stopped {
			t.Errorf("the run ended as %s with %v, want %q", state.Phase, err, want)
		}
	})
}

// brokenDisk makes nothing durable once it holds so many results.
type brokenDisk struct {
	*ledger
	after int
}

func (d *brokenDisk) Sync() (map[string]checkpoint.Extent, error) {
	if len(d.results) >= d.after {
		return nil, errDiskFull
	}
	return d.ledger.Sync()
}

// TestNothingToSend: records with nothing to change take no permit, and hide no streak of errors.
func TestNothingToSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.fault = func(int, *sources.Change) error { return errNotAuth }
		all := changes(400, 400)
		for i, c := range all {
			if i%10 != 0 {
				c.Attributes = nil
			}
		}
		_, state, err := run(t, s, pipeline.Config{Workers: 1, Budget: pipeline.Budget{Given: true, Records: 1000}}, all)
		if want := "the same error over and over: 20 records in a row: NotAuthorizedException"; fmt.Sprint(err) != want {
			t.Errorf("the run ended with %v, want %q", err, want)
		}
		if state.Counts.Attempts != 20 {
			t.Errorf("%d attempts, want 20", state.Counts.Attempts)
		}
	})
}

// TestHotUser: users who are throttled over and over while others are not bring the rate down no
// further than their first throttles do, which may come one after the other.
func TestHotUser(t *testing.T) {
	if testing.Short() {
		t.Skip("it is an average of draws")
	}
	const draws = 8
	sum := 0.0
	for range draws {
		synctest.Test(t, func(t *testing.T) {
			s := newService()
			s.fault = func(_ int, c *sources.Change) error {
				if c.Username == "user-0" || c.Username == "user-1" || c.Username == "user-2" {
					return errThrottle
				}
				return nil
			}
			run(t, s, pipeline.Config{MaxDuration: 100 * time.Second}, changes(5000, 5000))
			sum += s.acceptedIn(0, 100*time.Second)
		})
	}
	t.Logf("the others got %.2f/s", sum/draws)
	if got := sum / draws; got < 15 {
		t.Errorf("the others got %.1f/s of 20", got)
	}
}
