package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

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

// TestVerdicts: what each kind of error does to its record and to the run.
func TestVerdicts(t *testing.T) {
	for_ := func(user string, err error) func(int, *sources.Change) error {
		return func(_ int, c *sources.Change) error {
			if c.Username == user {
				return err
			}
			return nil
		}
	}
	storm := func(length time.Duration) func(int, *sources.Change) error {
		var end time.Time
		return func(int, *sources.Change) error {
			if end.IsZero() { // the first call tells what time it is in the bubble
				end = time.Now().Add(length)
			}
			if time.Now().Before(end) {
				return errThrottle
			}
			return nil
		}
	}
	tests := []struct {
		name     string
		fault    func(int, *sources.Change) error
		rows     int
		failures map[string]int
		updated  int64
		stop     string // of the error
		attempts int64  // 0: not checked
	}{
		{"no user", for_("user-3", errNoUser), 10, map[string]int{"UserNotFoundException": 1}, 9, "", 10},
		{"internal, passes", func(call int, _ *sources.Change) error {
			if call%2 == 1 {
				return errInternal
			}
			return nil
		}, 10, nil, 10, "", 0},
		{"internal for one record", for_("user-3", errInternal), 300,
			map[string]int{"no answer in 9 attempts: InternalErrorException": 1}, 299, "", 308},
		{"internal for all", always(errInternal), 10, nil, 0,
			"the service is away: nothing has succeeded for 31s: InternalErrorException", 0},
		{"timeout for all", always(context.DeadlineExceeded), 1, nil, 0,
			"the service is away: nothing has succeeded for 31s: context deadline exceeded", 8},
		{"no connection for all", always(errAway), 1, nil, 0, "the service is away: nothing has succeeded for 31s: NoConnection", 8},
		{"no connection for one record", for_("user-3", errAway), 900,
			map[string]int{"no answer in 9 attempts: NoConnection": 1}, 899, "", 908},
		{"throttled twenty times", func(call int, _ *sources.Change) error {
			if call <= 20 {
				return errThrottle
			}
			return nil
		}, 1, nil, 1, "", 21},
		{"lambda for one record", for_("user-3", errLambda), 10, map[string]int{"UnexpectedLambdaException": 1}, 9, "", 12},
		{"clock skew, passes", func(call int, _ *sources.Change) error {
			if call == 1 {
				return errSkew
			}
			return nil
		}, 10, nil, 10, "", 11},
		{"clock skew for all", always(errSkew), 1, nil, 0, "the service refuses the run: InvalidSignatureException", 2},
		{"denied", always(errDenied), 1, nil, 0, "the service refuses the run: AccessDeniedException", 1},
		{"streak", always(errNotAuth), 19, map[string]int{"NotAuthorizedException": 19}, 0, "", 19},
		{"streak of twenty", always(errNotAuth), 20, map[string]int{"NotAuthorizedException": 20}, 0, "", 20},
		{"streak that goes on", always(errNotAuth), 200, map[string]int{"NotAuthorizedException": 20}, 0,
			"the same error over and over: 20 records in a row: NotAuthorizedException", 20},
		{"streak with other failures between", func(call int, _ *sources.Change) error {
			if call%2 == 0 {
				return errNoUser
			}
			return errNotAuth
		}, 200, map[string]int{"NotAuthorizedException": 20, "UserNotFoundException": 19}, 0,
			"the same error over and over: 20 records in a row: NotAuthorizedException", 39},
		{"no streak with a success between", func(call int, _ *sources.Change) error {
			if call%20 == 0 {
				return nil
			}
			return errNotAuth
		}, 100, map[string]int{"NotAuthorizedException": 95}, 5, "", 100},
		{"throttled for four minutes", storm(4 * time.Minute), 100, nil, 100, "", 0},
		{"throttled for ever", always(errThrottle), 100, nil, 0,
			"nothing but throttles: for 5m", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.fault = test.fault
				// One worker makes the numbers exact.
				kept, state, err := run(t, s, pipeline.Config{
					Workers: 1, Budget: pipeline.Budget{Given: true, Records: 1000},
					Backoff: pipeline.Backoff{Jitter: func() float64 { return 0.5 }},
				}, changes(test.rows, test.rows))
				if got := fmt.Sprint(err); test.stop == "" && err != nil || !strings.Contains(got, test.stop) {
					t.Errorf("the run ended with %v, want %q", err, test.stop)
				}
				if got := kept.failures(); fmt.Sprint(got) != fmt.Sprint(test.failures) && len(got)+len(test.failures) > 0 {
					t.Errorf("failures %v, want %v", got, test.failures)
				}
				if state.Counts.Updated != test.updated {
					t.Errorf("updated %d, want %d", state.Counts.Updated, test.updated)
				}
				if test.attempts > 0 && state.Counts.Attempts != test.attempts {
					t.Errorf("%d attempts, want %d", state.Counts.Attempts, test.attempts)
				}
			})
		})
	}
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

// TestCrash: at random moments the process dies (or is stopped, or its calls are cancelled), what was
// not durable is lost, and the next start goes on. In the end each record stands exactly once, each user
// has the last value, and none had an earlier one again meanwhile.
func TestCrash(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(1, 400).Draw(rt, "rows")
		users := rapid.IntRange(1, rows).Draw(rt, "users")
		seed := rapid.Uint64().Draw(rt, "seed")
		synctest.Test(t, func(t *testing.T) { crashAndResume(t, rows, users, rand.New(rand.NewPCG(seed, 1))) })
	})
}

func crashAndResume(t *testing.T, rows, users int, rnd *rand.Rand) {
	s, kept := newService(), &ledger{}
	s.jitter = 300 * time.Millisecond
	var mu sync.Mutex
	s.fault = func(int, *sources.Change) error {
		mu.Lock()
		defer mu.Unlock()
		switch rnd.IntN(12) {
		case 0:
			return errThrottle
		case 1:
			return errInternal
		}
		return nil
	}
	all := changes(rows, users)
	state := checkpoint.State{Total: int64(rows)}
	for starts := 0; ; starts++ {
		if starts > 1000 {
			t.Fatal("a thousand starts were not enough")
		}
		// A crash is played by a store that keeps nothing from some moment on.
		dying := &dyingLedger{ledger: kept}
		r, err := pipeline.New(pipeline.Config{
			Source: &list{changes: all, next: int(state.Position.Offset)}, Updater: s,
			Results: dying, Store: dying, Resume: state,
			Rate: 100, Workers: 16, MaxAttempts: 50, UserInterval: -1,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		end := func() { r.Stop(pipeline.Interrupted) }
		switch rnd.IntN(3) {
		case 0:
			end = cancel
		case 1:
			end = func() { dying.die(); cancel() }
		}
		timer := time.AfterFunc(time.Duration(rnd.IntN(4000))*time.Millisecond, end)
		_, err = r.Run(ctx)
		timer.Stop()
		cancel()
		kept.crash()
		state = kept.saved
		if err == nil && !dying.dead {
			break
		}
	}
	seen := map[int]int{}
	for _, r := range kept.results {
		seen[r.Change.Line]++
	}
	for _, c := range all {
		if seen[c.Line] != 1 {
			t.Errorf("line %d stands %d times in the reports", c.Line, seen[c.Line])
		}
	}
	if state.Phase != checkpoint.Finished || state.Counts.Updated != int64(rows) {
		t.Errorf("phase %s, updated %d of %d", state.Phase, state.Counts.Updated, rows)
	}
	if s.overlaps > 0 {
		t.Errorf("%d overlaps", s.overlaps)
	}
	for i := range users {
		last := rows - 1 - (rows-1-i)%users
		got := numbers(t, s.order[fmt.Sprintf("user-%d", i)])
		if !slices.IsSorted(got) || got[len(got)-1] != last {
			t.Errorf("user-%d had %d, want them in order and %d at the end", i, got, last)
		}
	}
}

func numbers(t *testing.T, values []string) []int {
	list := make([]int, len(values))
	for i, v := range values {
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatal(err)
		}
		list[i] = n
	}
	return list
}

// dyingLedger keeps nothing from some moment on, as a process that was killed does.
type dyingLedger struct {
	*ledger
	mu   sync.Mutex
	dead bool
}

func (d *dyingLedger) die() {
	d.mu.Lock()
	d.dead = true
	d.mu.Unlock()
}

func (d *dyingLedger) Save(s checkpoint.State) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errKilled
	}
	return d.ledger.Save(s)
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
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.fault = func(_ int, c *sources.Change) error {
			if c.Username == "user-0" || c.Username == "user-1" || c.Username == "user-2" {
				return errThrottle
			}
			return nil
		}
		run(t, s, pipeline.Config{MaxDuration: 100 * time.Second}, changes(5000, 5000))
		if got := s.acceptedIn(0, 100*time.Second); got < 16 {
			t.Errorf("the others got %.1f/s of 20", got)
		}
	})
}
