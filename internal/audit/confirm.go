package audit

import (
	"context"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/sources"
)

// sought are records whose users are looked for.
type sought interface {
	// keysOf are the keys of the index by which a user may be found.
	keysOf(u *cognito.User) []string
	// there looks the user of a record up.
	there(ctx context.Context, c *sources.Change) (bool, error)
	// places are the records.
	places() *located
	lookups() (calls int64, ok bool)
}

var _, _ sought = (*named)(nil), (*matched)(nil)

// confirm makes sure, before anything is said, of users who seem to be missing where a filter has split the pool into chains, which
// may have lost them. They are looked up, if that takes fewer calls than reading the pool once more in one chain; where one is found after
// all, or where a lookup would heed case that the pool does not, it is read so.
func (p *planner) confirm(ctx context.Context) error {
	s, ok := p.records.(sought)
	if !ok || !p.chosen.Chained() {
		return nil
	}
	absent, err := p.absent(ctx, s)
	if err != nil || len(absent) == 0 {
		return err
	}
	_, ok = s.lookups()
	if ok && p.cfg.Pool.CaseSensitive && searches*int64(len(absent)) < p.chosen.Len()/listing.PageSize {
		if lost, err := anyThere(ctx, s, absent); !lost || err != nil {
			return err
		}
	}
	whole, err := p.cfg.Reader.Again(ctx, p.chosen)
	if err != nil {
		return err
	}
	err = p.drop()
	p.chosen, p.whole = whole, whole
	return err
}

// searches are how many calls a name takes that finds nobody: it may be a username, a sub or an alias.
const searches = 2

// absent are the numbers of records that no user looks to be of: one of each key, and no more than could be looked up.
func (p *planner) absent(ctx context.Context, s sought) (absent []int, err error) {
	l := s.places()
	there := newBitmap(len(l.index.entries))
	err = p.each(ctx, p.chosen, func(u *cognito.User, _ int64) error {
		for _, key := range s.keysOf(u) {
			if first, end := l.index.find(key); first < end {
				there.set(first)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = l.index.runs(func(first, _ int) error {
		if pages := p.chosen.Len() / listing.PageSize; !there.has(first) && int64(len(absent)) <= pages {
			absent = append(absent, first)
		}
		return nil
	})
	return absent, err
}

// anyThere tells whether the user of any record is there.
func anyThere(ctx context.Context, s sought, records []int) (bool, error) {
	l := s.places()
	for _, i := range records {
		c, err := l.changes.At(l.index.at(i))
		if err != nil {
			return false, err
		}
		if there, err := s.there(ctx, c); there || err != nil {
			return there, err
		}
	}
	return false, nil
}

// places implements [sought].
func (l *located) places() *located { return l }

// keysOf implements [sought].
func (r *named) keysOf(u *cognito.User) []string { return r.naming.keys(u) }

// there implements [sought].
func (r *named) there(ctx context.Context, c *sources.Change) (bool, error) {
	u, err := r.findUser(ctx, c.Username)
	return u != nil, err
}

// keysOf implements [sought].
func (m *matched) keysOf(u *cognito.User) []string {
	if value := m.by.of(u); value != "" {
		return []string{m.by.loose(value)}
	}
	return nil
}

// there implements [sought].
func (m *matched) there(ctx context.Context, c *sources.Change) (bool, error) {
	found, err := m.search(ctx, c.Username)
	return len(found) > 0, err
}
