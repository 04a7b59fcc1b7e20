package audit

import (
	"context"
	"errors"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/sources"
)

// scan reads the users and streams them past the records.
func (p *planner) scan(ctx context.Context) (err error) {
	if err := p.list(ctx); err != nil {
		return err
	}
	if err := p.confirm(ctx); err != nil {
		return err
	}
	if err := p.records.count(ctx); err != nil {
		return err
	}
	var changed int64
	err = p.each(ctx, p.chosen, func(u *cognito.User, number int64) error {
		s, err := p.user(u, number)
		if err != nil {
			return err
		}
		if len(s.net.Send) > 0 {
			changed++
		}
		if changed == p.cfg.Most && changed > 0 {
			p.end = min(p.end, number+1)
		}
		if !p.others() {
			p.book.hold(u)
		}
		return nil
	})
	if err != nil || !p.others() {
		return err
	}
	return p.each(ctx, p.whole, func(u *cognito.User, _ int64) error {
		p.book.hold(u)
		return nil
	})
}

// list reads the users: those that were chosen, and all of the pool where others matter, too.
func (p *planner) list(ctx context.Context) (err error) {
	switch {
	case p.cfg.Filter != "":
		p.chosen, err = p.cfg.Reader.Filter(ctx, p.cfg.Filter)
	case p.cfg.Group != "":
		p.chosen, err = p.cfg.Reader.Group(ctx, p.cfg.Group)
	default:
		p.chosen, err = p.cfg.Reader.Pool(ctx)
	}
	p.whole = p.chosen
	if err == nil && p.others() {
		p.whole, err = p.cfg.Reader.Pool(ctx)
	}
	return err
}

// others tells whether users matter who are not among those that were chosen: they may sign in by what these get.
func (p *planner) others() bool { return (p.cfg.Filter != "" || p.cfg.Group != "") && p.book.late }

// each calls f with users, and with their numbers.
func (p *planner) each(ctx context.Context, users *listing.Snapshot, f func(u *cognito.User, number int64) error) error {
	var number int64
	for u, err := range users.Users() {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = f(u, number)
		}
		if err != nil {
			return err
		}
		number++
	}
	return nil
}

// drop ends what was read.
func (p *planner) drop() (err error) {
	if p.chosen != nil {
		err = p.chosen.Close()
	}
	if p.whole != nil && p.whole != p.chosen {
		err = errors.Join(err, p.whole.Close())
	}
	p.chosen, p.whole = nil, nil
	return err
}

// lookUp searches for the user of each record, in file order.
func (p *named) lookUp(ctx context.Context) error {
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
			err = p.having([]string{p.naming.key(c.Username)}, func(i int, _ *sources.Change) error {
				tried.set(i)
				return nil
			})
		default:
			err = p.lookAt(u)
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
		if u, err := p.cfg.Reader.Search(ctx, f[0], f[1], named); u != nil || err != nil {
			return u, err
		}
	}
	return nil, nil
}

// lookAt takes a user that was looked up.
func (p *planner) lookAt(u *cognito.User) error {
	own, err := p.user(u, 0)
	if err != nil || own.party == nil || len(own.party.gets) == 0 {
		return err
	}
	_, err = p.enter(u, 0)
	return err
}

// unread takes the records without their users: those of one name together.
func (p *planner) unread(ctx context.Context) error {
	var done int64
	total := p.named.index.keys()
	return p.named.eachUnseen(ctx, func(_ int, c *sources.Change) error {
		done++
		p.cfg.Progress(done, max(done, total))
		_, err := p.fold(nil, func(f func(*sources.Change) error) error {
			return p.named.first([]string{p.naming.key(c.Username)}, f)
		})
		return err
	})
}
