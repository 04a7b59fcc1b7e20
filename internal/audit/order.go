package audit

import (
	"slices"
	"strconv"

	"attrmigrate/sources"
)

// Step is a change that depends on that of another user, in its place among those.
type Step struct {
	Change *sources.Change // with the name of the sequence
	// Release says that it is no more than what its user gives up first, where users swap; the user's change comes
	// later.
	Release bool
	Places  []sources.Position // of the user's records
}

// dependence is a graph of users: who gives a name up comes before who gets it. Who gets a name that is taken comes behind
// those who have something to do with it, if that can be.
type dependence struct {
	order         []*party // in the order of the records
	after, behind map[*party][]*party
}

func newDependence(order []*party) *dependence {
	return &dependence{order: order, after: map[*party][]*party{}, behind: map[*party][]*party{}}
}

// add notes that one user comes before another.
func add(to map[*party][]*party, first, then *party) {
	if first != then && !slices.Contains(to[then], first) {
		to[then] = append(to[then], first)
	}
}

// sequences are the sets of users that depend on each other, as they stand in the file.
func (d *dependence) sequences() [][]*party {
	root := map[*party]*party{}
	var find func(*party) *party
	find = func(p *party) *party {
		if root[p] == nil {
			root[p] = p
		}
		if root[p] == p {
			return p
		}
		root[p] = find(root[p])
		return root[p]
	}
	for _, edges := range []map[*party][]*party{d.after, d.behind} {
		for then, firsts := range edges {
			for _, first := range firsts {
				root[find(first)] = find(then)
			}
		}
	}
	var sets [][]*party
	at := map[*party]int{}
	for _, p := range d.order {
		if root[p] == nil {
			continue
		}
		i, known := at[find(p)]
		if !known {
			i = len(sets)
			at[find(p)] = i
			sets = append(sets, nil)
		}
		sets[i] = append(sets[i], p)
	}
	return slices.DeleteFunc(sets, func(set []*party) bool { return len(set) < 2 })
}

// arrange puts a sequence in an order in which who gives a name up comes before who gets it. Where users swap there
// is none, and one of them first releases what the others wait for. Of names that cannot be released, as
// addresses that are usernames, the users are told instead.
func (p *planner) arrange(name string, set []*party, d *dependence) (steps []Step, stuck []*party) {
	order, released := newTurns(set, d), map[*party][]sources.Attribute{}
	for {
		if one := order.take(); one != nil {
			if len(one.change.Attributes) > 0 {
				steps = append(steps, Step{Change: inSequence(name, one.change, released[one]), Places: one.places})
			}
			continue
		}
		rest := order.rest()
		if len(rest) == 0 {
			return steps, nil
		}
		i := slices.IndexFunc(rest, func(one *party) bool { return released[one] == nil && p.wanted(one, rest) != nil })
		if i < 0 {
			return nil, rest
		}
		step, ok := p.release(name, rest[i], p.wanted(rest[i], rest))
		if !ok {
			return nil, rest
		}
		steps = append(steps, step)
		released[rest[i]] = step.Change.Attributes
		order.pass(rest[i])
	}
}

// inSequence is a change in a sequence, whose user has released something before.
func inSequence(name string, c *sources.Change, released []sources.Attribute) *sources.Change {
	next := *c
	next.Order, next.Expect = name, slices.Clone(c.Expect)
	for i, e := range next.Expect {
		if a, ok := find(released, e.Name); ok {
			next.Expect[i] = a
		}
	}
	return &next
}

// wanted are the names that a user gives up and others of a sequence get.
func (p *planner) wanted(one *party, by []*party) (names []signIn) {
	for _, n := range one.had {
		if one.gives(n) && slices.ContainsFunc(by, func(other *party) bool {
			return other != one && slices.ContainsFunc(other.gets, func(g get) bool { return g.signIn == n })
		}) {
			names = append(names, n)
		}
	}
	return names
}

// release is the step in which a user gives names up: an address by its flag, and a preferred username whole.
func (p *planner) release(order string, one *party, names []signIn) (Step, bool) {
	c := &sources.Change{Username: one.username(), Order: order}
	for _, n := range names {
		a := attribute(n.attribute, "")
		if p.naming.claims(n.attribute) {
			a = attribute(n.attribute+flagSuffix, "false")
		}
		if p.naming.unverified || p.cfg.Pool.Schema.Check(&sources.Change{Username: "x", Attributes: []sources.Attribute{a}}) != nil {
			return Step{}, false
		}
		c.Attributes = append(c.Attributes, a)
		c.Expect = append(c.Expect, attribute(a.Name, valueOf(one.user, a.Name)))
		if p.naming.claims(n.attribute) { // the flag of no other address
			c.Expect = append(c.Expect, attribute(n.attribute, valueOf(one.user, n.attribute)))
		}
	}
	return Step{Change: c, Release: true, Places: one.places}, true
}

// settleOrder tells the writer in which order users are to be changed who depend on each other.
func (p *planner) settleOrder(d *dependence) error {
	var all []Step
	for i, set := range d.sequences() {
		steps, stuck := p.arrange(strconv.Itoa(i+1), set, d)
		for _, one := range stuck {
			for _, g := range one.gets {
				if g.firm {
					p.found.add(addressCircle, g.attribute, g.row.place())
				}
			}
		}
		all = append(all, steps...)
	}
	for _, s := range all {
		if s.Release {
			p.tally.result.Estimates.add(s.Change, &p.terms)
		}
	}
	return p.cfg.Writer.Arrange(all)
}
