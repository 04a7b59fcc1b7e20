package runlog

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"attrmigrate/checkpoint"
)

const (
	modelTTL  = time.Minute
	modelCall = 10 * time.Second // the longest that an update takes
	modelWork = 25 * time.Second // what a record takes: the lease is renewed meanwhile
)

// owner is one start of the program in a model: what it does, and what is known of it.
type owner struct {
	world   *world
	name    string
	began   bool
	stopped bool // it stands still, since then
	since   time.Duration
	crashed bool
	lost    []*call // of one that crashed
	hurt    bool    // something happened to it
	history uint64  // all that it was answered, and when: it decides what it does next
	outcome string

	hidden  time.Duration    // from its clock
	checked time.Duration    // when it found that its lease holds; -1: never
	view    map[int64][]byte // the log, as it knows it
	claimed int64            // the number behind its claim
	order   int              // in which the owners began to work
	acked   []int64          // what it was told that it has written
	entry   int64            // of the update that it sends
	updates []int64          // their entries
}

func (o *owner) stands() bool { return o.stopped || o.crashed }

// note adds what an owner is told to its history.
func (o *owner) note(c *call, a answer) {
	var h maphash.Hash
	h.SetSeed(seed)
	maphash.WriteComparable(&h, o.history)
	maphash.WriteComparable(&h, o.world.now)
	h.WriteString(c.role)
	a.hash(&h)
	o.history = h.Sum64()
}

// run is an owner's main goroutine.
func (o *owner) run() {
	ctx := context.WithValue(context.Background(), roleKey{}, "main")
	leasing := context.WithValue(ctx, roleKey{}, "lease")
	w := o.world
	if w.park(ctx, &call{owner: o, what: "begin"}).err != nil {
		return
	}
	lease, err := TakeLease(leasing, LeaseConfig{
		Store: storeOf{o}, Clock: clockOf(o), Key: lockKey, TTL: modelTTL, Timeout: modelCall,
		Holder: checkpoint.Info{PID: 1}, owner: o.name,
	})
	if err == nil {
		err = o.work(ctx, lease)
		if errors.Is(err, errOver) {
			_ = lease.Release(ctx)
			return
		}
		if released := lease.Release(ctx); err == nil && released != nil && !Passing(released) {
			err = released
		}
	}
	o.ended(err)
}

// ended notes how it ended, and holds what may be said of that.
func (o *owner) ended(err error) {
	w := o.world
	_, held := errors.AsType[*checkpoint.HeldError](err)
	_, overtaken := errors.AsType[*OvertakenError](err)
	_, lapsed := errors.AsType[*lapsedError](err)
	switch {
	case errors.Is(err, errOver):
		return
	case err == nil:
		o.outcome = "done"
	case held:
		o.outcome = "held"
		if len(w.store.takers) == 0 || slices.Equal(w.store.takers, []string{o.name}) {
			w.fail("%s was told that another holds the lease: nobody does", o.name)
		}
	case overtaken:
		o.outcome = "overtaken"
		after := w.store.takers[slices.Index(w.store.takers, o.name)+1:]
		if len(after) == 0 {
			w.fail("%s stops as overtaken, and nobody has overtaken it", o.name)
		}
	case lapsed:
		o.outcome = "lapsed"
	case Passing(err):
		o.outcome = "away" // so it says when nothing of one kind has been answered for as long as a lease lasts
	default:
		o.outcome = err.Error()
		w.fail("%s ended with: %v", o.name, err)
	}
	if !o.hurt && o.outcome != "done" && o.outcome != "held" {
		w.fail("nothing happened to %s, and it ended as %s: %v", o.name, o.outcome, err)
	}
}

// work is what a start does with its lease: it replays the log, claims it, and works on its records.
func (o *owner) work(ctx context.Context, lease *Lease) error {
	w := o.world
	listed := w.park(ctx, &call{owner: o, what: "list", key: logPrefix})
	if listed.err != nil {
		return listed.err
	}
	view := map[int64][]byte{}
	for i, body := range listed.bodies {
		view[int64(i)+1] = body
	}
	log, err := o.claim(ctx, ClaimConfig{
		Store: storeOf{o}, Clock: clockOf(o), Prefix: logPrefix, Next: int64(len(view)) + 1, Lease: lease, Timeout: modelCall,
		Replay: func(s Segment) error {
			view[s.Number] = s.Seal()
			return nil
		},
	})
	if err != nil {
		return err
	}
	o.claims(log.Next(), view)
	for i := range w.size.records {
		if err := o.record(ctx, lease, log, i); err != nil {
			return err
		}
	}
	return nil
}

// record updates one user.
func (o *owner) record(ctx context.Context, lease *Lease, log *Appender, i int) error {
	w := o.world
	o.entry = 0
	if !w.size.noUndo {
		n, err := log.Append(ctx, fmt.Appendf(nil, "undo %d of %s", i, o.name))
		if err != nil {
			return err
		}
		o.acknowledged(n)
		o.entry = n
		if err := o.fold(ctx, n); err != nil {
			return err
		}
	}
	for !o.holds(lease) {
		if err := lease.Err(); err != nil {
			return err
		}
		if err := clockOf(o).sleep(ctx, modelCall); err != nil {
			return err
		}
	}
	if a := w.park(ctx, &call{owner: o, what: "send"}); a.err != nil {
		return a.err
	}
	if w.size.noUndo {
		n, err := log.Append(ctx, fmt.Appendf(nil, "update %d of %s", i, o.name))
		if err != nil {
			return err
		}
		o.acknowledged(n)
	}
	return clockOf(o).sleep(ctx, modelWork)
}

// acknowledged holds that no owner which claimed the log later misses what this one was told that it has written.
func (o *owner) acknowledged(n int64) {
	object, ok := o.world.store.objects[o.world.store.place(Key(logPrefix, n), nil)]
	if s, err := Unseal(n, object.body); ok && (err != nil || s.Owner != o.name) {
		o.world.fail("%s was told that it has written number %d, which is another's", o.name, n)
	}
	o.acked = append(o.acked, n)
	for _, later := range o.later() {
		if !written(later.view[n], o) {
			o.world.fail("%s was told that it has written number %d: %s had claimed the log, and does not know it", o.name, n, later.name)
		}
	}
}

// later are the owners whose claims stand behind this one's. One that stood still may learn of its own claim after them.
func (o *owner) later() (all []*owner) {
	for _, other := range o.world.owners {
		if o.order > 0 && cmp.Or(cmp.Compare(other.claimed, o.claimed), cmp.Compare(other.order, o.order)) > 0 {
			all = append(all, other)
		}
	}
	return all
}

// claims holds that an owner which begins to work knows all that was acknowledged to those before it, and the entry of
// each of their updates.
func (o *owner) claims(next int64, view map[int64][]byte) {
	o.world.began++
	o.view, o.claimed, o.order = view, next, o.world.began
	for _, before := range o.world.owners {
		if !slices.Contains(before.later(), o) {
			continue
		}
		for _, n := range append(slices.Clone(before.acked), before.updates...) {
			if n > 0 && !written(view[n], before) {
				o.world.fail("%s begins to work, and does not know number %d of %s", o.name, n, before.name)
			}
		}
	}
	for n := int64(1); n < next-1; n++ {
		if view[n] == nil {
			o.world.fail("%s begins to work, and does not know number %d", o.name, n)
		}
	}
}

// written tells whose object of the log it is.
func written(body []byte, by *owner) bool {
	return bytes.Contains(body, fmt.Appendf(nil, `"owner":%q`, by.name))
}

// sent is an update on its way.
func (w *world) sent(o *owner) {
	if w.store.lock.Owner != o.name {
		w.slips++
		if w.now == o.checked {
			w.fail("%s sends an update, and %s has the lease", o.name, w.store.lock.Owner)
		}
	}
	o.updates = append(o.updates, o.entry)
	for _, later := range o.later() {
		if o.entry > 0 && !written(later.view[o.entry], o) {
			w.fail("%s sends an update, and %s does not know its entry", o.name, later.name)
		}
	}
}

// settled holds what is true of every history at its end.
func (w *world) settled() {
	bodies := w.store.log()
	if !slices.ContainsFunc(w.owners, func(o *owner) bool { return o.hurt || o.outcome == "done" }) {
		w.fail("nothing happened to anybody, and nobody has done the work")
	}
	for _, o := range w.owners {
		if !o.crashed && o.outcome == "" {
			w.fail("%s comes to no end", o.name)
		}
		for _, n := range o.acked {
			if n > int64(len(bodies)) || !written(bodies[n-1], o) {
				w.fail("number %d of %s was acknowledged, and a replay does not find it", n, o.name)
			}
		}
	}
}
