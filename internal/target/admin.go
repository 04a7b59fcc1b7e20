package target

import (
	"context"

	"attrmigrate/internal/cognito"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// admin is the authority of AWS credentials.
type admin struct {
	client *cognito.Client
	poolID string
}

// Describe implements [Authority].
func (a *admin) Describe(ctx context.Context, attempts int) (*cognito.Pool, error) {
	return describe(ctx, a.client, a.poolID, attempts)
}

// Probe implements [Authority].
func (a *admin) Probe(ctx context.Context) error {
	_, err := a.client.Pool(ctx, a.poolID)
	return err
}

// Ready implements [Authority]. Credentials are not a record's.
func (a *admin) Ready(*sources.Change) error { return nil }

// User implements [Authority].
func (a *admin) User(ctx context.Context, _ *sources.Change, name string) (*cognito.User, error) {
	return a.client.GetUser(ctx, a.poolID, name)
}

// Updater implements [Authority].
func (a *admin) Updater(u Updates) pipeline.Updater {
	return a.client.AdminUpdater(cognito.AdminUpdaterConfig{
		PoolID: a.poolID, Metadata: u.Metadata, VerifyBeforeUpdate: u.VerifyBeforeUpdate,
	})
}
