package awsconn

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Many calls find the same credentials expired; they are fetched anew once.
func TestRenewOnce(t *testing.T) {
	var loads atomic.Int32
	r := &Credentials{provider: aws.AnonymousCredentials{}, load: func(context.Context) (aws.CredentialsProvider, error) {
		loads.Add(1)
		return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, nil }), nil
	}}
	stale := r.Current()
	for range 32 {
		r.Renew(stale)
		if _, err := r.Retrieve(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if loads.Load() != 1 {
		t.Errorf("loaded %d times, want once", loads.Load())
	}
}
