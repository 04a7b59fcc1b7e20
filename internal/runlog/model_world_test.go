package runlog

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"testing/synctest"
	"time"
)

// world is one history of the model: a store, a clock, and owners whose goroutines run the real code and stand still
// at each call of the store and of the clock, until the scheduler lets one go on. All of it belongs to the goroutine
// that steps, but what is under mu.
type world struct {
	size   size
	now    time.Duration
	store  *simulated
	owners []*owner
	faults int    // that may still happen
	began  int    // owners that began to work
	wrong  string // the first property that does not hold
	slips  int    // updates that left under a lease which another had taken over meanwhile

	mu     sync.Mutex
	parked []*call
	late   []*call // writings without an answer that may have their effect yet
	over   bool
}

// size is how much a model explores.
type size struct {
	name    string
	owners  int
	records int // of each owner
	faults  int // in one history
	kinds   string
	noUndo  bool // updates leave without an entry of the log
	bug     bug
}

// call is what a goroutine stands still at.
type call struct {
	owner *owner
	role  string // main, or that of the lease's goroutine
	what  string // get, put, list, delete, sleep, begin or send
	key   string
	body  []byte
	when  Condition
	until time.Duration // of a sleep
	reply chan answer
	slow  *answer       // is on its way
	since time.Duration // of a slow one
}

type answer struct {
	object Object
	tag    string
	bodies [][]byte // of a list
	err    error
}

type roleKey struct{}

var errOver = errors.New("the history is over")

func newWorld(s size) *world {
	w := &world{size: s, faults: s.faults, store: &simulated{objects: map[string]simulatedObject{}, bug: s.bug}}
	for i := range s.owners {
		o := &owner{world: w, name: string(rune('A' + i)), checked: -1}
		w.owners = append(w.owners, o)
		go o.run()
	}
	synctest.Wait()
	first := w.choices()[0]
	first.do()
	return w
}

// park lets a goroutine stand still until it is answered.
func (w *world) park(ctx context.Context, c *call) answer {
	c.role, _ = ctx.Value(roleKey{}).(string)
	c.reply = make(chan answer, 1)
	w.mu.Lock()
	if w.over {
		w.mu.Unlock()
		return answer{err: errOver}
	}
	w.parked = append(w.parked, c)
	w.mu.Unlock()
	select {
	case a := <-c.reply:
		return a
	case <-ctx.Done():
		w.withdraw(c)
		return answer{err: ctx.Err()}
	}
}

// withdraw is what becomes of a call whose caller no longer waits.
func (w *world) withdraw(c *call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parked = slices.DeleteFunc(w.parked, func(p *call) bool { return p == c })
	if c.what == "put" && c.slow == nil {
		w.late = append(w.late, c)
	}
}

// answer lets a goroutine go on, until all stand still again.
func (w *world) answer(c *call, a answer) {
	w.mu.Lock()
	w.parked = slices.DeleteFunc(w.parked, func(p *call) bool { return p == c })
	w.mu.Unlock()
	c.owner.note(c, a)
	c.reply <- a
	synctest.Wait()
}

// close ends all goroutines of the history.
func (w *world) close() {
	w.mu.Lock()
	w.over = true
	for _, o := range w.owners {
		w.parked = append(w.parked, o.lost...)
	}
	for _, c := range w.parked {
		c.reply <- answer{err: errOver}
	}
	w.mu.Unlock()
	synctest.Wait()
}

// key is all that decides what may come, so that of histories with the same one a single one need be followed. It is a
// hash of 64 bits: among a million states the chance that two are taken for one is one in thirty million.
func (w *world) key() uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	maphash.WriteComparable(&h, [2]int64{int64(w.now), int64(w.faults)})
	for _, o := range w.owners {
		maphash.WriteComparable(&h, struct {
			history          uint64
			since            time.Duration
			order            int
			stopped, crashed bool
		}{o.history, o.since, o.order, o.stopped, o.crashed})
	}
	for _, c := range w.parked {
		if c.slow != nil {
			h.WriteString(c.owner.name + c.role)
			c.slow.hash(&h)
		}
	}
	var late uint64 // in any order
	for _, c := range w.late {
		late += maphash.Comparable(seed, [4]string{c.owner.name, c.key, string(c.body), string(c.when)})
	}
	maphash.WriteComparable(&h, late)
	w.store.hash(&h)
	return h.Sum64()
}

var seed = maphash.MakeSeed()

func (w *world) fail(format string, args ...any) {
	if w.wrong == "" {
		w.wrong = fmt.Sprintf(format, args...)
	}
}

func (a answer) hash(h *maphash.Hash) {
	if a.err != nil {
		h.WriteString(a.err.Error())
	}
	h.WriteString(a.tag)
	h.Write(a.object.Body)
	for _, b := range a.bodies {
		h.Write(b)
	}
}
