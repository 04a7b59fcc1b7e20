package quota_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// account plays an account whose quota of updates is shared by runs and others. As in internal/sandbox the
// quota is a token bucket of capacity max(5, quota/5), which starts full and of which a rejected call
// takes nothing.
type account struct {
	quota  func(at time.Duration) float64  // calls a second; 0: all are rejected
	fault  func(a *account, user int) bool // throttles that have nothing to do with the quota; nil: none
	refuse float64                         // the share of accepted calls that get an error all the same: of unknown users, say
	steady float64                         // calls of others, a second
	burst  int                             // calls of others at once, every ten seconds

	started time.Time
	mu      *sync.Mutex
	used    float64 // tokens missing
	filled  time.Time
	random  *rand.Rand
}

// open is the account with a full bucket and a draw of chance.
func (a account) open(draw uint64) *account {
	a.started, a.filled = time.Now(), time.Now()
	a.mu, a.random = new(sync.Mutex), rand.New(rand.NewPCG(1, draw))
	return &a
}

// take says whether the account takes a call now.
func (a *account) take(user int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fault != nil && a.fault(a, user) {
		return false
	}
	now := time.Now()
	q := a.quota(now.Sub(a.started))
	a.used = max(0, a.used-q*now.Sub(a.filled).Seconds())
	a.filled = now
	const rounding = 1e-6
	if q == 0 || a.used+1 > max(5, q/5)+rounding {
		return false
	}
	a.used++
	return true
}

// chance is a random number in [0,1).
func (a *account) chance() float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.random.Float64()
}

// others call until done is closed.
func (a *account) others(done <-chan struct{}) {
	steady := time.NewTicker(time.Duration(float64(time.Second) / a.steady))
	bursts := time.NewTicker(10 * time.Second)
	defer steady.Stop()
	defer bursts.Stop()
	for {
		select {
		case <-done:
			return
		case <-steady.C:
			a.take(0)
		case <-bursts.C:
			for range a.burst {
				a.take(0)
			}
		}
	}
}

// client is one run at an account: its Source, its Updater, and what became of its attempts. Half of the
// round trip, which varies by a quarter or 100 ms, lies before the account decides, and half behind it.
type client struct {
	rate      float64
	users     int           // in turns; 0: so many that none waits for the record before
	late      time.Duration // when it starts
	roundTrip time.Duration
	work      time.Duration // what an accepted attempt takes beside
	steps     []step        // how it is steered
	*account

	records             int
	accepted, throttled []time.Duration // when, since the account was opened
}

// Next delivers record after record, the users in turns.
func (c *client) Next(ctx context.Context) (*sources.Change, error) {
	if ctx.Err() != nil {
		return nil, io.EOF
	}
	c.records++
	return &sources.Change{
		File: "made.csv", Line: c.records + 1, After: sources.Position{Offset: int64(c.records)},
		Username:   strconv.Itoa(c.records % cmp.Or(c.users, 10*checkpoint.MaxGapRecords)),
		Attributes: []sources.Attribute{{Name: "custom:n", Value: strconv.Itoa(c.records)}},
	}, nil
}

func (c *client) Update(ctx context.Context, change *sources.Change) (pipeline.Outcome, error) {
	user, err := strconv.Atoi(change.Username)
	if err != nil {
		return 0, err
	}
	trip := c.roundTrip + time.Duration(float64(min(c.roundTrip/4, 100*ms))*(2*c.chance()-1))
	if err := pass(ctx, trip/2); err != nil {
		return 0, err
	}
	ok := c.take(user)
	c.mu.Lock()
	at := time.Since(c.started)
	if ok {
		c.accepted = append(c.accepted, at)
	} else {
		c.throttled = append(c.throttled, at)
	}
	c.mu.Unlock()
	if !ok {
		return 0, errors.Join(pass(ctx, trip/2), throttled{})
	}
	var refused error
	if c.chance() < c.refuse {
		refused = errors.New("no such user")
	}
	return pipeline.Updated, errors.Join(pass(ctx, trip/2+c.work), refused)
}

// pass lets simulated time pass.
func pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// carry starts the run, late, and lets it go on until the account has been open for a time.
func (c *client) carry(t *testing.T, until time.Duration) {
	if pass(t.Context(), c.late) != nil {
		return
	}
	r, err := pipeline.New(pipeline.Config{
		Source: c, Updater: c, Rate: c.rate, MaxDuration: until - c.late, DrainTimeout: time.Minute,
		Workers: max(64, int(2500*min(c.roundTrip+c.work, 500*ms).Seconds())), // never what limits the rate
		Backoff: pipeline.Backoff{Jitter: c.chance}, Budget: pipeline.Budget{Given: true, Records: 1 << 40},
	})
	if err != nil {
		t.Error(err)
		return
	}
	for _, s := range c.steps {
		time.AfterFunc(s.at, func() { s.do(t, r) })
	}
	var stop *pipeline.StopError
	if _, err = r.Run(t.Context()); !errors.As(err, &stop) || stop.Reason != pipeline.OutOfTime {
		t.Errorf("the run ended with %v", err)
	}
}

// within is how many moments lie in a span, a second.
func within(moments []time.Duration, from, to time.Duration) float64 {
	n := 0
	for _, at := range moments {
		if at >= from && at < to {
			n++
		}
	}
	return float64(n) / (to - from).Seconds()
}

// throttled is what the account says beyond its quota.
type throttled struct{}

func (throttled) Error() string  { return "too many requests" }
func (throttled) Throttle() bool { return true }
