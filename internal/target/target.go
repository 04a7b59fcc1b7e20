package target

import (
	"context"
	"fmt"
	"net"
	"net/url"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// Target is a pool, and the authority to change it.
type Target struct {
	Authority
	PoolID   string
	Endpoint string              // for people and the fingerprint
	SetBy    string              // what named the endpoint, if it is not AWS's own
	Lister   listing.Lister      // nil where users cannot be listed
	Groups   listing.GroupLister // nil where Lister is
	ByUsers  bool                // users write for themselves: they read less of themselves, and are sent codes that are told

	connection Connection // of a sandbox
}

// Authority is in whose name calls are made. Its methods may be used by many goroutines; a call is one attempt,
// but for Describe.
type Authority interface {
	// Describe asks for the pool. Where the pool cannot be known it has no name, and the rules of every pool.
	Describe(ctx context.Context, attempts int) (*cognito.Pool, error)
	// Probe asks whether the service is there, by a call that costs nothing and is about no user. What it answers
	// does not matter.
	Probe(ctx context.Context) error
	// Ready tells why a record could not be sent any more, without a call: its access token may have expired.
	Ready(c *sources.Change) error
	// User reads the user of a record. The name is the record's, or the Username of an earlier answer.
	User(ctx context.Context, c *sources.Change, name string) (*cognito.User, error)
	// Updater is what changes users.
	Updater(Updates) pipeline.Updater
}

// Updates are how users are changed.
type Updates struct {
	Metadata           map[string]string // for the pool's Lambda triggers, with every call
	VerifyBeforeUpdate []string          // addresses that the pool holds back; see [cognito.Pool]
	// Delivered is told of the codes that the service sent to a user. Only users' own tokens hear of them.
	Delivered func(c *sources.Change, codes []cognito.Delivery)
}

// The operations that write, as they stand in fingerprints.
const (
	UpdateAsAdmin = "AdminUpdateUserAttributes"
	ReadAsAdmin   = "AdminGetUser"
	ReadAsUser    = "GetUser"
	UpdateAsUser  = "UpdateUserAttributes"
)

func newTarget(poolID string, client *cognito.Client, a Authority) *Target {
	t := &Target{Authority: a, PoolID: poolID, Lister: client, Groups: client}
	t.Endpoint, t.SetBy = client.Endpoint()
	return t
}

// Place names the endpoint for people, if it is not AWS's own.
func (t *Target) Place() string {
	switch {
	case t.Endpoint == SandboxEndpoint:
		return "a sandbox inside this process"
	case t.SetBy == "":
		return ""
	default:
		return fmt.Sprintf("%s (set by %s)", t.Endpoint, t.SetBy)
	}
}

// InTheClear tells whether access tokens go to the endpoint unencrypted, over more than this machine.
func (t *Target) InTheClear() bool {
	u, err := url.Parse(t.Endpoint)
	if err != nil || u.Scheme != "http" || !t.ByUsers {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// describe asks for a pool with a client, under the retry policy of a run.
func describe(ctx context.Context, client *cognito.Client, poolID string, attempts int) (pool *cognito.Pool, err error) {
	err = pipeline.Retry(ctx, attempts, pipeline.Backoff{}, func(ctx context.Context) error {
		pool, err = client.Pool(ctx, poolID)
		return err
	})
	return pool, err
}
