package target

import (
	"context"
	"fmt"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/refusal"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// admin is the authority of AWS credentials.
type admin struct {
	client  *cognito.Client
	poolID  string
	account string // that the pool must be of; empty: any
}

// Describe implements [Authority].
func (a *admin) Describe(ctx context.Context, attempts int) (*cognito.Pool, error) {
	pool, err := describe(ctx, a.client, a.poolID, attempts)
	if err != nil {
		return nil, err
	}
	return pool, a.check(pool)
}

// madeUp is the account that emulators have, and nobody else.
const madeUp = "000000000000"

// check refuses a pool of another account than the one that is meant.
func (a *admin) check(pool *cognito.Pool) error {
	if a.account == "" || pool.Account == "" || pool.Account == a.account || pool.Account == madeUp {
		return nil
	}
	return &refusal.Error{Msg: fmt.Sprintf("the pool %s is of account %s, and account %s is meant", pool.ID, pool.Account, a.account),
		Remedy: "check the pool id, the account and the role; nothing was written"}
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
