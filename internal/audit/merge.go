package audit

import (
	"fmt"
	"maps"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// merger folds the records of one user, in file order, into their net change. Each record is held
// against what the ones before it lead to, as if they were applied one by one; a record in conflict
// is left out. It keeps one row per attribute, however many records there are.
type merger struct {
	live  *cognito.User // nil if the user was not read
	state *cognito.User // what the records so far lead to
	opts  Options
	order []string       // attributes in the order in which they were first set
	last  map[string]Row // the row that stands, by attribute
	count int            // records
	// expect are the values that records expect of the live user: what is conditional stays so.
	expect []sources.Attribute
	held   []heldRecord // in conflict
	// metadata is the client metadata of all of them; a later value replaces an earlier one.
	metadata map[string]string
}

func newMerger(live *cognito.User, opts Options) *merger {
	m := &merger{live: live, opts: opts, last: map[string]Row{}}
	if live != nil {
		state := *live
		state.Attributes = maps.Clone(live.Attributes)
		if state.Attributes == nil {
			state.Attributes = map[string]string{}
		}
		m.state = &state
	}
	return m
}

// heldRecord is a record in conflict with what the ones before it lead to, or refused for that.
type heldRecord struct {
	change *sources.Change
	diff   Diff
}

// add takes the next record. It returns the rows that this record overtakes, which have no part in the
// net change.
func (m *merger) add(c *sources.Change) (settled []Row) {
	m.count++
	d := Compare(m.state, c, m.opts)
	if d.Err() != nil {
		m.held = append(m.held, heldRecord{c, d})
		return nil
	}
	if len(d.Send) > 0 {
		m.demand(c)
	}
	if m.metadata == nil && len(c.ClientMetadata) > 0 {
		m.metadata = map[string]string{}
	}
	maps.Copy(m.metadata, c.ClientMetadata)
	if len(c.Attributes) == 0 {
		return []Row{idleRow(c)}
	}
	for _, row := range d.Rows {
		settled = m.overtake(settled, row.Attribute, c)
		if !slices.Contains(m.order, row.Attribute) {
			m.order = append(m.order, row.Attribute)
		}
		m.last[row.Attribute] = row
	}
	for _, a := range d.Send {
		settled = m.send(settled, a, &d, c)
	}
	return settled
}

// demand keeps what a record expects of the live user, as far as no record before it has set that.
func (m *merger) demand(c *sources.Change) {
	for _, e := range c.Expect {
		if _, set := m.last[e.Name]; set || m.live == nil {
			continue
		}
		if _, known := find(m.expect, e.Name); !known {
			m.expect = append(m.expect, attribute(e.Name, valueOf(m.live, e.Name)))
		}
	}
}

// settled tells whether a record in conflict does not matter any more: each of its attributes is as it
// wants it, or as another record does. So it is with the entries of an undo file that was applied.
func (m *merger) settled(h heldRecord) bool {
	return len(h.change.Attributes) > 0 && !slices.ContainsFunc(h.change.Attributes, func(a sources.Attribute) bool {
		row, ok := m.last[a.Name]
		if !ok {
			return !m.opts.same(a.Name, valueOf(m.live, a.Name), target(a))
		}
		return m.changes(a.Name, valueOf(m.live, a.Name), row.After)
	})
}

// send brings the state up to an attribute that a record sends.
func (m *merger) send(settled []Row, a sources.Attribute, d *Diff, c *sources.Change) []Row {
	if m.state != nil {
		put(m.state.Attributes, a)
	}
	flag := a.Name + flagSuffix
	if _, sent := find(d.Send, flag); sent || !IsAddress(a.Name) {
		return settled
	}
	if m.state != nil {
		m.state.Attributes[flag] = "false" // Cognito resets it
	}
	if d.row(flag) >= 0 {
		return settled
	}
	return m.overtake(settled, flag, c) // what was said of it was said of another address
}

// overtake takes the standing row of an attribute out.
func (m *merger) overtake(settled []Row, name string, by *sources.Change) []Row {
	row, ok := m.last[name]
	if !ok {
		return settled
	}
	delete(m.last, name)
	row.Verdict = Duplicate
	row.Note = by.Place() + ", of the same user, comes after it; the net change stands"
	return append(settled, row)
}

// net is the change that all records together make of the live user.
func (m *merger) net() Diff {
	var d Diff
	for _, name := range m.order {
		row, ok := m.last[name]
		if !ok {
			continue
		}
		row.Before = valueOf(m.live, name)
		row.Verdict = Unchanged
		if m.changes(name, row.Before, row.After) {
			row.Verdict = changing(row.After)
			d.Send = append(d.Send, attribute(name, row.After))
			if m.live != nil {
				d.Expect = append(d.Expect, attribute(name, row.Before))
			}
		}
		if m.count > 1 && row.Note == "" {
			row.Note = fmt.Sprintf("the net change of %d records of this user", m.count)
		}
		d.Rows = append(d.Rows, row)
	}
	for _, e := range m.expect {
		if _, known := find(d.Expect, e.Name); !known && len(d.Send) > 0 {
			d.Expect = append(d.Expect, e)
		}
	}
	return d
}

// changes tells whether the net change has to send an attribute. A verified flag is sent even as it
// is if its address changes.
func (m *merger) changes(name, before, after string) bool {
	if m.live == nil {
		return true
	}
	address, ok := addressOf(name)
	if !ok {
		return !m.opts.same(name, before, after)
	}
	has := valueOf(m.state, address)
	return (!m.opts.same(name, before, after) || has != valueOf(m.live, address)) && !moot(attribute(name, after), has)
}

// put applies an attribute to a user's values.
func put(values map[string]string, a sources.Attribute) {
	if value := target(a); value != "" {
		values[a.Name] = value
	} else {
		delete(values, a.Name)
	}
}
