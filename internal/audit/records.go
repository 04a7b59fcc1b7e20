package audit

import (
	"context"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// records are what a plan takes of each user: those of a change set that name it (named), or the one that a rule makes of
// it (made). The number is that of the user among those that are read.
type records interface {
	// take reads what is known of them before the users are.
	take(ctx context.Context) error
	// lookups is how many calls it takes to look their users up one by one, if that finds all of them.
	lookups() (calls int64, ok bool)
	// lookUp does so.
	lookUp(ctx context.Context) error
	// count learns of the users that are read, before they are read, how many are those of one record.
	count(ctx context.Context) error
	// rest tells of those whose user was not found.
	rest(ctx context.Context) error
	// of calls f with the records of a user, in their order, and tells of what cannot be applied. Each user comes once.
	of(u *cognito.User, number int64, f func(*sources.Change) error) error
	// again does it once more, and tells nobody.
	again(u *cognito.User, number int64, f func(*sources.Change) error) error
	// among tells whether a user may have one of the records at some places.
	among(u *cognito.User, number int64, places map[sources.Position]bool) bool
	// compare orders records by their places.
	compare(a, b sources.Position) int
}

// Rule makes records of users as they are read. It is used by one goroutine.
type Rule interface {
	// Of is what the rule makes of a user: the attributes that it sets, and what it read of the user as preconditions; nil
	// where the rule does not fit. Where there is data, it has the row of the user, else nil. Of the same user and row it is the
	// same. An error is of this user alone.
	Of(u *cognito.User, row map[string]string) (*sources.Change, error)
	// Writes are the names of the attributes that it may set.
	Writes() []string
}

// made are the records that a rule makes.
type made struct{ *planner }

// take implements [records]: what a rule makes is not known before the users are.
func (m *made) take(context.Context) error {
	m.book.await(m.cfg.Rule.Writes(), m.cfg.Pool.EstimatedUsers)
	return nil
}

// lookups implements [records].
func (m *made) lookups() (int64, bool) { return 0, false }

// lookUp implements [records].
func (m *made) lookUp(context.Context) error { return nil }

// count implements [records].
func (m *made) count(context.Context) error { return nil }

// rest implements [records]: each is of a user that was read.
func (m *made) rest(context.Context) error { return nil }

// of implements [records].
func (m *made) of(u *cognito.User, number int64, f func(*sources.Change) error) error {
	if number >= m.end {
		return nil
	}
	m.tally.result.Scanned++
	c := m.record(u, number)
	if c == nil {
		return nil
	}
	m.tally.result.Records++
	m.tally.result.Matched++
	if err := m.check(c); err != nil {
		m.found.refused(c, err)
		return m.tally.invalid(c, err)
	}
	if len(c.Attributes) == 0 { // what it has read holds
		return m.tally.count([]Row{idleRow(c)})
	}
	return f(c)
}

// again implements [records].
func (m *made) again(u *cognito.User, number int64, f func(*sources.Change) error) error {
	if number >= m.end {
		return nil
	}
	if c := m.record(u, number); c != nil && m.check(c) == nil && len(c.Attributes) > 0 {
		return f(c)
	}
	return nil
}

// among implements [records].
func (m *made) among(_ *cognito.User, number int64, places map[sources.Position]bool) bool {
	return places[positionOf(number)]
}

// compare implements [records].
func (m *made) compare(a, b sources.Position) int { return comparePositions(a, b) }

// record is what the rule makes of a user; nil for nothing. Its place is the user.
func (m *made) record(u *cognito.User, number int64) *sources.Change {
	c, err := m.cfg.Rule.Of(u, nil)
	switch {
	case err != nil:
		c = &sources.Change{Err: err}
	case c == nil:
		return nil
	}
	c.Username, c.File, c.Begin = u.Username, placeOf(u), positionOf(number)
	return c
}

// placeOf is where a user's record stands that a rule has made, for people.
func placeOf(u *cognito.User) string {
	if sub := u.Attributes["sub"]; sub != "" {
		return "user " + sub
	}
	return "user " + u.Username
}

func positionOf(number int64) sources.Position { return sources.Position{Offset: number} }
