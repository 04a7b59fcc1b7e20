package job

import (
	"sync"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// expiries count the access tokens of the records that are not finished, by the second in which they expire. Tokens are good
// for a day at most, which bounds their number. They are used by many goroutines; nil has none.
type expiries struct {
	check func(*sources.Change) error // of what is to be sent; a record that fails it never counts

	mu sync.Mutex
	at map[int64]int64
}

func newExpiries(check func(*sources.Change) error) *expiries {
	return &expiries{check: check, at: map[int64]int64{}}
}

// add counts the token of a record that is to be sent, and finished no more.
func (e *expiries) add(c *sources.Change)      { e.count(c, 1) }
func (e *expiries) finished(c *sources.Change) { e.count(c, -1) }

func (e *expiries) count(c *sources.Change, n int64) {
	if e == nil || c == nil || e.check(c) != nil {
		return
	}
	token, err := cognito.ParseToken(string(c.Token))
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	second := token.ExpiresAt.Unix()
	if e.at[second] += n; e.at[second] <= 0 {
		delete(e.at, second)
	}
}

// between is how many expire from a moment on until another.
func (e *expiries) between(from, until time.Time) (n int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for second, tokens := range e.at {
		if at := time.Unix(second, 0); !at.Before(from) && !at.After(until) {
			n += tokens
		}
	}
	return n
}
