package listing

import (
	"context"

	"golang.org/x/time/rate"

	"attrmigrate/internal/cognito"
	"attrmigrate/pipeline"
)

// PageSize is the largest page of ListUsers (the API reference).
const PageSize = 60

// Lister lists users: all of a pool, or those that a filter finds. A call is one attempt.
type Lister interface {
	ListUsers(ctx context.Context, poolID, filter, token string, limit int) (users []cognito.User, next string, err error)
}

// Pager reads users through a Lister, at a pace and with retries. It is used by one goroutine.
type Pager struct {
	lister   Lister
	pool     string
	limiter  *rate.Limiter // burst 1: every attempt waits for its turn
	attempts int
	backoff  pipeline.Backoff
	calls    int64
}

// NewPager reads the users of a pool in so many attempts a second, pipeline.Unlimited for any number.
// A call has so many attempts.
func NewPager(l Lister, poolID string, perSecond float64, attempts int, b pipeline.Backoff) *Pager {
	limit := rate.Limit(perSecond)
	if perSecond >= pipeline.Unlimited {
		limit = rate.Inf
	}
	return &Pager{lister: l, pool: poolID, limiter: rate.NewLimiter(limit, 1), attempts: attempts, backoff: b}
}

// Calls is how many attempts were made.
func (p *Pager) Calls() int64 { return p.calls }

// Pages calls f with each page of the users that a filter finds, or of all if it is empty. The pages
// are one chain, in which no user stands twice; one that leads back to itself is an [*EndlessError].
func (p *Pager) Pages(ctx context.Context, filter string, f func([]cognito.User) error) error {
	return follow("ListUsers", func(token string) (string, error) {
		users, next, err := p.page(ctx, filter, token)
		if err == nil {
			err = f(users)
		}
		return next, err
	})
}

func (p *Pager) page(ctx context.Context, filter, token string) (users []cognito.User, next string, err error) {
	err = p.call(ctx, func(ctx context.Context) error {
		users, next, err = p.lister.ListUsers(ctx, p.pool, filter, token, PageSize)
		return err
	})
	return users, next, err
}

// call makes a call at the pace, in several attempts if need be.
func (p *Pager) call(ctx context.Context, attempt func(context.Context) error) error {
	return pipeline.Retry(ctx, p.attempts, p.backoff, func(ctx context.Context) error {
		if err := p.limiter.Wait(ctx); err != nil {
			return err
		}
		p.calls++
		return attempt(ctx)
	})
}

// Search returns the first user that a value of an attribute finds and that fits.
func (p *Pager) Search(ctx context.Context, attribute, value string, fits func(*cognito.User) bool) (*cognito.User, error) {
	filter, ok := cognito.Filter(attribute, value)
	if !ok { // over 256 characters: longer than a username, and than most addresses
		return nil, nil
	}
	var found *cognito.User
	err := p.Pages(ctx, filter, func(users []cognito.User) error {
		for i := range users {
			if found == nil && fits(&users[i]) {
				found = &users[i]
			}
		}
		return nil
	})
	return found, err
}
