package audit

import (
	"context"
	"maps"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// contests are the names that several users have to do with, and these users. They are few, and kept whole.
type contests struct {
	parties map[string]*party // by username
	order   []*party          // the same, in the order of their records
	judged  []*contest
}

// contest is a name that users get while another signs in by it, or that several get.
type contest struct {
	signIn
	holder *party // nil: nobody signs in by it
	takers []taker
}

// taker is a user who gets the name.
type taker struct {
	*party
	get
}

// contend finds the contests of a plan that has read all users that it reads.
func (p *planner) contend(ctx context.Context, mode Mode) error {
	var err error
	switch mode {
	case None:
		return p.contendUnread()
	case Scan:
		err = p.lookCloser(ctx, p.book.suspect())
	default:
		err = p.enterHolders(ctx)
	}
	if err == nil {
		p.judge(slices.Collect(maps.Values(p.contests.parties)))
	}
	return err
}

// contendUnread finds addresses that records give to two, by what they say alone.
func (p *planner) contendUnread() error {
	var all []*party
	known := map[sources.Position]bool{}
	for _, at := range p.book.suspect().places {
		if known[at] {
			continue
		}
		c, err := p.cfg.Changes.At(at)
		if err != nil {
			return err
		}
		one, err := p.examine(nil, func(f func(*sources.Change) error) error {
			return p.named.having([]string{p.naming.key(c.Username)}, func(_ int, c *sources.Change) error { return f(c) })
		})
		if err != nil {
			return err
		}
		for _, at := range one.places {
			known[at] = true
		}
		all = append(all, one)
	}
	p.judge(all)
	return nil
}

// lookCloser finds the users behind hashes, among those that were read.
func (p *planner) lookCloser(ctx context.Context, s *suspects) error {
	if len(s.places) == 0 {
		return nil
	}
	wanted := map[sources.Position]bool{}
	for _, at := range s.places {
		wanted[at] = true
	}
	err := p.each(ctx, p.chosen, func(u *cognito.User, number int64) (err error) {
		if p.holdsOne(u, s) || p.records.among(u, number, wanted) {
			_, err = p.enter(u, number)
		}
		return err
	})
	if err != nil || p.whole == p.chosen {
		return err
	}
	return p.each(ctx, p.whole, func(u *cognito.User, _ int64) error {
		if p.holdsOne(u, s) {
			p.enterBystander(u)
		}
		return nil
	})
}

// holdsOne tells whether a user signs in by what is suspect, as far as a hash tells.
func (p *planner) holdsOne(u *cognito.User, s *suspects) bool {
	for _, n := range p.naming.held(u) {
		if s.held[p.book.given.hash(n.text())] {
			return true
		}
	}
	return false
}

// enterHolders searches for those who sign in by what the users get who were looked up. It is known then which users the
// records are of.
func (p *planner) enterHolders(ctx context.Context) error {
	for _, one := range slices.SortedFunc(maps.Values(p.contests.parties), p.compareParties) {
		for _, g := range one.gets {
			if err := p.enterHolder(ctx, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// enterHolder searches for who signs in by a name.
func (p *planner) enterHolder(ctx context.Context, g get) error {
	holds := func(u *cognito.User) bool { return slices.Contains(p.naming.held(u), g.signIn) }
	for _, one := range p.contests.parties {
		if holds(one.user) {
			return nil
		}
	}
	for _, f := range p.naming.spellings(nil, g.attribute, g.value) {
		u, err := p.cfg.Reader.Search(ctx, f[0], f[1], holds)
		if err != nil {
			return err
		}
		if u != nil {
			_, err := p.enter(u, 0)
			return err
		}
	}
	return nil
}

// enter makes a user a party.
func (p *planner) enter(u *cognito.User, number int64) (*party, error) {
	if one := p.contests.parties[u.Username]; one != nil {
		return one, nil
	}
	one, err := p.examine(u, func(f func(*sources.Change) error) error { return p.records.again(u, number, f) })
	if err == nil {
		p.contests.parties[u.Username] = one
	}
	return one, err
}

// enterBystander makes a user a party of whom there are no records.
func (p *planner) enterBystander(u *cognito.User) {
	if p.contests.parties[u.Username] == nil {
		p.contests.parties[u.Username] = p.naming.party(&subject{user: u, merger: newMerger(u, p.cfg.Options)})
	}
}

// examine folds the records of a user once more, and tells nobody.
func (p *planner) examine(u *cognito.User, each func(func(*sources.Change) error) error) (*party, error) {
	s := &subject{user: u, merger: newMerger(u, p.cfg.Options)}
	err := each(func(c *sources.Change) error {
		s.places = append(s.places, c.Begin)
		s.merger.add(c)
		p.pass(s, c)
		return nil
	})
	s.net = s.merger.net()
	return p.naming.party(s), err
}

// judge brings parties together by the names that they have to do with, in the order of the records.
func (p *planner) judge(all []*party) {
	slices.SortFunc(all, p.compareParties)
	var judged []*contest
	byName := map[signIn]*contest{}
	of := func(n signIn) *contest {
		c := byName[n]
		if c == nil {
			c = &contest{signIn: n}
			byName[n] = c
			judged = append(judged, c)
		}
		return c
	}
	for _, one := range all {
		for _, n := range one.had {
			of(n).holder = one
		}
		for _, g := range one.gets {
			c := of(g.signIn)
			c.takers = append(c.takers, taker{one, g})
		}
	}
	p.contests.order = all
	p.contests.judged = slices.DeleteFunc(judged, func(c *contest) bool {
		return len(c.takers) == 0 || len(c.takers) == 1 && c.holder == nil
	})
}

// compareParties orders users by their first records; those who have none come last.
func (p *planner) compareParties(a, b *party) int {
	switch {
	case len(a.places) > 0 && len(b.places) > 0:
		return p.records.compare(a.places[0], b.places[0])
	default:
		return len(b.places) - len(a.places)
	}
}
