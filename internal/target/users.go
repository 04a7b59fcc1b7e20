package target

import (
	"context"
	"time"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/schema"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// users is the authority of the users themselves: each record has the access token of its user.
type users struct {
	client     *cognito.Client
	poolID     string
	connection Connection
}

// Describe implements [Authority]. It describes the pool if there are AWS credentials and the pool was named.
// Else it returns what holds for every pool, with no name.
func (u *users) Describe(ctx context.Context, attempts int) (*cognito.Pool, error) {
	unknown := &cognito.Pool{ID: u.poolID, CaseSensitive: true, Schema: schema.BuiltIn().ForTokens()}
	unknown.Region, _ = cognito.RegionOf(u.poolID)
	if u.connection.PoolID == "" {
		return unknown, nil
	}
	one := u.connection
	one.Calls = 1
	signed, err := Connect(ctx, one)
	if err != nil {
		return nil, err
	}
	pool, err := signed.Describe(ctx, attempts)
	if code := refusal.CodeOf(err); code == "NoCredentials" || code == "CredentialsAway" {
		return unknown, nil
	}
	if err != nil {
		return nil, err
	}
	pool.Schema = pool.Schema.ForTokens()
	return pool, nil
}

// Probe implements [Authority].
func (u *users) Probe(ctx context.Context) error {
	_, err := u.client.Pool(ctx, u.poolID)
	return err
}

// Ready implements [Authority].
func (u *users) Ready(c *sources.Change) error { return expired(c) }

// User implements [Authority]. The user is named by the sub, as the undo entry is to name it.
func (u *users) User(ctx context.Context, c *sources.Change, _ string) (*cognito.User, error) {
	if err := expired(c); err != nil {
		return nil, err
	}
	user, err := u.client.GetUserByToken(ctx, string(c.Token))
	if err != nil {
		return nil, err
	}
	user.Username = c.Username
	return user, nil
}

// Updater implements [Authority].
func (u *users) Updater(how Updates) pipeline.Updater {
	return tokenUpdater{u.client.UserUpdater(cognito.UserUpdaterConfig{
		Token:     func(c *sources.Change) string { return string(c.Token) },
		Metadata:  how.Metadata,
		Delivered: how.Delivered,
	})}
}

// tokenUpdater changes users with their own tokens.
type tokenUpdater struct{ *cognito.UserUpdater }

// Update implements [pipeline.Updater]. No call is spent on a token that has expired while it waited.
func (u tokenUpdater) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	if err := expired(c); err != nil {
		return pipeline.Failed, err
	}
	return u.UserUpdater.Update(ctx, c)
}

// expired says whether the access token of a record has expired, or is none.
func expired(c *sources.Change) error {
	token, err := cognito.ParseToken(string(c.Token))
	if err != nil {
		return err
	}
	return token.Check(time.Now(), "")
}
