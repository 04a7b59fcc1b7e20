package campaign

import (
	"maps"

	"attrmigrate/internal/sandbox"
)

// checkOrder explains the updates of each user by its records, in order.
func (c *checker) checkOrder() {
	updates := map[string][]sandbox.Update{}
	for _, u := range c.Updates {
		updates[u.Username] = append(updates[u.Username], u)
	}
	for user := range updates {
		if c.Before[user] == nil {
			c.violated(OutOfOrder, "%s is not in the pool", user)
		}
	}
	for _, user := range c.users() {
		c.explain(user, updates[user])
	}
}

// explain goes through the updates of a user. Each is that of the record before, done again, or of the
// next one that makes of the user what the update did; those between must have had no need of one.
func (c *checker) explain(user string, updates []sandbox.Update) {
	records, values, last := c.of(user), c.Before[user], -1
	for _, u := range updates {
		next := updated(values, u)
		at := max(last, 0)
		for at < len(records) && !maps.Equal(c.apply(values, records[at]), next) {
			at++
		}
		if at == len(records) {
			c.violated(OutOfOrder, "%s: update %d, %+v, behind those of %d of its %d records", user, u.Sequence, u.Changes, last+1, len(records))
			return
		}
		c.needless(user, values, records[last+1:max(at, last+1)])
		values, last = next, at
	}
	c.needless(user, values, records[last+1:])
}

// needless: records that are reported as applied, and of which no update is known, find the user as they
// want it.
func (c *checker) needless(user string, values map[string]string, records []Record) {
	for _, r := range records {
		if want := c.apply(values, r); c.reports.succeeded(r) && !maps.Equal(want, values) {
			c.violated(Lost, "%s: no update is that of line %d, which is reported as %s: %s", user, r.Line,
				c.reports.applied[r.Line][0], difference(values, want))
		}
	}
}

// checkPool: each user is as the records leave it, and as the goal has it.
func (c *checker) checkPool() {
	landed := map[string]map[string]string{}
	for user, values := range c.Before {
		landed[user] = values
	}
	for _, u := range c.Updates {
		landed[u.Username] = updated(landed[u.Username], u)
	}
	for _, user := range c.users() {
		if d := difference(c.After[user], landed[user]); d != "" {
			c.violated(Lost, "%s is not as the accepted updates left it: %s", user, d)
		}
		if c.Goal != nil {
			if d := difference(c.After[user], c.Goal[user]); d != "" {
				c.violated(ImageLost, "%s is not as it was: %s", user, d)
			}
		}
		c.checkLast(user)
	}
	if len(c.After) != len(c.Before) {
		c.violated(OutOfOrder, "the pool had %d users and has %d", len(c.Before), len(c.After))
	}
}

// checkLast: a value that a record set, and no later one of its user, is there, unless the record failed.
func (c *checker) checkLast(user string) {
	values, failed := c.Before[user], false
	for _, r := range c.of(user) {
		if c.reports.succeeded(r) {
			values = c.apply(values, r)
		} else {
			failed = true // it may have counted all the same
		}
	}
	if d := difference(c.After[user], values); d != "" && !failed {
		c.violated(Lost, "%s is not as its records have it: %s", user, d)
	}
}
