package audit

import (
	"container/heap"
	"sort"
)

// turns hand out the users of a sequence, each once those have come who come before: the first of them in the order of the
// records that waits for nobody, or else that waits only for those behind whom it should come.
type turns struct {
	set    []*party
	number map[*party]int // of a user in set
	firm   waiting        // for those who give a name up
	all    waiting        // for them, and for those with whom the user has to do
	taken  []bool         // whose turn was
	done   []bool         // for whom nobody waits any more
}

// waiting says for how many others the users of a sequence wait, and who for none.
type waiting struct {
	left  []int
	next  [][]int // who waits for a user
	ready numbers
}

// numbers is a heap of users: the first in the order comes first.
type numbers struct{ sort.IntSlice }

// Push implements [heap.Interface].
func (n *numbers) Push(i any) { n.IntSlice = append(n.IntSlice, i.(int)) }

// Pop implements [heap.Interface].
func (n *numbers) Pop() any {
	last := n.Len() - 1
	i := n.IntSlice[last]
	n.IntSlice = n.IntSlice[:last]
	return i
}

func newTurns(set []*party, d *dependence) *turns {
	t := &turns{set: set, number: make(map[*party]int, len(set)), taken: make([]bool, len(set)), done: make([]bool, len(set))}
	for i, one := range set {
		t.number[one] = i
	}
	t.firm = t.wait(d.after)
	t.all = t.wait(d.after, d.behind)
	return t
}

// wait counts for whom each user waits.
func (t *turns) wait(edges ...map[*party][]*party) waiting {
	w := waiting{left: make([]int, len(t.set)), next: make([][]int, len(t.set))}
	for i, one := range t.set {
		for _, e := range edges {
			for _, first := range e[one] {
				w.left[i]++
				w.next[t.number[first]] = append(w.next[t.number[first]], i)
			}
		}
		if w.left[i] == 0 {
			w.ready.IntSlice = append(w.ready.IntSlice, i)
		}
	}
	return w // in the order, and so a heap
}

// take is the next user; nil if there is none who could come.
func (t *turns) take() *party {
	for _, w := range []*waiting{&t.all, &t.firm} {
		for w.ready.Len() > 0 {
			if i := heap.Pop(&w.ready).(int); !t.taken[i] {
				t.taken[i] = true
				t.pass(t.set[i])
				return t.set[i]
			}
		}
	}
	return nil
}

// pass lets those go on who wait for a user.
func (t *turns) pass(one *party) {
	i := t.number[one]
	if t.done[i] {
		return
	}
	t.done[i] = true
	for _, w := range []*waiting{&t.all, &t.firm} {
		for _, j := range w.next[i] {
			if w.left[j]--; w.left[j] == 0 {
				heap.Push(&w.ready, j)
			}
		}
	}
}

// rest are those who have not had their turn.
func (t *turns) rest() (rest []*party) {
	for i, one := range t.set {
		if !t.taken[i] {
			rest = append(rest, one)
		}
	}
	return rest
}
