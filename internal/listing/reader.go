package listing

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
	"attrmigrate/pipeline"
)

// PageSize is the largest page of ListUsers (the API reference).
const PageSize = 60

// Lister lists users: all of a pool, or those that a filter finds. A call is one attempt, and several may be under way.
type Lister interface {
	ListUsers(ctx context.Context, poolID, filter, token string, limit int) (users []cognito.User, next string, err error)
}

// Config says what is read, and how.
type Config struct {
	Lister Lister
	Groups GroupLister // of Reader.Group and of an export of everything; nil where neither is asked for
	PoolID string
	// Estimated is about how many users the pool has.
	Estimated int64
	// Rate paces all calls together, in attempts a second: pipeline.Unlimited for any number. The default is 20, of
	// AWS's 30 an account.
	Rate     float64
	Attempts int // of one call; the default is 8
	Backoff  pipeline.Backoff
	// Chains is how many chains of pages are read at once, 16 at most. 1: the pool is read in one. 0: as it pays.
	Chains int
	// Scratch makes a file for the users that do not fit into a few MiB; nil: in the system's directory for such.
	Scratch func() (*disk.Scratch, error)
	// Progress is told how far a reading is, one call at a time, from goroutines of the reader; nil for nobody.
	Progress func(Progress)
}

// Progress is how far a reading is.
type Progress struct {
	Users, Of int64 // about how many of about how many
	Chains    int   // of pages, under way
	Calls     int64 // of this reader so far
}

// Reader reads the users of a pool. It is used by one goroutine.
type Reader struct {
	cfg     Config
	limiter *rate.Limiter // burst 1: every attempt waits for its turn
	calls   atomic.Int64
	notes   []string
}

// NewReader reads a pool.
func NewReader(cfg Config) *Reader {
	if cfg.Rate <= 0 {
		cfg.Rate = 20
	}
	if cfg.Attempts <= 0 {
		cfg.Attempts = 8
	}
	if cfg.Progress == nil {
		cfg.Progress = func(Progress) {}
	}
	if cfg.Scratch == nil {
		cfg.Scratch = Temporary
	}
	limit := rate.Limit(cfg.Rate)
	if cfg.Rate >= pipeline.Unlimited {
		limit = rate.Inf
	}
	return &Reader{cfg: cfg, limiter: rate.NewLimiter(limit, 1)}
}

// Calls is how many attempts were made.
func (r *Reader) Calls() int64 { return r.calls.Load() }

// Notes are what people should know of how it was read, in the order in which it came up.
func (r *Reader) Notes() []string { return r.notes }

// page asks for a page of the users that a filter finds. Took is the time of the attempt that succeeded.
func (r *Reader) page(ctx context.Context, filter, token string) (users []cognito.User, next string, took time.Duration, err error) {
	err = r.call(ctx, func(ctx context.Context) error {
		begun := time.Now()
		users, next, err = r.cfg.Lister.ListUsers(ctx, r.cfg.PoolID, filter, token, PageSize)
		took = time.Since(begun)
		return err
	})
	return users, next, took, err
}

// call makes a call at the pace, in several attempts if need be.
func (r *Reader) call(ctx context.Context, attempt func(context.Context) error) error {
	return pipeline.Retry(ctx, r.cfg.Attempts, r.cfg.Backoff, func(ctx context.Context) error {
		if err := r.wait(ctx); err != nil {
			return err
		}
		r.calls.Add(1)
		return attempt(ctx)
	})
}

// wait waits for the turn of a call, or until ctx ends: [rate.Limiter.Wait] gives up before a deadline that is near.
func (r *Reader) wait(ctx context.Context) error {
	turn := r.limiter.Reserve()
	timer := time.NewTimer(turn.Delay())
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		turn.Cancel()
		return ctx.Err()
	}
}

// pages calls f with each page of the users that a filter finds, or of all if it is empty: one chain.
func (r *Reader) pages(ctx context.Context, filter string, f func([]cognito.User) error) error {
	return follow("ListUsers", func(token string) (string, error) {
		users, next, _, err := r.page(ctx, filter, token)
		if err == nil {
			err = f(users)
		}
		return next, err
	})
}

// Search returns the first user that a value of an attribute finds and that fits.
func (r *Reader) Search(ctx context.Context, attribute, value string, fits func(*cognito.User) bool) (*cognito.User, error) {
	filter, ok := cognito.Filter(attribute, value)
	if !ok { // over 256 characters: longer than a username, and than most addresses
		return nil, nil
	}
	var found *cognito.User
	err := r.pages(ctx, filter, func(users []cognito.User) error {
		for i := range users {
			if found == nil && fits(&users[i]) {
				found = &users[i]
			}
		}
		return nil
	})
	return found, err
}
