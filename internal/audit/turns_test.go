package audit

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTurns: who comes next is who would be found by looking at all of them: the first who waits for nobody, else the first
// who waits for nobody to give a name up. Where there is nobody, one is passed.
func TestTurns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := make([]*party, rapid.IntRange(1, 7).Draw(t, "users"))
		for i := range set {
			set[i] = &party{}
		}
		one := rapid.SampledFrom(set)
		d := newDependence(set)
		for range rapid.IntRange(0, 12).Draw(t, "edges") {
			add(rapid.SampledFrom([]map[*party][]*party{d.after, d.behind}).Draw(t, "kind"), one.Draw(t, "first"), one.Draw(t, "then"))
		}
		order, rest, done := newTurns(set, d), slices.Clone(set), map[*party]bool{}
		waits := func(one *party, edges map[*party][]*party) bool {
			return slices.ContainsFunc(edges[one], func(first *party) bool { return !done[first] })
		}
		for len(rest) > 0 {
			i := slices.IndexFunc(rest, func(one *party) bool { return !waits(one, d.after) && !waits(one, d.behind) })
			if i < 0 {
				i = slices.IndexFunc(rest, func(one *party) bool { return !waits(one, d.after) })
			}
			if got := order.take(); i < 0 && got != nil || i >= 0 && got != rest[i] {
				t.Fatalf("user %d comes, and not %d", slices.Index(set, got), i)
			}
			if i >= 0 {
				done[rest[i]] = true
				rest = slices.Delete(rest, i, i+1)
			} else {
				left := slices.IndexFunc(rest, func(one *party) bool { return !done[one] })
				done[rest[left]] = true
				order.pass(rest[left])
			}
			if !slices.Equal(order.rest(), rest) {
				t.Fatalf("%d users are left, want %d", len(order.rest()), len(rest))
			}
		}
	})
}
