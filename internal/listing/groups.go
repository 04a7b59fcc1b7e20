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

// memberships reads the groups of each user of a pool, by username. It asks each group for its members: that takes as many
// calls as they fill pages, where asking each user takes a call a user, of a quota that live traffic needs.
func (p *Pager) memberships(ctx context.Context, from GroupLister) (map[string][]string, error) {
	groups, err := p.groups(ctx, from)
	if err != nil {
		return nil, err
	}
	of := map[string][]string{}
	for _, group := range groups {
		err := follow("ListUsersInGroup", func(token string) (next string, err error) {
			err = p.call(ctx, func(ctx context.Context) (err error) {
				var users []cognito.User
				if users, next, err = from.ListUsersInGroup(ctx, p.pool, group, token); err != nil {
					return err
				}
				for i := range users {
					of[users[i].Username] = append(of[users[i].Username], group)
				}
				return nil
			})
			return next, err
		})
		if err != nil {
			return nil, err
		}
	}
	return of, nil
}

// groups reads the names of a pool's groups.
func (p *Pager) groups(ctx context.Context, from GroupLister) (groups []string, err error) {
	err = follow("ListGroups", func(token string) (next string, err error) {
		err = p.call(ctx, func(ctx context.Context) (err error) {
			var page []string
			page, next, err = from.ListGroups(ctx, p.pool, token)
			groups = append(groups, page...)
			return err
		})
		return next, err
	})
	return groups, err
}
