package runlog

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The kinds of faults.
const (
	failing  = "f" // a call fails, without an effect
	losing   = "l" // its answer is lost
	delaying = "d" // it fails, and has its effect later, or never
	slow     = "s" // its answer comes later
	stopping = "z" // an owner stands still, and goes on later
	crashing = "c" // an owner is no more
)

// choice is what may happen next.
type choice struct {
	call *call // that it is about, or none
	name string
	do   func()
	blow bool // something goes wrong
}

func (c choice) String() string {
	if c.call == nil {
		return c.name
	}
	return c.call.String() + c.name
}

// choices lists what may happen next, always in the same order. The first is what happens if nothing goes wrong.
func (w *world) choices() (all []choice) {
	slices.SortFunc(w.parked, func(a, b *call) int {
		return cmp.Or(cmp.Compare(a.owner.name, b.owner.name), cmp.Compare(a.role, b.role))
	})
	busy := false
	for i, c := range w.parked {
		if c.owner.stands() || c.what == "sleep" && c.until > w.now || c.what == "begin" && i > 0 && w.parked[i-1].what == "begin" {
			continue // owners are alike: they begin in their order
		}
		if c.what == "sleep" { // to wake concerns nobody else: nothing is lost if it comes first
			return []choice{{name: c.owner.name + " wakes", do: func() { w.answer(c, answer{}) }}}
		}
		busy = busy || c.slow == nil && c.what != "begin"
		all = append(all, w.outcomes(c)...)
	}
	for _, c := range w.late {
		all = append(all, choice{call: c, name: ", late", do: func() {
			w.late = slices.DeleteFunc(w.late, func(p *call) bool { return p == c })
			w.effect(c)
		}})
	}
	if next, ok := w.nextWake(); ok && !busy {
		all = append(all, choice{name: "time passes", do: func() { w.now = next }})
	}
	for _, o := range w.owners {
		if o.stopped && !o.crashed && w.now > o.since {
			all = append(all, choice{name: o.name + " goes on", do: func() { o.stopped = false }})
		}
		if w.faults > 0 && !o.stands() && o.began && o.outcome == "" {
			all = append(all, w.blows(o)...)
		}
	}
	return all
}

// blows are what may happen to an owner as a whole.
func (w *world) blows(o *owner) (all []choice) {
	if w.may(stopping) {
		all = append(all, choice{name: o.name + " stands still", blow: true, do: func() {
			w.hurt(o)
			o.stopped, o.since = true, w.now
		}})
	}
	if w.may(crashing) && !slices.ContainsFunc(w.owners, func(o *owner) bool { return o.crashed }) {
		all = append(all, choice{name: o.name + " crashes", blow: true, do: func() {
			w.hurt(o)
			o.crashed = true
			for _, c := range w.parked {
				if c.owner == o && c.what == "put" && c.slow == nil {
					w.late = append(w.late, c)
				}
			}
			w.parked = slices.DeleteFunc(w.parked, func(c *call) bool {
				if c.owner == o {
					o.lost = append(o.lost, c)
				}
				return c.owner == o
			})
		}})
	}
	return all
}

func (w *world) may(kind string) bool { return w.faults > 0 && strings.Contains(w.size.kinds, kind) }

func (w *world) hurt(o *owner) {
	w.faults--
	o.hurt = true
}

// outcomes are how a call may end.
func (w *world) outcomes(c *call) (all []choice) {
	if c.slow != nil {
		return []choice{{call: c, name: ", answered", do: func() { w.answer(c, *c.slow) }}}
	}
	all = append(all, choice{call: c, do: func() { w.answer(c, w.effect(c)) }})
	if c.what != "put" && c.what != "get" {
		return all
	}
	fault := func(kind, name string, do func()) {
		if w.may(kind) {
			all = append(all, choice{call: c, name: name, blow: true, do: func() {
				w.hurt(c.owner)
				do()
			}})
		}
	}
	fault(failing, ": fails", func() { w.answer(c, answer{err: errAway}) })
	if c.what == "get" {
		return all
	}
	fault(losing, ": its answer is lost", func() {
		w.effect(c)
		w.answer(c, answer{err: errAway})
	})
	fault(delaying, ": fails, its effect may come late", func() {
		w.late = append(w.late, c)
		w.answer(c, answer{err: errAway})
	})
	fault(slow, ": its answer is slow", func() {
		a := w.effect(c)
		c.slow, c.since = &a, w.now
	})
	return all
}

// patience bounds how long an owner stands still, an answer takes, and a start waits until it begins: longer than
// another's watch, which is all that matters.
const patience = 5 * modelTTL / 4

// nextWake is when something happens by itself: a sleeper wakes, or patience is over.
func (w *world) nextWake() (at time.Duration, ok bool) {
	at = 1 << 62
	for _, c := range w.parked {
		switch {
		case c.owner.stands():
		case c.what == "sleep":
			at = min(at, c.until)
		case c.slow != nil:
			at = min(at, c.since+patience)
		case c.what == "begin":
			at = min(at, patience)
		}
	}
	for _, o := range w.owners {
		if o.stopped && !o.crashed {
			at = min(at, o.since+patience)
		}
	}
	return at, at > w.now && at < 1<<62
}

func (c *call) String() string {
	s := c.owner.name + " " + c.what + " " + c.key
	switch {
	case c.what == "put" && c.when == IfAbsent:
		s += " if absent"
	case c.what == "put" && c.when != Always:
		s += " if it is " + string(c.when)[1:5]
	}
	return strings.TrimSpace(s)
}
