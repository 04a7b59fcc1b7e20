package audit

import (
	"cmp"
	"hash/maphash"
	"slices"
)

// Transition is a value that becomes another; "" is no value.
type Transition struct {
	Before string `json:"before"`
	After  string `json:"after"`
	Count  int64  `json:"count"`
	// AtLeast says that Count is a lower bound: the attribute has more transitions than are counted.
	AtLeast bool `json:"at_least,omitempty"`
}

const (
	maxCounters    = 64 // kept for an attribute
	maxTransitions = 5  // told of an attribute
	maxDistinct    = 4096
)

// transitions counts the commonest transitions of an attribute in bounded memory: the space-saving
// algorithm of Metwally, Agrawal and El Abbadi. A transition that finds no counter takes over the
// smallest one, and keeps its count as an error bound.
type transitions struct {
	counters []counter
	at       map[[2]string]int
	// distinct are the hashes of all that came, up to maxDistinct: how many are not told.
	distinct map[uint64]struct{}
	seed     maphash.Seed
	first    [][2]string // the first few that came, to be told where none is common
}

type counter struct {
	key   [2]string // before and after, cut to what is shown
	count int64
	error int64 // at most so much of the count is not its own
}

func (t *transitions) add(before, after string) {
	key := [2]string{clip(before), clip(after)}
	t.meet(key)
	if i, ok := t.at[key]; ok {
		t.counters[i].count++
		return
	}
	if t.at == nil {
		t.at = map[[2]string]int{}
	}
	if len(t.counters) < maxCounters {
		t.at[key] = len(t.counters)
		t.counters = append(t.counters, counter{key: key, count: 1})
		return
	}
	smallest := 0
	for i, c := range t.counters {
		if c.count < t.counters[smallest].count {
			smallest = i
		}
	}
	c := &t.counters[smallest]
	delete(t.at, c.key)
	t.at[key] = smallest
	*c = counter{key: key, count: c.count + 1, error: c.count}
}

// meet counts a transition among the distinct ones.
func (t *transitions) meet(key [2]string) {
	if t.distinct == nil {
		t.distinct, t.seed = map[uint64]struct{}{}, maphash.MakeSeed()
	}
	if len(t.distinct) == maxDistinct {
		return
	}
	known := len(t.distinct)
	t.distinct[maphash.Comparable(t.seed, key)] = struct{}{}
	if len(t.distinct) > known && len(t.first) < maxExamples {
		t.first = append(t.first, key)
	}
}

// told are the transitions to tell: the commonest, or the first few that came where none is. It fills in how many others
// there are.
func (t *transitions) told(a *AttributeResult) {
	list := t.commonest()
	if len(list) == 0 {
		for _, key := range t.first {
			list = append(list, Transition{key[0], key[1], 1, true})
		}
	}
	a.Transitions = list
	a.More, a.MoreAtLeast = int64(len(t.distinct)-len(list)), len(t.distinct) == maxDistinct
}

// commonest is what is certain of the commonest ones. Where there are more than counters, one that
// may have occurred just once is not worth telling.
func (t *transitions) commonest() []Transition {
	var list []Transition
	for _, c := range t.counters {
		sure := c.count - c.error
		if sure > 1 || c.error == 0 && len(t.counters) < maxCounters {
			list = append(list, Transition{c.key[0], c.key[1], sure, c.error > 0})
		}
	}
	slices.SortFunc(list, func(a, b Transition) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Before, b.Before), cmp.Compare(a.After, b.After))
	})
	return list[:min(len(list), maxTransitions)]
}
