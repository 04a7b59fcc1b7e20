package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// poison is a fault of every call for some users, and of nothing else.
func poison(users ...int) func(int, *sources.Change) error {
	return func(_ int, c *sources.Change) error {
		for _, user := range users {
			if c.Username == fmt.Sprintf("user-%d", user) {
				return errInternal
			}
		}
		return nil
	}
}

// faults are what a service answers in place of what was asked for.
type faults = func(int, *sources.Change) error

// outage is a fault of every call between two moments after now.
func outage(from, to time.Duration) faults {
	begin := time.Now()
	return func(int, *sources.Change) error {
		if at := time.Since(begin); at >= from && at < to {
			return errAway
		}
		return nil
	}
}

// either is the one fault, or else the other.
func either(one, other func(int, *sources.Change) error) func(int, *sources.Change) error {
	return func(n int, c *sources.Change) error { return errors.Join(one(n, c), other(n, c)) }
}

// slow is a service whose calls hang before they fail of a fault.
type slow struct {
	*service
	fault func(int, *sources.Change) error
	hangs time.Duration
}

func (s slow) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	if s.hangs > 0 && s.fault(0, c) != nil {
		return 0, errors.Join(pass(ctx, s.hangs), context.DeadlineExceeded)
	}
	return s.service.Update(ctx, c)
}

// starts is a run over as many starts as it takes, at most so many.
type starts struct {
	kept  *ledger
	state checkpoint.State
	err   error // of the last one
	n     int
	took  []time.Duration
}

func start(t *testing.T, cfg pipeline.Config, all []*sources.Change, most int) (s starts) {
	t.Helper()
	s.kept = &ledger{}
	cfg.Results, cfg.Store, cfg.Budget = s.kept, s.kept, pipeline.Budget{Given: true, Records: 1 << 30}
	for s.n < most {
		s.n++
		cfg.Source, cfg.Resume = &list{changes: all, next: int(s.state.Position.Offset)}, s.state
		r, err := pipeline.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		s.state, s.err = r.Run(t.Context())
		s.took = append(s.took, time.Since(begin))
		if s.err == nil {
			return s
		}
		s.kept.crash()
		time.Sleep(10 * time.Second) // on the clock of the bubble: somebody starts it again
	}
	return s
}

// unknown are the users whose records failed as such, in order.
func (s starts) unknown() (users []string) {
	for _, r := range s.kept.results {
		if e, ok := errors.AsType[*pipeline.ExhaustedError](r.Err); ok && e.Class() == "unknown" {
			users = append(users, r.Change.Username)
		} else if r.Err != nil {
			users = append(users, r.Change.Username+" otherwise")
		}
	}
	slices.Sort(users)
	return users
}

// names are the users of such numbers, in order.
func names(users []int) (names []string) {
	for _, user := range users {
		names = append(names, fmt.Sprintf("user-%d", user))
	}
	slices.Sort(names)
	return names
}

// TestPoison: users of whom each call gets an internal error fail as unknown, and everybody else is done,
// wherever in the input they stand.
func TestPoison(t *testing.T) {
	some := func(from, n int) (users []int) {
		for i := range n {
			users = append(users, from+i)
		}
		return users
	}
	tests := []struct {
		name        string
		rows        int
		change      int // of these, how many need a change; 0: all
		poisoned    []int
		maxAttempts int // 1: and one worker
		starts      int // at most
	}{
		{"at the head", 300, 0, []int{0}, 0, 1},
		{"three at the head, one attempt", 300, 0, some(0, 3), 1, 2},
		{"seven at the head, one attempt", 300, 0, some(0, 7), 1, 4},
		{"in the middle", 300, 0, []int{150}, 0, 1},
		{"near the end", 300, 0, []int{290}, 0, 1},
		{"at the end", 300, 0, []int{299}, 0, 1},
		{"one attempt", 300, 0, []int{290}, 1, 1},
		{"one attempt, at the end", 300, 0, []int{299}, 1, 1},
		{"two left", 300, 0, some(298, 2), 0, 1},
		{"three neighbours", 300, 0, some(150, 3), 0, 2},
		{"three neighbours, one attempt", 300, 0, some(150, 3), 1, 2},
		{"three left", 300, 0, some(297, 3), 0, 2},
		{"three left, one attempt", 300, 0, some(297, 3), 1, 2},
		{"nine left", 300, 0, some(291, 9), 0, 4},
		{"mostly unchanged", 1000, 4, []int{2}, 0, 1},
		{"mostly unchanged, the last", 1000, 4, []int{3}, 1, 1},
		{"mostly unchanged, all that change", 1000, 3, some(0, 3), 0, 2},
		{"a full gap", checkpoint.MaxGapRecords + 100, 1, []int{0}, 0, 1},
	}
	for _, test := range tests {
		for _, lane := range []string{"updates", "updates without a read", "reads", "both"} {
			if test.change > 0 && lane == "updates without a read" {
				continue
			}
			t.Run(test.name+"/"+lane, func(t *testing.T) {
				t.Parallel()
				if testing.Short() && test.rows > 1000 {
					t.Skip("these are very many records")
				}
				synctest.Test(t, func(t *testing.T) {
					s := newService()
					cfg := pipeline.Config{Updater: s, MaxAttempts: test.maxAttempts, Workers: test.maxAttempts}
					look := &reader{live: s.last}
					if lane != "updates without a read" {
						cfg.Preparer = look
					}
					if lane != "reads" {
						s.fault = poison(test.poisoned...)
					}
					if lane == "reads" || lane == "both" {
						look.fault = poison(test.poisoned...)
					}
					all := changes(test.rows, test.rows)
					if test.change > 0 {
						for _, c := range all[test.change:] {
							s.order[c.Username] = []string{c.Attributes[0].Value}
						}
					}
					got := start(t, cfg, all, test.starts)
					if got.err != nil || got.state.Phase != checkpoint.Finished {
						t.Errorf("after %d starts: %v, %d of %d done", got.n, got.err, got.state.Counts.Done(), test.rows)
					}
					if unknown, want := got.unknown(), names(test.poisoned); !slices.Equal(unknown, want) {
						t.Errorf("unknown: %v, want %v", unknown, want)
					}
					if len(got.kept.results) != test.rows || len(got.state.Parked) > 0 {
						t.Errorf("%d results of %d records, %v parked", len(got.kept.results), test.rows, got.state.Parked)
					}
				})
			})
		}
	}
}

// TestPoisonedUser: a parked record holds back its user's later ones, each ends once, and many records of
// poisoned users take no more starts than one of each.
func TestPoisonedUser(t *testing.T) {
	for _, test := range []struct {
		name     string
		poisoned []int
		starts   int
	}{
		{"one", []int{3}, 1}, {"three", []int{3, 4, 5}, 2}, {"all but one", []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.fault = poison(test.poisoned...)
				got := start(t, pipeline.Config{Updater: s}, changes(60, 10), test.starts)
				if got.err != nil || len(got.unknown()) != 6*len(test.poisoned) || len(got.kept.results) != 60 || s.overlaps > 0 {
					t.Errorf("%v: %d unknown of %d, %d overlaps", got.err, len(got.unknown()), len(got.kept.results), s.overlaps)
				}
			})
		})
	}
}

// TestPoisonAmongRefusals: a service that refuses everybody else is there. Where the four fail last and together, their pauses
// decide whether the first start ends as for a service that is away; the second one comes to the end.
func TestPoisonAmongRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		bad := poison(50, 51, 52, 53)
		s.fault = func(n int, c *sources.Change) error {
			if err := bad(n, c); err != nil {
				return err
			}
			return errNoUser
		}
		got := start(t, pipeline.Config{Updater: s}, changes(1000, 1000), 2)
		unknown := slices.DeleteFunc(got.unknown(), func(user string) bool { return strings.HasSuffix(user, " otherwise") })
		if got.err != nil || !slices.Equal(unknown, names([]int{50, 51, 52, 53})) || len(got.kept.results) != 1000 {
			t.Errorf("%v: %d results, unknown %v", got.err, len(got.kept.results), unknown)
		}
	})
}

// TestParkedIsNamed: the state names what is parked, and the next start takes it last.
func TestParkedIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.fault = poison(10, 11, 12)
		cfg := pipeline.Config{Updater: s, MaxAttempts: 1, Workers: 1}
		got := start(t, cfg, changes(300, 300), 1)
		if !strings.HasPrefix(fmt.Sprint(got.err), "the service is away: nothing has succeeded for ") ||
			!slices.Equal(got.state.Parked, []int64{11, 12, 13}) || got.state.LastAnswer.IsZero() {
			t.Fatalf("%v, parked %v", got.err, got.state.Parked)
		}
		var order []string
		s.fault = func(_ int, c *sources.Change) error {
			order = append(order, c.Username)
			return nil
		}
		r, err := pipeline.New(pipeline.Config{Updater: s, Workers: 1, Source: &list{changes: changes(300, 300), next: int(got.state.Position.Offset)},
			Resume: got.state, Results: got.kept, Store: got.kept})
		if err != nil {
			t.Fatal(err)
		}
		if state, err := r.Run(t.Context()); err != nil || len(state.Parked) > 0 {
			t.Fatal(err, state.Parked)
		}
		if last := order[len(order)-3:]; !slices.Equal(last, []string{"user-10", "user-11", "user-12"}) {
			t.Errorf("the last were %v", last)
		}
	})
}
