package audit

import (
	"context"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// named are the records of a change set, each of which names its user. It keeps a hash of the name and the place of each.
type named struct {
	changes Changes
	naming  naming
	index   index  // the records that can be applied, by the name of their user
	seen    bitmap // those whose user was found
	found   *warnings
}

// sort ends filling.
func (r *named) sort() {
	r.index.sort()
	r.seen = newBitmap(len(r.index.entries))
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
			r.found.add(ambiguousName, "", c.File, c.Line)
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

// compare implements [records].
func (r *named) compare(a, b sources.Position) int { return r.index.compare(a, b) }

// unseen is the number of records whose user was not found.
func (r *named) unseen() (n int64) {
	for i := range r.index.entries {
		if !r.seen.has(i) {
			n++
		}
	}
	return n
}

// eachUnseen calls f with the records whose user was not found, in file order.
func (r *named) eachUnseen(ctx context.Context, f func(i int, c *sources.Change) error) error {
	for _, i := range r.index.inOrder(func(i int) bool { return !r.seen.has(i) }) {
		if r.seen.has(int(i)) { // f found its user by another record
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := r.changes.At(r.index.at(int(i)))
		if err != nil {
			return err
		}
		if err := f(int(i), c); err != nil {
			return err
		}
	}
	return nil
}
