package audit

import (
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// rehearsal applies the records of parties one by one, as they stand in the file, and sees who takes a name from whom.
type rehearsal struct {
	*planner
	state   map[*party]*cognito.User // what the records so far lead to
	holders map[signIn]*party
	first   map[signIn]*party // who holds them before
	shared  map[signIn]bool   // that it has been told of, with the first of those who get them
}

// tellByRecord tells of the names that are taken where records are applied one by one, and has the records of users who
// have to do with one name applied one after the other.
func (p *planner) tellByRecord() error {
	r := &rehearsal{planner: p, state: map[*party]*cognito.User{}, holders: map[signIn]*party{}, first: map[signIn]*party{},
		shared: map[signIn]bool{}}
	type entry struct {
		at  sources.Position
		who *party
	}
	var records []entry
	for _, one := range p.contests.order {
		r.state[one] = one.user
		for _, n := range one.had {
			r.holders[n], r.first[n] = one, one
		}
		for _, at := range one.places {
			records = append(records, entry{at, one})
		}
	}
	slices.SortFunc(records, func(a, b entry) int { return p.records.compare(a.at, b.at) })
	for _, e := range records {
		c, err := p.cfg.Changes.At(e.at)
		if err != nil {
			return err
		}
		if err := r.apply(e.who, c); err != nil {
			return err
		}
	}
	d := newDependence(p.contests.order)
	for _, c := range p.contests.judged {
		for _, t := range c.takers {
			if c.holder != nil {
				add(d.behind, c.holder, t.party)
			}
			add(d.behind, c.takers[0].party, t.party)
		}
	}
	return p.settleOrder(d)
}

// apply applies a record of a user.
func (r *rehearsal) apply(who *party, c *sources.Change) error {
	diff := Compare(r.state[who], c, r.cfg.Options)
	if diff.Err() != nil {
		return nil
	}
	had, next := r.naming.held(r.state[who]), after(r.state[who], diff.Send)
	has := r.naming.held(next)
	r.state[who] = next
	for _, n := range had {
		if !slices.Contains(has, n) && r.holders[n] == who {
			delete(r.holders, n)
		}
	}
	for _, n := range has {
		if slices.Contains(had, n) {
			continue
		}
		if err := r.take(n, who, c); err != nil {
			return err
		}
		r.holders[n] = who
	}
	return nil
}

// take tells of a name that a record takes from another user. One who would have given it up comes too late.
func (r *rehearsal) take(n signIn, who *party, c *sources.Change) error {
	loser := r.holders[n]
	if loser == nil || loser == who || !r.naming.claims(n.attribute) {
		return nil
	}
	lost := attribute(n.attribute+flagSuffix, "false")
	r.state[loser] = after(r.state[loser], []sources.Attribute{lost})
	row := Row{File: c.File, Line: c.Line, begin: c.Begin, Username: loser.username(), Attribute: lost.Name, Verdict: Taken,
		Before: "true", After: "false", Note: "the address is taken by " + quoted(who.username())}
	if rows := loser.rowsOf(n.attribute); !slices.Contains(loser.has, n) && len(rows) > 0 {
		if r.tally.result.Misplaced == nil {
			r.tally.result.Misplaced = []string{rows[0].place().String(), row.place().String()}
		}
		return nil
	}
	if r.first[n] == loser {
		r.found.addHeld(addressHeld, n.attribute, row, loser.username(), true)
	} else {
		r.tellOneMore(n, row, loser)
	}
	return r.tally.rows([]Row{row})
}

// tellOneMore tells of a name that a record gives to one more user, and at first of the record that gave it to the other.
func (r *rehearsal) tellOneMore(n signIn, row Row, loser *party) {
	if rows := loser.rowsOf(n.attribute); !r.shared[n] && len(rows) > 0 {
		r.found.addHeld(addressShared, n.attribute, rows[0], "", false)
	}
	r.shared[n] = true
	r.found.addHeld(addressShared, n.attribute, row, "", true)
}
