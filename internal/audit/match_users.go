package audit

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// crowds are the values of rows by which several users are found.
type crowds struct {
	seed maphash.Seed
	of   map[uint64]*namesakes // by a hash of the value
}

// namesakes are the users who have one value.
type namesakes struct {
	users int64
	subs  []string // of the first of them
	told  bool
}

const (
	// namedUsers are how many users of a crowd are named, and namedCrowds of how many crowds they are kept.
	namedUsers, namedCrowds = 3, 1000
)

// at is the crowd of a key; nil for none.
func (c *crowds) at(key string) *namesakes { return c.of[maphash.String(c.seed, key)] }

// add takes a user who has a key.
func (c *crowds) add(key string, u *cognito.User) {
	hash := maphash.String(c.seed, key)
	one := c.of[hash]
	if one == nil {
		one = &namesakes{}
		c.of[hash] = one
	}
	one.users++
	if len(one.subs) < namedUsers && len(c.of) <= namedCrowds {
		one.subs = append(one.subs, u.Attributes["sub"])
	}
}

// count finds the crowds, before anything is said of a user: by what looks like a value first, and where several users do,
// by the value itself.
func (m *matched) count(ctx context.Context) error {
	has, several := newBitmap(len(m.index.entries)), newBitmap(len(m.index.entries))
	any := false
	err := m.each(ctx, m.chosen, func(u *cognito.User, _ int64) error {
		first, end := m.look(m.by.of(u))
		switch {
		case first == end:
		case has.has(first):
			several.set(first)
			any = true
		default:
			has.set(first)
		}
		return nil
	})
	if err != nil || !any {
		return err
	}
	err = m.each(ctx, m.chosen, func(u *cognito.User, _ int64) error {
		value := m.by.of(u)
		if first, end := m.look(value); first < end && several.has(first) {
			m.crowds.add(m.by.key(value), u)
		}
		return nil
	})
	maps.DeleteFunc(m.crowds.of, func(_ uint64, c *namesakes) bool { return c.users == 1 })
	return err
}

// lookUp searches for the user of each row, in file order.
func (m *matched) lookUp(ctx context.Context) error {
	var done int64
	total := m.index.keys()
	tried := newBitmap(len(m.index.entries)) // rows whose value was searched for in vain
	return m.eachUnseen(ctx, func(i int, row *sources.Change) error {
		if tried.has(i) {
			return nil
		}
		users, err := m.search(ctx, row.Username)
		if err != nil {
			return err
		}
		switch len(users) {
		case 0:
			var same []int
			same, _, err = m.rows(row.Username)
			for _, i := range same {
				tried.set(i)
			}
		case 1:
			err = m.lookAt(&users[0])
		default:
			for i := range users {
				m.crowds.add(m.by.key(row.Username), &users[i])
			}
			_, err = m.user(&users[0], 0)
		}
		done++
		m.cfg.Progress(done, max(done, total))
		return err
	})
}

// search finds the users who have a value.
func (m *matched) search(ctx context.Context, value string) (found []cognito.User, err error) {
	key := m.by.key(value)
	values := []string{value}
	if key != value {
		values = append(values, key)
	}
	for _, v := range values {
		_, err := m.cfg.Reader.Search(ctx, m.by.attribute, v, func(u *cognito.User) bool {
			known := slices.ContainsFunc(found, func(f cognito.User) bool { return f.Username == u.Username })
			if m.by.key(m.by.of(u)) == key && !known {
				found = append(found, *u)
			}
			return false
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// matchError says why a row is of no user that it could be of.
type matchError struct{ code, msg, hint string }

func (e *matchError) Error() string { return e.msg }

// Class is that of the records that are at fault themselves.
func (e *matchError) Class() string { return "input" }

// Code names the fault.
func (e *matchError) Code() string { return e.code }

// Hint says how to mend it.
func (e *matchError) Hint() string { return e.hint }

// tellCrowd tells of the rows by whose value several users are found, once.
func (m *matched) tellCrowd(c *namesakes, value string) error {
	if c.told {
		return nil
	}
	c.told = true
	rows, _, err := m.rows(value)
	if err != nil {
		return err
	}
	failed := &matchError{"SeveralUsers", fmt.Sprintf("%d users have this %s", c.users, shown(m.by.attribute)),
		"match by what one user has alone, such as sub or username"}
	if len(c.subs) > 0 {
		failed.msg += ": subs " + strings.Join(c.subs, ", ")
		if c.users > namedUsers {
			failed.msg += ", …"
		}
	}
	for _, i := range rows {
		if err := m.refuse(i, failed); err != nil {
			return err
		}
	}
	return nil
}

// tellTwice tells of rows that have one user.
func (m *matched) tellTwice(rows []int) error {
	for n, i := range rows {
		other := rows[0]
		if n == 0 {
			other = rows[1]
		}
		c, err := m.changes.At(m.index.at(other))
		if err != nil {
			return err
		}
		failed := &matchError{"SameUser", "the user of this row is that of " + c.Place() + ", too", "leave one row of each user in the file"}
		if err := m.refuse(i, failed); err != nil {
			return err
		}
	}
	return nil
}

// refuse tells of a row that cannot be applied.
func (m *matched) refuse(i int, failed error) error {
	m.seen.set(i)
	c, err := m.changes.At(m.index.at(i))
	if err != nil {
		return err
	}
	return m.tally.invalid(c, failed)
}

// nobody says that a row is of no user, and whether somebody has what looks like its value.
func (m *matched) nobody(i int, c *sources.Change) string {
	text := "no user has this " + shown(m.by.attribute)
	if m.cfg.Filter+m.cfg.Group != "" {
		text = "no user that was chosen has this " + shown(m.by.attribute)
	}
	switch {
	case !m.near.has(i):
		return text
	case strings.TrimSpace(c.Username) != c.Username:
		return text + ": somebody has it without the blanks around it (--trim)"
	default:
		return text + ": somebody has it with other capitals or blanks"
	}
}
