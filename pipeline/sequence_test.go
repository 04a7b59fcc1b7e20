package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// queue is an Updater that sees whether records of one user, or of one sequence, overlap or overtake each other.
type queue struct {
	mu    sync.Mutex
	busy  map[string]bool
	last  map[string]int
	wrong []string
}

func (q *queue) Update(_ context.Context, c *sources.Change) (pipeline.Outcome, error) {
	chains := []string{"user " + c.Username}
	if c.Order != "" {
		chains = append(chains, "sequence "+c.Order)
	}
	q.each(chains, func(chain string) {
		if q.busy[chain] || q.last[chain] > c.Line {
			q.wrong = append(q.wrong, fmt.Sprintf("%s: line %d, after %d", chain, c.Line, q.last[chain]))
		}
		q.busy[chain] = true
	})
	time.Sleep(time.Duration(rand.N(200)) * time.Millisecond)
	var err error
	if rand.N(5) == 0 {
		err = errThrottle
	}
	q.each(chains, func(chain string) {
		q.busy[chain] = false
		q.last[chain] = c.Line
	})
	return pipeline.Updated, err
}

func (q *queue) each(chains []string, f func(string)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, chain := range chains {
		f(chain)
	}
}

// TestSequences: records of one sequence, of whichever users, are applied one after the other and in their order, and so
// are those of one user, in whichever sequences. All of them come to their end.
func TestSequences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := changes(600, 40)
		for _, c := range all {
			c.Username = fmt.Sprint("user-", rand.N(40))
			if rand.N(2) == 0 {
				c.Order = fmt.Sprint(rand.N(10))
			}
		}
		q := &queue{busy: map[string]bool{}, last: map[string]int{}}
		kept := &ledger{}
		r, err := pipeline.New(pipeline.Config{Source: &list{changes: all}, Updater: q, Results: kept, Store: kept,
			Rate: pipeline.Unlimited, Workers: 64, MaxAttempts: 50})
		if err != nil {
			t.Fatal(err)
		}
		state, err := r.Run(t.Context())
		if err != nil || state.Counts.Done() != 600 || len(q.wrong) > 0 {
			t.Errorf("%v, %d done; %v", err, state.Counts.Done(), q.wrong)
		}
	})
}
