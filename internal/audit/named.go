package audit

import (
	"context"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// located are records of inputs, by what says whose they are. It keeps a hash of that and the place of each.
type located struct {
	changes Changes
	index   index  // the records that can be applied
	seen    bitmap // those whose user was found
}

// sort ends filling.
func (l *located) sort() {
	l.index.sort()
	l.seen = newBitmap(len(l.index.entries))
}

// compare implements [records].
func (l *located) compare(a, b sources.Position) int { return l.index.compare(a, b) }

// eachUnseen calls f with the records whose user was not found, in file order.
func (l *located) eachUnseen(ctx context.Context, f func(i int, c *sources.Change) error) error {
	for _, i := range l.index.inOrder(func(i int) bool { return !l.seen.has(i) }) {
		if l.seen.has(int(i)) { // f found its user by another record
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := l.changes.At(l.index.at(int(i)))
		if err != nil {
			return err
		}
		if err := f(int(i), c); err != nil {
			return err
		}
	}
	return nil
}

// named are the records of a change set, each of which names its user.
type named struct {
	*planner
	located
}

// take implements [records]. Records that cannot be applied are told at once.
func (r *named) take(ctx context.Context) error {
	if err := r.eachRecord(ctx, r.takeOne); err != nil {
		return err
	}
	if err := r.apart.report(r.found); err != nil {
		return err
	}
	r.apart = nil
	r.sort()
	r.book.sort()
	return nil
}

func (r *named) takeOne(c *sources.Change) error {
	r.apart.add(c)
	r.found.cut(c)
	if err := r.check(c); err != nil {
		r.found.refused(c, err)
		return r.tally.invalid(c, err)
	}
	r.found.oddName(c)
	r.tally.result.Trimmed += int64(c.Trimmed)
	r.tally.result.Emptied += int64(c.Emptied)
	if c.Idle() { // apply makes no call for it
		return r.tally.idle(c)
	}
	if err := r.index.add(r.naming.key(c.Username), c.Begin); err != nil {
		return err
	}
	r.all.add(c, &r.terms)
	return r.book.add(c)
}

// lookups implements [records]: a call for every user, and one more for every sign-in address that it gets.
func (r *named) lookups() (calls int64, ok bool) {
	return r.index.keys() + int64(len(r.book.given.entries)) + r.book.flags, true
}

// count implements [records]: it is told of a name that several users have as they come.
func (r *named) count(context.Context) error { return nil }

// rest implements [records].
func (r *named) rest(ctx context.Context) error {
	return r.eachUnseen(ctx, func(_ int, c *sources.Change) error { return r.tally.missing(c, noUser) })
}

// of implements [records].
func (r *named) of(u *cognito.User, _ int64, f func(*sources.Change) error) error {
	return r.first(r.naming.keys(u), f)
}

// again implements [records].
func (r *named) again(u *cognito.User, _ int64, f func(*sources.Change) error) error {
	return r.having(r.naming.keys(u), func(_ int, c *sources.Change) error { return f(c) })
}

// first calls f with the records that name their user by one of the keys, unless they were found to be another user's.
func (r *named) first(keys []string, f func(*sources.Change) error) error {
	return r.having(keys, func(i int, c *sources.Change) error {
		if r.seen.has(i) { // another user has this name too
			r.found.add(ambiguousName, "", recordPlace(c))
			return nil
		}
		r.seen.set(i)
		return f(c)
	})
}

// having calls f with the records that name their user by one of the keys, in file order.
func (r *named) having(keys []string, f func(i int, c *sources.Change) error) error {
	var candidates []int
	for _, key := range keys {
		first, end := r.index.find(key)
		for i := first; i < end; i++ {
			candidates = append(candidates, i)
		}
	}
	slices.SortFunc(candidates, func(a, b int) int { return r.index.compare(r.index.at(a), r.index.at(b)) })
	for _, i := range slices.Compact(candidates) {
		c, err := r.changes.At(r.index.at(i))
		if err != nil {
			return err
		}
		if !slices.Contains(keys, r.naming.key(c.Username)) {
			continue // another name with the same hash
		}
		if err := f(i, c); err != nil {
			return err
		}
	}
	return nil
}

// among implements [records].
func (r *named) among(u *cognito.User, _ int64, wanted map[sources.Position]bool) bool {
	for _, key := range r.naming.keys(u) {
		first, end := r.index.find(key)
		for i := first; i < end; i++ {
			if wanted[r.index.at(i)] {
				return true
			}
		}
	}
	return false
}
