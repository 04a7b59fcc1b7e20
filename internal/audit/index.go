package audit

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"

	"attrmigrate/sources"
)

// index finds the places in the change set that have to do with a key, in 16 bytes a place. It knows
// of a key 40 bits of a hash, so what it finds must be compared with the key itself: of a million
// keys against a million places, about one is found in vain.
//
// It is filled with add, then ordered with sort; only then are its places numbered.
type index struct {
	seed     maphash.Seed
	expected int64
	entries  []entry
	// backwards says that the change set is an undo file, which is read from its end: its records
	// come in at descending places, and that is their order.
	backwards bool
	last      sources.Position // the place added last
}

// entry is a hash and a place. Ordered by both words, equal hashes stand together.
type entry struct {
	hi uint64 // 40 bits of the hash, 12 of the input, the upper 12 of the offset
	lo uint64 // the lower 32 bits of the offset, 32 of the line
}

const (
	maxInputs = 1 << 12
	maxOffset = 1 << 44
	maxLines  = 1 << 32
	hashMask  = 1<<64 - 1<<24
)

// newIndex makes an index for about so many records.
func newIndex(records int64) index { return index{seed: maphash.MakeSeed(), expected: records} }

// add takes a key and its place.
func (x *index) add(key string, at sources.Position) error {
	if at.Input >= maxInputs || at.Offset >= maxOffset || int64(at.Line) >= maxLines {
		return fmt.Errorf("input %d, line %d: a plan takes up to %d inputs of 16 TiB and 4 billion lines each",
			at.Input+1, at.Line, maxInputs)
	}
	x.backwards = comparePositions(at, x.last) < 0
	x.last = at
	if x.entries == nil { // all at once: growing takes more than twice as much for a while
		x.entries = make([]entry, 0, max(x.expected, 1))
	}
	x.entries = append(x.entries, x.entry(key, at))
	return nil
}

func (x *index) entry(key string, at sources.Position) entry {
	offset := uint64(at.Offset)
	return entry{hi: x.hash(key) | uint64(at.Input)<<12 | offset>>32, lo: offset<<32 | uint64(at.Line)}
}

func (x *index) hash(key string) uint64 { return maphash.String(x.seed, key) & hashMask }

// sort ends filling.
func (x *index) sort() {
	slices.SortFunc(x.entries, compareEntries)
}

func compareEntries(a, b entry) int { return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo)) }

// at is the place of the ith entry.
func (x *index) at(i int) sources.Position {
	e := x.entries[i]
	return sources.Position{
		Input:  int(e.hi >> 12 & (maxInputs - 1)),
		Offset: int64(e.hi&0xfff<<32 | e.lo>>32),
		Line:   int(e.lo & (maxLines - 1)),
	}
}

// find returns the entries that may be of a key: those from first on, before end.
func (x *index) find(key string) (first, end int) { return x.having(x.hash(key)) }

// number is that of the entry of a key with a place, if there is one. Many may have the key.
func (x *index) number(key string, at sources.Position) (i int, ok bool) {
	return slices.BinarySearchFunc(x.entries, x.entry(key, at), compareEntries)
}

// having returns the entries with a hash.
func (x *index) having(hash uint64) (first, end int) {
	first, _ = slices.BinarySearchFunc(x.entries, hash, func(e entry, hash uint64) int { return cmp.Compare(e.hi, hash) })
	return first, x.endOf(first, hash)
}

// endOf is the end of the entries from first on that have a hash.
func (x *index) endOf(first int, hash uint64) int {
	end := first
	for end < len(x.entries) && x.entries[end].hi&hashMask == hash {
		end++
	}
	return end
}

// runs calls f with each run of entries that have one hash.
func (x *index) runs(f func(first, end int) error) error {
	for first := 0; first < len(x.entries); {
		end := x.endOf(first, x.entries[first].hi&hashMask)
		if err := f(first, end); err != nil {
			return err
		}
		first = end
	}
	return nil
}

// keys is the number of different keys, as far as the hash tells.
func (x *index) keys() (n int64) {
	for i, e := range x.entries {
		if i == 0 || e.hi&hashMask != x.entries[i-1].hi&hashMask {
			n++
		}
	}
	return n
}

// inOrder is the numbers of the entries that a test picks, in the order of their records.
func (x *index) inOrder(pick func(i int) bool) []uint32 {
	n := 0
	for i := range x.entries {
		if pick(i) {
			n++
		}
	}
	order := make([]uint32, 0, n)
	for i := range x.entries {
		if pick(i) {
			order = append(order, uint32(i))
		}
	}
	slices.SortFunc(order, func(a, b uint32) int { return x.compare(x.at(int(a)), x.at(int(b))) })
	return order
}

// compare orders places as the records are read.
func (x *index) compare(a, b sources.Position) int {
	if x.backwards {
		a, b = b, a
	}
	return comparePositions(a, b)
}

func comparePositions(a, b sources.Position) int {
	return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Offset, b.Offset))
}

// bitmap is a set of entry numbers.
type bitmap []uint64

func newBitmap(n int) bitmap { return make(bitmap, (n+63)/64) }

func (b bitmap) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

func (b bitmap) set(i int) { b[i/64] |= 1 << (i % 64) }
