package runlog

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
)

// explored is what came of an exploration.
type explored struct {
	histories int // that were followed to an end, or to a state that another has reached
	states    int
	ends      int
	longest   int            // in steps
	slips     int            // at most, in one history
	outcomes  map[string]int // of single owners
	wrong     string
	steps     []string // the shortest history that is wrong
}

// mostSteps is more than any history has that comes to an end.
const mostSteps = 250

// explore follows all histories of a size, the shortest first. Each is played from its beginning by its choices, so that
// no state of the real code need be copied.
func explore(s size) (e explored) {
	e.outcomes = map[string]int{}
	seen := map[uint64]bool{}
	queue := [][]byte{nil}
	for ; len(queue) > 0; queue = queue[1:] {
		w := newWorld(s)
		path, next := w.play(queue[0])
		e.histories++
		e.longest = max(e.longest, len(path))
		if k := w.key(); !seen[k] && w.wrong == "" {
			seen[k] = true
			e.states++
			for n := range next {
				queue = append(queue, append(path[:len(path):len(path)], byte(n)))
			}
			if len(next) == 0 {
				e.end(w)
			}
		}
		w.close()
		if w.wrong != "" {
			e.wrong, e.steps = w.wrong, s.told(path)
			return e
		}
	}
	return e
}

// play plays a history as far as it is given, and on for as long as only one thing can happen.
func (w *world) play(path []byte) (whole []byte, next []choice) {
	for n := 0; ; n++ {
		next = w.choices()
		switch {
		case w.wrong != "":
			return path, nil
		case n == mostSteps:
			w.fail("it comes to no end")
		case n == len(path) && len(next) != 1:
			return path, next
		case n == len(path):
			path = append(path[:n:n], 0)
		}
		next[path[n]].do()
	}
}

// told plays a history again, and says its steps.
func (s size) told(path []byte) (steps []string) {
	w := newWorld(s)
	defer w.close()
	for _, n := range path {
		c := w.choices()[n]
		steps = append(steps, fmt.Sprintf("%8s  %s", w.now, c))
		c.do()
	}
	return steps
}

func (e *explored) end(w *world) {
	w.settled()
	e.ends++
	e.slips = max(e.slips, w.slips)
	for _, o := range w.owners {
		e.outcomes[cmp.Or(o.outcome, "crashed")]++
	}
}

// wander follows single histories of a size too large to follow all, by chance.
func wander(s size, histories int, seed uint64) (e explored) {
	e.outcomes = map[string]int{}
	for e.histories < histories && e.wrong == "" {
		r := rand.New(rand.NewPCG(seed, uint64(e.histories)))
		w := newWorld(s)
		var path []byte
		next := w.choices()
		for ; len(next) > 0 && w.wrong == ""; next = w.choices() {
			if len(path) == mostSteps*s.owners {
				w.fail("it comes to no end")
				break
			}
			n := r.IntN(len(next))
			for next[n].blow && r.IntN(10) > 0 {
				n = r.IntN(len(next))
			}
			path = append(path, byte(n))
			next[n].do()
		}
		e.histories++
		e.longest = max(e.longest, len(path))
		if w.wrong == "" {
			e.end(w)
		}
		w.close()
		if w.wrong != "" {
			e.wrong, e.steps = w.wrong, s.told(path)
		}
	}
	return e
}

// modelled runs an exploration where goroutines hand over to each other, one at a time: on one processor.
func modelled(t *testing.T, explore func() explored) (e explored) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(*testing.T) { e = explore() })
	t.Logf("%d histories explored, %d of them to an end, through %d states; %d steps at most, %d updates that slip through at most; owners ended as %v",
		e.histories, e.ends, e.states, e.longest, e.slips, e.outcomes)
	return e
}

// long is set for an exploration of all pairs of faults, which takes many minutes.
var long = os.Getenv("ATTRMIGRATE_MODEL") == "long"

const anything = failing + losing + delaying + slow + stopping + crashing

// TestModel explores the protocol as it is.
func TestModel(t *testing.T) {
	for _, s := range []size{
		{name: "nothing happens", owners: 2, records: 2},
		{name: "nothing happens to three owners", owners: 3, records: 1},
		{name: "anything happens once", owners: 2, records: 1, faults: 1, kinds: anything},
		{name: "anything happens once, without undo", owners: 2, records: 1, faults: 1, kinds: anything, noUndo: true},
		{name: "two calls fail", owners: 2, records: 1, faults: 2, kinds: failing + losing},
		{name: "anything happens twice", owners: 2, records: 1, faults: 2, kinds: anything},
		{name: "anything happens twice, without undo", owners: 2, records: 1, faults: 2, kinds: anything, noUndo: true},
		{name: "one of three owners stands still", owners: 3, records: 1, faults: 1, kinds: stopping},
	} {
		t.Run(s.name, func(t *testing.T) {
			if !long && (s.faults > 1 && s.kinds == anything || s.faults > 0 && (s.owners > 2 || s.noUndo)) {
				t.Skip("it takes long: make model")
			}
			if testing.Short() && (s.faults > 0 || s.owners > 2) {
				t.Skip("it takes seconds")
			}
			if e := modelled(t, func() explored { return explore(s) }); e.wrong != "" {
				t.Errorf("%s\n%s", e.wrong, strings.Join(e.steps, "\n"))
			}
		})
	}
}

// TestModelAtRandom plays histories of three owners to whom much happens.
func TestModelAtRandom(t *testing.T) {
	histories := 1000
	switch {
	case long:
		histories = 500_000
	case testing.Short():
		histories = 100
	}
	for _, s := range []size{
		{name: "with undo", owners: 3, records: 2, faults: 6, kinds: anything},
		{name: "without undo", owners: 3, records: 2, faults: 6, kinds: anything, noUndo: true},
	} {
		t.Run(s.name, func(t *testing.T) {
			if e := modelled(t, func() explored { return wander(s, histories, 1) }); e.wrong != "" {
				t.Errorf("%s\n%s", e.wrong, strings.Join(e.steps, "\n"))
			}
		})
	}
}

// TestModelFindsBugs plants each bug, and explores until it is found: by the shortest history that shows it.
func TestModelFindsBugs(t *testing.T) {
	for _, tt := range []struct {
		size
		want string
	}{
		{size{bug: freed, owners: 2, records: 1, faults: 1, kinds: stopping}, "B begins to work, and does not know number 2 of A"},
		{size{bug: sameBeat, owners: 2, records: 3}, "B took over from A, whose beat is 0s old"},
		{size{bug: generationNamed, owners: 2, records: 1, faults: 1, kinds: stopping}, "A was told that it has written number 2, which is another's"},
		{size{bug: fromAnswer, owners: 2, records: 1, faults: 1, kinds: slow}, "B took over from A at 1m0s, where a call may be under way that began at 1m0s"},
		{size{bug: ownTaken, owners: 2, records: 1, faults: 1, kinds: losing}, "A stops as overtaken, and nobody has overtaken it"},
		{size{bug: noClaim, owners: 2, records: 1, faults: 1, kinds: stopping}, "A was told that it has written number 1: B had claimed the log, and does not know it"},
	} {
		t.Run(string(tt.bug), func(t *testing.T) {
			if testing.Short() && (tt.kinds == stopping || tt.kinds == slow) {
				t.Skip("it takes a second")
			}
			e := modelled(t, func() explored { return explore(tt.size) })
			if e.wrong != tt.want {
				t.Errorf("found: %q, want %q", e.wrong, tt.want)
			}
			t.Logf("%s\n%s", e.wrong, strings.Join(e.steps, "\n"))
		})
	}
}
