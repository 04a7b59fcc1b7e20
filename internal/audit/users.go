package audit

import (
	"context"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// scan streams the users of the pool past the index.
func (p *planner) scan(ctx context.Context) error {
	var done int64
	return p.pager.Pages(ctx, "", func(users []cognito.User) error {
		for i := range users {
			if _, err := p.user(&users[i]); err != nil {
				return err
			}
			p.book.hold(&users[i])
		}
		done += int64(len(users))
		p.cfg.Progress(done, max(done, p.cfg.Pool.EstimatedUsers))
		return ctx.Err()
	})
}

// lookUp searches for the user of each record, in file order.
func (p *planner) lookUp(ctx context.Context) error {
	var done int64
	total := p.index.keys()
	tried := newBitmap(len(p.index.entries)) // records whose name was searched for in vain
	return p.eachUnseen(ctx, func(i int, c *sources.Change) error {
		if tried.has(i) {
			return nil
		}
		u, err := p.findUser(ctx, c.Username)
		switch {
		case err != nil:
			return err
		case u == nil:
			err = p.eachNamed([]string{p.naming.key(c.Username)}, func(i int, _ *sources.Change) error {
				tried.set(i)
				return nil
			})
		default:
			err = p.lookAt(ctx, u)
		}
		done++
		p.cfg.Progress(done, max(done, total))
		return err
	})
}

// findUser searches for the user that a name names; nil if there is none.
func (p *planner) findUser(ctx context.Context, name string) (*cognito.User, error) {
	key := p.naming.key(name)
	named := func(u *cognito.User) bool { return slices.Contains(p.naming.keys(u), key) }
	for _, f := range p.naming.search(name) {
		if u, err := p.pager.Search(ctx, f[0], f[1], named); u != nil || err != nil {
			return u, err
		}
	}
	return nil, nil
}

// lookAt takes a user that was looked up, and searches for others who hold the addresses it gets.
func (p *planner) lookAt(ctx context.Context, u *cognito.User) error {
	own, err := p.user(u)
	if err != nil || own.party == nil || len(own.party.gets) == 0 {
		return err
	}
	if _, err := p.enter(u); err != nil {
		return err
	}
	for _, g := range own.party.gets {
		if _, err := p.enterHolder(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// unread takes the records without their users: those of one name together.
func (p *planner) unread(ctx context.Context) error {
	var done int64
	total := p.index.keys()
	return p.eachUnseen(ctx, func(_ int, c *sources.Change) error {
		done++
		p.cfg.Progress(done, max(done, total))
		_, err := p.fold(nil, []string{p.naming.key(c.Username)})
		return err
	})
}
