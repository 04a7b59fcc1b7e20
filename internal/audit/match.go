package audit

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// matching is by what the users of data are found: an attribute, or the username.
type matching struct {
	attribute string
	schema    *schema.Schema
	folds     bool // capitals do not tell its values apart
}

func newMatching(p *cognito.Pool, attribute string) matching {
	folds := attribute == "sub" || !p.CaseSensitive && slices.Contains([]string{"username", "email", "preferred_username"}, attribute)
	return matching{attribute, p.Schema, folds}
}

// of is the value that finds a user; "" for none.
func (m matching) of(u *cognito.User) string {
	if m.attribute == "username" {
		return u.Username
	}
	return u.Attributes[m.attribute]
}

// key is a value in the form in which values are compared; a national phone number is as it would be written.
func (m matching) key(value string) string {
	switch {
	case m.folds:
		return strings.ToLower(value)
	case m.attribute != "phone_number" || m.schema.PhoneRegion() == "":
		return value
	}
	c := &sources.Change{Attributes: []sources.Attribute{{Name: m.attribute, Value: value}}}
	return m.schema.Normal(c).Attributes[0].Value
}

// loose is what values have in common that a person may take for the same.
func (m matching) loose(value string) string { return strings.ToLower(strings.TrimSpace(m.key(value))) }

// MayLookUp tells whether ListUsers has a filter for an attribute, by which the users of data are found one by one.
func MayLookUp(attribute string) bool {
	_, ok := cognito.Filter(attribute, "a")
	return ok
}

// lookups tells whether a filter finds everyone who is found by a value: a filter heeds case.
func (m matching) lookups() bool {
	return MayLookUp(m.attribute) && (!m.folds || m.attribute == "username" || m.attribute == "sub")
}

// matched are the rows of data: each is of the user whom the value of one column finds, and what it asks for is what a rule
// makes of both. It is the record of no one if that are several users, or if another row has the same user.
type matched struct {
	*planner
	located // by what looks like the value
	by      matching
	near    bitmap // rows whose value looks like that of a user, and is another
	crowds  crowds
}

func newMatched(p *planner, rows located) *matched {
	return &matched{planner: p, located: rows, by: newMatching(p.cfg.Pool, p.cfg.Match),
		crowds: crowds{seed: maphash.MakeSeed(), of: map[uint64]*namesakes{}}}
}

// take implements [records].
func (m *matched) take(ctx context.Context) error {
	if err := m.eachRecord(ctx, m.takeRow); err != nil {
		return err
	}
	m.sort()
	m.near = newBitmap(len(m.index.entries))
	m.book.await(m.cfg.Rule.Writes(), int64(len(m.index.entries)))
	return nil
}

func (m *matched) takeRow(c *sources.Change) error {
	m.found.cut(c)
	if c.Err != nil {
		return m.tally.invalid(c, c.Err)
	}
	m.tally.result.Trimmed += int64(c.Trimmed)
	m.tally.result.Emptied += int64(c.Emptied)
	return m.index.add(m.by.loose(c.Username), c.Begin)
}

// lookups implements [records]: a call for every value, and another where what the user gets may be another's. Who was not
// chosen would be found, too.
func (m *matched) lookups() (calls int64, ok bool) {
	calls = m.index.keys()
	if m.book.late {
		calls *= 2
	}
	return calls, m.cfg.Filter+m.cfg.Group == "" && m.by.lookups()
}

// of implements [records].
func (m *matched) of(u *cognito.User, _ int64, f func(*sources.Change) error) error {
	value := m.by.of(u)
	if c := m.crowds.at(m.by.key(value)); c != nil {
		return m.tellCrowd(c, value)
	}
	rows, row, err := m.rows(value)
	switch {
	case err != nil || len(rows) == 0:
		return err
	case len(rows) > 1:
		return m.tellTwice(rows)
	}
	m.seen.set(rows[0])
	m.tally.result.Scanned++
	c := m.record(u, row)
	if c == nil {
		return m.tally.rows([]Row{{File: row.File, Line: row.Line, Username: u.Username, Verdict: Unchanged, Note: "the rule does not fit this user"}})
	}
	m.tally.result.Matched++
	if err := m.check(c); err != nil {
		m.found.refused(c, err)
		return m.tally.invalid(c, err)
	}
	if len(c.Attributes) == 0 {
		return m.tally.idle(c)
	}
	return f(c)
}

// again implements [records].
func (m *matched) again(u *cognito.User, _ int64, f func(*sources.Change) error) error {
	value := m.by.of(u)
	if m.crowds.at(m.by.key(value)) != nil {
		return nil
	}
	rows, row, err := m.rows(value)
	if err != nil || len(rows) != 1 {
		return err
	}
	if c := m.record(u, row); c != nil && m.check(c) == nil && len(c.Attributes) > 0 {
		return f(c)
	}
	return nil
}

// among implements [records].
func (m *matched) among(u *cognito.User, _ int64, wanted map[sources.Position]bool) bool {
	first, end := m.look(m.by.of(u))
	for i := first; i < end; i++ {
		if wanted[m.index.at(i)] {
			return true
		}
	}
	return false
}

// look returns the entries that look like a value of a user.
func (m *matched) look(value string) (first, end int) {
	if value == "" {
		return 0, 0
	}
	return m.index.find(m.by.loose(value))
}

// rows are the numbers of the rows that have a value, in their order, and the last of them. Those that only look like it are
// noted.
func (m *matched) rows(value string) (same []int, last *sources.Change, err error) {
	first, end := m.look(value)
	for i := first; i < end; i++ {
		c, err := m.changes.At(m.index.at(i))
		switch {
		case err != nil:
			return nil, nil, err
		case m.by.key(c.Username) == m.by.key(value):
			same, last = append(same, i), c
		case m.by.loose(c.Username) == m.by.loose(value):
			m.near.set(i)
		}
	}
	return same, last, nil
}

// record is what the rule makes of a row and its user; nil for nothing. That the user was found by it is a precondition.
func (m *matched) record(u *cognito.User, row *sources.Change) *sources.Change {
	c, err := m.cfg.Rule.Of(u, row.Data)
	switch {
	case err != nil:
		c = &sources.Change{Err: err}
	case c == nil:
		return nil
	}
	c.Username, c.File, c.Line, c.Column, c.Begin, c.After = u.Username, row.File, row.Line, row.Column, row.Begin, row.After
	if _, expected := find(c.Expect, m.by.attribute); !expected && m.by.attribute != "username" && len(c.Attributes) > 0 {
		c.Expect = append(slices.Clip(c.Expect), attribute(m.by.attribute, m.by.of(u)))
	}
	return c
}

// rest implements [records].
func (m *matched) rest(ctx context.Context) error {
	return m.eachUnseen(ctx, func(i int, c *sources.Change) error { return m.tally.missing(c, m.nobody(i, c)) })
}
