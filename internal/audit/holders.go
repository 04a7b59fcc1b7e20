package audit

import (
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// book finds the addresses that a change set gives to one user while another signs in by them, or gives to two. While the
// users stream by it keeps no more than hashes: of the addresses that records give, of those that users get by a
// flag alone, and, where there are such flags, of those by which users of the pool sign in. In a pool where no attribute
// names users it stays empty.
type book struct {
	naming  naming
	given   index    // addresses that records give, known before the users are
	sent    bitmap   // of these, those that a net change gives
	held    bitmap   // the first of each of these by which somebody signs in
	flags   int64    // records that set a flag without its address
	late    bool     // some names are known only when the users are: they get them by a flag, or by a rule
	flagged index    // the addresses that users get by a flag
	holders []uint64 // hashes of the names by which users sign in; only if some are known late
}

func newBook(n naming, addresses int64) *book {
	given := newIndex(addresses)
	return &book{naming: n, given: given, flagged: index{seed: given.seed}}
}

// add takes the addresses of a record.
func (b *book) add(c *sources.Change) error {
	for _, a := range c.Attributes {
		if address, ok := addressOf(a.Name); ok && b.naming.claims(address) && schema.IsTrue(target(a)) && !sendsAddress(c.Attributes, address) {
			b.flags++
			b.late = true
		}
		if value := target(a); value != "" && b.naming.names(a.Name) {
			if err := b.given.add(b.naming.name(a.Name, value).text(), c.Begin); err != nil {
				return err
			}
		}
	}
	return nil
}

// await notes that a rule may give names by the attributes that it writes, to any of so many users.
func (b *book) await(writes []string, users int64) {
	b.late = slices.ContainsFunc(writes, func(name string) bool {
		address, flag := addressOf(name)
		return b.naming.names(name) || flag && b.naming.claims(address)
	})
	b.flagged.expected = users
}

// sort ends filling.
func (b *book) sort() {
	b.given.sort()
	b.sent, b.held = newBitmap(len(b.given.entries)), newBitmap(len(b.given.entries))
}

// get notes what a user gets.
func (b *book) get(gets []get) error {
	for _, g := range gets {
		if i, known := b.given.number(g.text(), g.row.begin); known {
			b.sent.set(i)
		} else if err := b.flagged.add(g.text(), g.row.begin); err != nil {
			return err
		}
	}
	return nil
}

// hold notes by what a user of the pool signs in.
func (b *book) hold(u *cognito.User) {
	if !b.late && len(b.given.entries) == 0 {
		return
	}
	for _, n := range b.naming.held(u) {
		if first, end := b.given.find(n.text()); first < end {
			b.held.set(first)
		}
		if b.late {
			b.holders = append(b.holders, b.given.hash(n.text()))
		}
	}
}

// suspects are the names, by hash, that more than one user has to do with, and the places of the records that give
// them. They are to be looked at, since a hash is no name.
type suspects struct {
	hashes map[uint64]bool
	held   map[uint64]bool // of these, those by which somebody signs in
	places []sources.Position
}

// suspect joins what was noted.
func (b *book) suspect() *suspects {
	b.flagged.sort()
	slices.Sort(b.holders)
	s := &suspects{hashes: map[uint64]bool{}, held: map[uint64]bool{}}
	_ = b.given.runs(func(first, end int) error {
		var gets []sources.Position
		for i := first; i < end; i++ {
			if b.sent.has(i) {
				gets = append(gets, b.given.at(i))
			}
		}
		hash := b.given.entries[first].hi & hashMask
		from, to := b.flagged.having(hash)
		for i := from; i < to; i++ {
			gets = append(gets, b.flagged.at(i))
		}
		s.add(hash, gets, b.held.has(first) || b.isHeld(hash))
		return nil
	})
	_ = b.flagged.runs(func(first, end int) error {
		var gets []sources.Position
		for i := first; i < end; i++ {
			gets = append(gets, b.flagged.at(i))
		}
		hash := b.flagged.entries[first].hi & hashMask
		if !s.hashes[hash] {
			s.add(hash, gets, b.isHeld(hash))
		}
		return nil
	})
	return s
}

func (b *book) isHeld(hash uint64) bool {
	_, ok := slices.BinarySearch(b.holders, hash)
	return ok
}

// add takes a name that users get, if another has to do with it.
func (s *suspects) add(hash uint64, gets []sources.Position, held bool) {
	if len(gets) == 0 || len(gets) == 1 && !held {
		return
	}
	s.hashes[hash] = true
	if held {
		s.held[hash] = true
	}
	s.places = append(s.places, gets...)
}
