package audit

import (
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// subject is a user with the records that name it.
type subject struct {
	user   *cognito.User      // nil if it is not read
	places []sources.Position // of the records, in file order
	merger *merger
	net    Diff
	passed []get  // names on the way, where records are applied one by one
	party  *party // what that does to the user's names; nil without records

	key       string                     // the first record's name for the user
	renamed   *sources.Change            // the first record that has another
	byAddress map[string]*sources.Change // the first record that names the user by an address
}

// user takes a live user, the nth that is read: it folds the user's records and settles their net change.
func (p *planner) user(u *cognito.User, number int64) (*subject, error) {
	return p.fold(u, func(f func(*sources.Change) error) error { return p.records.of(u, number, f) })
}

// fold takes the records of a user.
func (p *planner) fold(u *cognito.User, each func(func(*sources.Change) error) error) (*subject, error) {
	s := &subject{user: u}
	err := each(func(c *sources.Change) error { return p.addRecord(s, c) })
	if err != nil || s.merger == nil {
		return s, err
	}
	return s, p.settle(s)
}

// addRecord folds a record into the net change.
func (p *planner) addRecord(s *subject, c *sources.Change) error {
	if s.merger == nil {
		s.merger = newMerger(s.user, p.cfg.Options)
		s.key = p.naming.key(c.Username)
	} else if s.renamed == nil && p.naming.key(c.Username) != s.key {
		s.renamed = c
	}
	s.places = append(s.places, c.Begin)
	if address := p.addressThatNames(s.user, c.Username); address != "" && s.byAddress[address] == nil {
		if s.byAddress == nil {
			s.byAddress = map[string]*sources.Change{}
		}
		s.byAddress[address] = c
	}
	rows := s.merger.add(c)
	p.pass(s, c)
	return p.tally.rows(rows)
}

// pass notes by what a user signs in behind a record, where it may not be so in the end.
func (p *planner) pass(s *subject, c *sources.Change) {
	if s.user == nil || !p.cfg.ByRecord {
		return
	}
	for _, n := range p.naming.held(s.merger.state) {
		row := Row{File: c.File, Line: c.Line, Username: c.Username, Attribute: n.attribute, begin: c.Begin}
		s.passed = append(s.passed, get{n, s.merger.state.Attributes[n.attribute], true, row})
	}
}

// settleHeld tells of the records of a user that are in conflict, or refused.
func (p *planner) settleHeld(s *subject) error {
	for _, h := range s.merger.held {
		if h.diff.Conflict() == nil {
			if err := p.tally.invalid(h.change, h.diff.refused); err != nil {
				return err
			}
			continue
		}
		switch {
		case s.merger.settled(h):
			for i := range h.diff.Rows {
				h.diff.Rows[i].Verdict = Duplicate
				h.diff.Rows[i].Note = "other records of the same user lead to what it has; the net change stands"
			}
		case h.diff.skip:
			p.tally.result.Skipped++
		default:
			p.tally.fail(h.change, (&ConflictError{conflicts: h.diff.conflicts}).Public())
		}
		if err := p.tally.rows(h.diff.Rows); err != nil {
			return err
		}
	}
	return nil
}

// addressThatNames is the attribute by whose value a record names its user, "" if it does so by the
// username or the sub.
func (p *planner) addressThatNames(u *cognito.User, name string) string {
	key := p.naming.key(name)
	if u != nil && (key == p.naming.key(u.Username) || key == p.naming.key(u.Attributes["sub"])) {
		return ""
	}
	for _, attribute := range p.naming.attributes {
		if u == nil && IsAddress(attribute) && looksLike(attribute, name) {
			return attribute
		}
		if u != nil && p.naming.key(p.naming.alias(u, attribute)) == key {
			return attribute
		}
	}
	return ""
}

// settle tells of the net change and keeps it.
func (p *planner) settle(s *subject) error {
	if err := p.settleHeld(s); err != nil {
		return err
	}
	s.net = s.merger.net()
	change := s.change()
	p.tally.user(s)
	if len(change.Attributes) > 0 {
		p.tally.result.Estimates.add(change, &p.terms)
	}
	s.party = p.naming.party(s)
	if err := p.book.get(s.party.gets); err != nil {
		return err
	}
	p.found.user(s)
	rows := p.tally.rows
	if p.cfg.Rule != nil && p.cfg.Match == "" && len(change.Attributes) == 0 { // a rule fits many users who have what it sets
		rows = p.tally.count
	}
	if err := rows(s.net.Rows); err != nil || s.user == nil || len(change.Attributes) == 0 {
		return err
	}
	if s.party.moves() || p.cfg.AllowTakeover && slices.ContainsFunc(s.party.had, s.party.minds) {
		return p.cfg.Writer.Claim(change)
	}
	return p.cfg.Writer.Change(change)
}

// change is the net change as a record that names the user by the username.
func (s *subject) change() *sources.Change {
	c := &sources.Change{Attributes: s.net.Send, Expect: s.net.Expect, ClientMetadata: s.merger.metadata}
	if s.user != nil {
		c.Username, c.Expect = s.user.Username, withAddresses(s.user, c)
	}
	return c
}

// withAddresses adds to what a change expects the addresses that it verifies and does not send: what was reviewed is that
// this one is verified, and no other.
func withAddresses(live *cognito.User, c *sources.Change) []sources.Attribute {
	expect := c.Expect
	for _, a := range c.Attributes {
		address, ok := addressOf(a.Name)
		if _, known := find(expect, address); ok && !known && schema.IsTrue(target(a)) {
			expect = append(slices.Clip(expect), attribute(address, valueOf(live, address)))
		}
	}
	return expect
}
