package audit

import (
	"context"
	"errors"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/sources"
)

// confirm makes sure of the users that were not found, where a filter has split the pool into chains and may have lost them. Each is
// looked up, if that takes fewer calls than reading the pool once more in one chain; where one is found after all, or where the pool
// ignores case, which a lookup does not, it is read so. Who is there and was not among the chains is taken then.
func (p *planner) confirm(ctx context.Context) error {
	if p.named == nil || !p.chosen.Chained() {
		return nil
	}
	unseen := p.named.unseen()
	if unseen == 0 {
		return nil
	}
	pages := p.chosen.Len()/listing.PageSize + 1
	if p.cfg.Pool.CaseSensitive && searches*unseen < pages {
		if lost, err := p.anyThere(ctx); !lost || err != nil {
			return err
		}
	}
	return p.readAgain(ctx)
}

// searches are how many calls a name takes that finds nobody: it may be a username, a sub or an alias.
const searches = 2

// anyThere tells whether any user is there whom the scan did not find.
func (p *planner) anyThere(ctx context.Context) (lost bool, err error) {
	err = p.named.eachUnseen(ctx, func(_ int, c *sources.Change) error {
		if lost {
			return nil
		}
		u, err := p.findUser(ctx, c.Username)
		lost = u != nil
		return err
	})
	return lost, err
}

// readAgain reads the pool in one chain, and takes the users that the chains did not give.
func (p *planner) readAgain(ctx context.Context) error {
	whole, err := p.cfg.Reader.Again(ctx, p.chosen)
	if err != nil {
		return err
	}
	for u, failed := range p.chosen.Lacking(whole) {
		if failed == nil {
			failed = p.takeLost(u)
		}
		if failed != nil {
			return errors.Join(failed, whole.Close())
		}
	}
	err = p.drop()
	p.chosen, p.whole = whole, whole
	return err
}

// takeLost takes a user that the scan did not see.
func (p *planner) takeLost(u *cognito.User) error {
	_, err := p.user(u, 0)
	p.book.hold(u)
	return err
}
