package audit

import (
	"fmt"
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
	// Ordered says that the records are in a sequence of the change set's own.
	Ordered   bool
	backwards bool               // the change set is an undo file
	Places    []sources.Position // of the user's records
	At        string             // where the first of them is, for people
}

// Follows tells whether all records of a step stand behind those of another.
func (s Step) Follows(before Step) bool {
	return len(s.Places) == 0 || len(before.Places) == 0 ||
		(comparePositions(before.Places[len(before.Places)-1], s.Places[0]) < 0) == !s.backwards
}

// dependence is a graph: who gives a name up comes before who gets it.
type dependence struct {
	order []*party // in the order of the records
	after map[*party][]*party
}

// add notes that one user has to come before another.
func (d *dependence) add(first, then *party) {
	if first != then && !slices.Contains(d.after[then], first) {
		d.after[then] = append(d.after[then], first)
	}
}

// sequences are the sets of users that depend on each other, as they stand in the file.
func (d *dependence) sequences() [][]*party {
	root := map[*party]*party{}
	var find func(*party) *party
	find = func(p *party) *party {
		if root[p] == nil || root[p] == p {
			return p
		}
		root[p] = find(root[p])
		return root[p]
	}
	for then, firsts := range d.after {
		for _, first := range firsts {
			root[find(first)] = find(then)
		}
	}
	var sets [][]*party
	at := map[*party]int{}
	for _, p := range d.order {
		if len(d.after[p]) == 0 && root[p] == nil {
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
	done := map[*party]bool{}
	waits := func(one *party) bool {
		return slices.ContainsFunc(d.after[one], func(first *party) bool { return !done[first] })
	}
	rest := slices.Clone(set)
	released := map[*party][]sources.Attribute{}
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(one *party) bool { return !waits(one) })
		if i >= 0 {
			one := rest[i]
			rest = slices.Delete(rest, i, i+1)
			done[one] = true
			if len(one.change.Attributes) > 0 {
				steps = append(steps, p.step(one, inSequence(name, one.change, released[one])))
			}
			continue
		}
		i = slices.IndexFunc(rest, func(one *party) bool { return released[one] == nil && p.wanted(one, rest) != nil })
		if i < 0 {
			return nil, rest
		}
		step, ok := p.release(name, rest[i], p.wanted(rest[i], rest))
		if !ok {
			return nil, rest
		}
		steps = append(steps, step)
		released[rest[i]], done[rest[i]] = step.Change.Attributes, true
	}
	return steps, nil
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
	step := p.step(one, c)
	step.Release = true
	return step, true
}

func (p *planner) step(one *party, c *sources.Change) Step {
	s := Step{Change: c, Places: one.places, Ordered: one.ordered, backwards: p.index.backwards}
	if len(one.rows) > 0 {
		s.At = fmt.Sprintf("%s:%d", one.rows[0].File, one.rows[0].Line)
	}
	return s
}

// settleOrder tells the writer in which order users are to be changed who depend on each other.
func (p *planner) settleOrder(d *dependence) error {
	var all []Step
	for i, set := range d.sequences() {
		steps, stuck := p.arrange(strconv.Itoa(i+1), set, d)
		for _, one := range stuck {
			for _, g := range one.gets {
				if g.firm {
					p.found.add(addressCircle, g.attribute, g.row.File, g.row.Line)
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
