package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

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
		if err == nil && !dying.died() {
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

func (d *dyingLedger) died() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

func (d *dyingLedger) Save(s checkpoint.State) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errKilled
	}
	return d.ledger.Save(s)
}
