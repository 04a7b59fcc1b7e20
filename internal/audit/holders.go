package audit

import (
	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// book keeps the sign-in addresses that the records give, to find those that another user holds and
// those given to two users. In a pool where no attribute names users it stays empty.
type book struct {
	naming naming
	index  index
	sent   bitmap // given by the net change of a user
	held   bitmap // the sign-in name of another user
}

func newBook(n naming, addresses int64) *book { return &book{naming: n, index: newIndex(addresses)} }

// add takes the addresses of a record.
func (b *book) add(c *sources.Change) error {
	for _, a := range c.Attributes {
		if value := target(a); value != "" && b.naming.names(a.Name) {
			if err := b.index.add(b.key(a.Name, value), c.Begin); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *book) key(attribute, value string) string { return attribute + "\x00" + b.naming.key(value) }

// sort ends filling.
func (b *book) sort() {
	b.index.sort()
	b.sent, b.held = newBitmap(len(b.index.entries)), newBitmap(len(b.index.entries))
}

// send notes that a row of a net change gives an address.
func (b *book) send(row Row) {
	if row.After == "" || !b.naming.names(row.Attribute) {
		return
	}
	first, end := b.index.find(b.key(row.Attribute, row.After))
	for i := first; i < end; i++ {
		if b.index.at(i) == row.begin {
			b.sent.set(i)
		}
	}
}

// hold notes the addresses that a user of the pool holds, where records of other users give them.
// mine tells the places of the user's own records.
func (b *book) hold(u *cognito.User, mine func(sources.Position) bool, read func(sources.Position) (*sources.Change, error)) error {
	for _, attribute := range b.naming.attributes {
		value := b.naming.alias(u, attribute)
		if value == "" {
			continue
		}
		key := b.key(attribute, value)
		first, end := b.index.find(key)
		for i := first; i < end; i++ {
			at := b.index.at(i)
			if b.held.has(i) || mine(at) {
				continue
			}
			c, err := read(at)
			if err != nil {
				return err
			}
			if b.gives(c, attribute, key) {
				b.held.set(i)
			}
		}
	}
	return nil
}

// gives tells whether a record gives the address of a key.
func (b *book) gives(c *sources.Change, attribute, key string) bool {
	a, ok := find(c.Attributes, attribute)
	return ok && b.key(attribute, target(a)) == key
}

// report counts the warnings that were found. It reads the records concerned once more.
func (b *book) report(found *warnings, read func(sources.Position) (*sources.Change, error)) error {
	return b.index.runs(func(first, end int) error {
		var sent []int
		for i := first; i < end; i++ {
			if b.sent.has(i) {
				sent = append(sent, i)
			}
		}
		if len(sent) == 0 || len(sent) == 1 && !b.held.has(sent[0]) {
			return nil
		}
		seen := make(map[string]*sources.Change, len(sent)) // the first record to give an address; nil once it is counted
		for _, i := range sent {
			c, err := read(b.index.at(i))
			if err != nil {
				return err
			}
			a, ok := b.given(c, i)
			if ok && b.held.has(i) {
				found.add(addressHeld, a.Name, c.File, c.Line)
			}
			if ok {
				b.share(found, seen, a, c)
			}
		}
		return nil
	})
}

// given is the address that the ith entry stands for.
func (b *book) given(c *sources.Change, i int) (sources.Attribute, bool) {
	hash := b.index.entries[i].hi & hashMask
	for _, a := range c.Attributes {
		if b.naming.names(a.Name) && b.index.hash(b.key(a.Name, target(a))) == hash {
			return a, true
		}
	}
	return sources.Attribute{}, false
}

// share counts an address that was given before.
func (b *book) share(found *warnings, seen map[string]*sources.Change, a sources.Attribute, c *sources.Change) {
	key := b.key(a.Name, target(a))
	first, again := seen[key]
	switch {
	case !again:
		seen[key] = c
		return
	case first != nil:
		found.add(addressShared, a.Name, first.File, first.Line)
		seen[key] = nil
	}
	found.add(addressShared, a.Name, c.File, c.Line)
}
