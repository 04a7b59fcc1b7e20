package s3

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// renewable hands out credentials and can be told that they have expired before their time. It then reads the whole
// configuration again, since the SDK never looks again at a credentials file that another program has rewritten
// (aws-sdk-go-v2#2135).
type renewable struct {
	load func(context.Context) (aws.CredentialsProvider, error)

	mu         sync.Mutex // guards what follows
	provider   aws.CredentialsProvider
	generation int  // counts the renewals
	had        bool // credentials were handed out once
}

func newRenewable(first aws.CredentialsProvider, load func(context.Context) (aws.CredentialsProvider, error)) *renewable {
	return &renewable{provider: first, load: load}
}

// credentialsError is a failure to get credentials, at all or (lost) again.
type credentialsError struct {
	err  error
	lost bool
}

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// Retrieve returns the credentials, from the provider's own cache if they are fresh.
func (r *renewable) Retrieve(ctx context.Context) (aws.Credentials, error) {
	provider, err := r.get(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	credentials, err := provider.Retrieve(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		return aws.Credentials{}, &credentialsError{err, r.had}
	}
	r.had = true
	return credentials, nil
}

func (r *renewable) get(ctx context.Context) (aws.CredentialsProvider, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.provider == nil {
		provider, err := r.load(ctx)
		if err != nil {
			return nil, &credentialsError{err, r.had}
		}
		r.provider = provider
	}
	return r.provider, nil
}

// current is the number of the credentials in use, for renew.
func (r *renewable) current() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.generation
}

// renew drops the credentials of that number. Of many calls that find them expired at once, only the first drops them.
func (r *renewable) renew(generation int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if generation != r.generation {
		return
	}
	r.generation++
	if cache, ok := r.provider.(*aws.CredentialsCache); ok {
		cache.Invalidate()
	}
	r.provider = nil
}
