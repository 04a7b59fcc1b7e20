package listing

import (
	"context"

	"attrmigrate/internal/cognito"
)

// GroupLister lists the groups of a pool, and who is in them. A call is one attempt.
type GroupLister interface {
	ListGroups(ctx context.Context, poolID, token string) (groups []string, next string, err error)
	ListUsersInGroup(ctx context.Context, poolID, group, token string) (users []cognito.User, next string, err error)
}

// Group reads the users in a group. Where the pool has none of that name the error is a [*GroupError].
func (r *Reader) Group(ctx context.Context, name string) (*Snapshot, error) {
	s, err := r.one(ctx, 0, func(ctx context.Context, add func([]cognito.User) error) error { return r.members(ctx, name, add) })
	return s, r.explainGroup(ctx, name, err)
}

// Memberships reads the groups of each user of the pool, by username. It asks each group for its members: that takes as many
// calls as they fill pages, where asking each user takes a call a user, of a quota that live traffic needs.
func (r *Reader) Memberships(ctx context.Context) (map[string][]string, error) {
	groups, err := r.groups(ctx)
	if err != nil {
		return nil, err
	}
	of := map[string][]string{}
	for _, group := range groups {
		err := r.members(ctx, group, func(users []cognito.User) error {
			for i := range users {
				of[users[i].Username] = append(of[users[i].Username], group)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return of, nil
}

// members calls f with each page of the users in a group.
func (r *Reader) members(ctx context.Context, group string, f func([]cognito.User) error) error {
	return follow("ListUsersInGroup", func(token string) (next string, err error) {
		var users []cognito.User
		err = r.call(ctx, func(ctx context.Context) (err error) {
			users, next, err = r.cfg.Groups.ListUsersInGroup(ctx, r.cfg.PoolID, group, token)
			return err
		})
		if err == nil {
			err = f(users)
		}
		return next, err
	})
}

// groups reads the names of the pool's groups.
func (r *Reader) groups(ctx context.Context) (groups []string, err error) {
	err = follow("ListGroups", func(token string) (next string, err error) {
		var page []string
		err = r.call(ctx, func(ctx context.Context) (err error) {
			page, next, err = r.cfg.Groups.ListGroups(ctx, r.cfg.PoolID, token)
			return err
		})
		groups = append(groups, page...)
		return next, err
	})
	return groups, err
}
