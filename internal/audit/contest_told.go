package audit

// tellContests counts the warnings of contested names, tells of the users who lose one, and finds which users depend
// on which: one gets what another gives up, or they get the same.
func (p *planner) tellContests() (*dependence, error) {
	d := newDependence(p.contests.order)
	for _, c := range p.contests.judged {
		for _, t := range c.takers {
			if err := p.tellTaker(c, t, d); err != nil {
				return nil, err
			}
		}
		if len(c.takers) > 1 {
			if err := p.tellShared(c, d); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// tellTaker tells of a user who gets a name by which another signs in.
func (p *planner) tellTaker(c *contest, t taker, d *dependence) error {
	switch {
	case c.holder == nil || c.holder == t.party:
		return nil
	case c.holder.gives(c.signIn):
		if t.firm {
			add(d.after, c.holder, t.party)
			p.found.add(addressPassed, c.attribute, t.row.place())
		}
		return nil
	}
	taken := t.firm && p.naming.claims(c.attribute)
	p.found.addHeld(addressHeld, c.attribute, t.row, c.holder.username(), taken)
	if !taken {
		return nil
	}
	if c.holder.minds(c.signIn) {
		add(d.behind, c.holder, t.party)
	}
	return p.tally.rows([]Row{lossOf(c.holder, t)})
}

// tellShared tells of a name that several get. Each takes it from the one before.
func (p *planner) tellShared(c *contest, d *dependence) error {
	var last *taker
	for i := range c.takers {
		t := &c.takers[i]
		claims := t.firm && p.naming.claims(c.attribute)
		p.found.addHeld(addressShared, c.attribute, t.row, "", claims && last != nil)
		switch {
		case !claims:
			continue
		case last != nil && last.user != nil:
			add(d.behind, last.party, t.party)
			if err := p.tally.rows([]Row{lossOf(last.party, *t)}); err != nil {
				return err
			}
		}
		last = t
	}
	return nil
}

// lossOf is the row of audit.csv that tells of a user who loses a name: at the place of the record that takes it.
func lossOf(loser *party, t taker) Row {
	return Row{
		File: t.row.File, Line: t.row.Line, Username: loser.username(), Attribute: t.attribute + flagSuffix,
		Verdict: Taken, Before: "true", After: "false", Note: "the address is taken by " + quoted(t.username()),
	}
}
