package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// bearers reads what access tokens say, for --as user: the token of a record tells who its user is, and
// whether Cognito will take it. It is not modified, and used by many goroutines.
type bearers struct {
	poolID string    // the only pool whose tokens are taken
	since  time.Time // what has expired then is told before the first write
}

// name gives a record the sub of its token's user for a username, or the reason why Cognito would not
// take the token.
func (b *bearers) name(c *sources.Change) {
	if c.Err != nil {
		return
	}
	token, err := cognito.ParseToken(string(c.Token))
	if err == nil {
		c.Username, err = token.Subject, token.Check(b.since, b.poolID)
	}
	c.Err = err
}

// expired refuses a token that has expired since.
func expired(c *sources.Change) error {
	token, err := cognito.ParseToken(string(c.Token))
	if err != nil {
		return err
	}
	return token.Check(time.Now(), "")
}

// tokenPool finds the user pool, and its Region, in the first token of the change set that can be read.
func (s *changeSet) tokenPool(ctx context.Context) (*cognito.Token, error) {
	in, err := s.open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var first error
	for {
		c, err := in.Next(ctx)
		switch {
		case errors.Is(err, io.EOF) && first == nil:
			return nil, &refusal.UsageError{Err: fmt.Errorf("%s has no records, and so no access tokens", prose.Printable(s.paths[0]))}
		case errors.Is(err, io.EOF):
			return nil, &refusal.UsageError{Err: fmt.Errorf("no access token can be read: %w", first), Remedy: refusal.HintOf(first)}
		case err != nil:
			return nil, err
		}
		token, err := cognito.ParseToken(string(c.Token))
		if c.Err == nil && err == nil {
			return token, nil
		}
		if first == nil {
			first = fmt.Errorf("%s: %w", prose.Printable(c.Place()), errors.Join(c.Err, err))
			if c.Err != nil {
				first = fmt.Errorf("%s: %w", prose.Printable(c.Place()), c.Err)
			}
		}
	}
}

// connectBearers prepares a client for calls with users' own tokens: it has no AWS credentials, and asks
// for none. The pool and its Region are those of the tokens, unless the options name them.
func connectBearers(ctx context.Context, o options, set *changeSet) (*service, error) {
	token, err := set.tokenPool(ctx)
	if err != nil {
		return nil, err
	}
	pool, region := o.connection.poolID, o.connection.region
	if pool == "" {
		pool = token.PoolID
	}
	if region == "" {
		region, _ = cognito.RegionOf(pool)
	}
	if region == "" {
		region = token.Region
	}
	if region == "" && o.connection.endpointURL != "" {
		region = "us-east-1" // only AWS's own endpoints depend on it
	}
	client, err := cognito.NewClient(ctx, cognito.Config{
		Region: region, Profile: o.connection.profile, EndpointURL: o.connection.endpointURL, Anonymous: true,
		Connections: o.workers, Timeout: o.connection.timeout, UserAgent: "attrmigrate/" + release(),
	})
	if err != nil {
		return nil, err
	}
	s := &service{client: client, poolID: pool}
	s.endpoint, s.setBy = client.Endpoint()
	set.bearers, set.decoding.UserPoolID = &bearers{poolID: pool, since: time.Now()}, pool
	return s, nil
}

// describeForBearers describes the pool if there are AWS credentials and the pool was named. Else it
// returns what holds for every pool, with no name.
func (s *service) describeForBearers(ctx context.Context, o options) (*cognito.Pool, error) {
	unknown := &cognito.Pool{ID: s.poolID, CaseSensitive: true, Schema: cognito.BuiltInSchema().ForTokens()}
	unknown.Region, _ = cognito.RegionOf(s.poolID)
	if o.connection.poolID == "" {
		return unknown, nil
	}
	signed, err := connect(ctx, o.connection, 1)
	if err != nil {
		return nil, err
	}
	pool, err := signed.describe(ctx, o.maxAttempts)
	if code := codeOf(err); code == "NoCredentials" {
		return unknown, nil
	}
	if err != nil {
		return nil, err
	}
	pool.Schema = pool.Schema.ForTokens()
	return pool, nil
}

// codeOf is the code that an error knows, or nothing.
func codeOf(err error) string {
	if e, ok := errors.AsType[interface {
		error
		Code() string
	}](err); ok {
		return e.Code()
	}
	return ""
}

// bearerUpdater changes users with their own tokens.
type bearerUpdater struct{ *cognito.UserUpdater }

// newBearerUpdater lists the codes that Cognito sends in the reports.
func newBearerUpdater(client *cognito.Client, metadata map[string]string, reports *report.Files) bearerUpdater {
	return bearerUpdater{client.UserUpdater(cognito.UserUpdaterConfig{
		Token:    func(c *sources.Change) string { return string(c.Token) },
		Metadata: metadata,
		Delivered: func(c *sources.Change, codes []cognito.Delivery) {
			for _, d := range codes {
				reports.Delivered(c, report.Delivery(d))
			}
		},
	})}
}

// Update implements [pipeline.Updater]. No call is spent on a token that has expired while it waited.
func (u bearerUpdater) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	if err := expired(c); err != nil {
		return pipeline.Failed, err
	}
	return u.UserUpdater.Update(ctx, c)
}

// bearerReader reads users with their own tokens.
type bearerReader struct{ client *cognito.Client }

// user implements userReader. The user is named by the sub, as the undo entry is to name it.
func (r bearerReader) user(ctx context.Context, c *sources.Change, _ string) (*cognito.User, error) {
	if err := expired(c); err != nil {
		return nil, err
	}
	user, err := r.client.GetUserByToken(ctx, string(c.Token))
	if err != nil {
		return nil, err
	}
	user.Username = c.Username
	return user, nil
}

// inTheClear tells whether an endpoint would be sent tokens unencrypted, over more than this machine.
func inTheClear(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}
