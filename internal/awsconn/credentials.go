package awsconn

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Credentials are handed out, and can be told that they have expired before their time. Then the
// whole configuration is read again, since the SDK itself never looks again at a credentials file
// that another program has rewritten (aws-sdk-go-v2#2135). Any number of goroutines may use them.
type Credentials struct {
	load func(context.Context) (aws.CredentialsProvider, error)

	mu         sync.Mutex // guards what follows
	provider   aws.CredentialsProvider
	generation int  // counts the renewals
	had        bool // credentials were handed out once
}

// Retrieve returns the credentials, from the provider's own cache if they are fresh. The error is a
// [*credentialsError].
func (r *Credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	generation := r.Current()
	provider, err := r.get(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	credentials, err := provider.Retrieve(ctx)
	if err != nil && ctx.Err() != nil {
		r.Renew(generation) // the SDK's cache would have who asks next wait for the answer that has not come
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		err = checkCredentials(credentials)
	}
	if err != nil {
		return aws.Credentials{}, &credentialsError{err: err, lost: r.had}
	}
	r.had = true
	return credentials, nil
}

func (r *Credentials) get(ctx context.Context) (aws.CredentialsProvider, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.provider == nil {
		provider, err := r.load(ctx)
		if err != nil {
			return nil, &credentialsError{err: err, lost: r.had}
		}
		r.provider = provider
	}
	return r.provider, nil
}

// checkCredentials refuses those that no call can be signed with, wherever they come from.
func checkCredentials(c aws.Credentials) error {
	from := ""
	if c.Source != "" {
		from = " from " + c.Source
	}
	return checkAll([]setting{
		{"the access key id" + from, c.AccessKeyID, inWord, nil},
		{"the secret access key" + from, c.SecretAccessKey, inWord, nil},
		{"the session token" + from, c.SessionToken, inWord, nil},
	})
}

// Current returns the number of the credentials in use, for Renew.
func (r *Credentials) Current() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.generation
}

// Renew drops the credentials of that number. Of many calls that find them expired at once, only the
// first drops them.
func (r *Credentials) Renew(generation int) {
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

// nobody is the provider of a connection without credentials, for calls that are not signed, and don't ask it.
var nobody = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, errors.New("the client was made for users' own tokens alone")
})

// credentialsError is a failure to get credentials, at all or (lost) again.
type credentialsError struct {
	err  error
	lost bool
}

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }
