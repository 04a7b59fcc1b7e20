package pipeline

import (
	"sync"
	"time"
)

// gate is what every call passes on its way to the service: while it is shut, none begins, and the time of the run
// stands still. Whoever pauses the run shuts it, workers pass it, and the dispatcher has the time of the run from it.
// One lock holds for all of that, so that nothing begins once a pause was told of, and no call that is let go can be
// judged by the time before.
type gate struct {
	mu     sync.Mutex
	isShut bool
	turned chan struct{} // closed when it is shut or opened, and made anew
	inside int           // calls under way
	places chan struct{} // as many as calls may be under way at once, full of these; nil: who comes is few enough
	began  time.Time     // the run did; zero: it has not yet, and its time does not go on
	pauses pauses        // of this start
}

// newGate returns a gate with so many places; 0: with one for everybody.
func newGate(places int) *gate {
	g := &gate{turned: make(chan struct{})}
	if places > 0 {
		g.places = make(chan struct{}, places)
	}
	return g
}

// begin lets the time of the run begin, which stands still at once if the gate is shut.
func (g *gate) begin(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.began = now
	if g.isShut {
		g.pauses.begin(now)
	}
}

// turn shuts the gate or opens it, unless it is so.
func (g *gate) turn(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isShut == shut {
		return
	}
	g.isShut = shut
	close(g.turned)
	g.turned = make(chan struct{})
	switch now := time.Now(); {
	case g.began.IsZero():
	case shut:
		g.pauses.begin(now)
	default:
		g.pauses.end(now)
	}
}

// enter lets a call begin once there is a place for it, and says whether it may before stop was closed. Each that may is
// followed by leave.
func (g *gate) enter(stop <-chan struct{}) bool { return g.enterSince(time.Now(), stop) }

// enterSince is enter, unless the run was paused since a moment.
func (g *gate) enterSince(moment time.Time, stop <-chan struct{}) bool {
	if !g.take(stop) {
		return false
	}
	g.mu.Lock()
	n := len(g.pauses)
	enters := !g.isShut && (n == 0 || !g.pauses[n-1].until.After(moment))
	if enters {
		g.inside++
	}
	g.mu.Unlock()
	if !enters {
		g.free()
	}
	return enters
}

func (g *gate) leave() {
	g.mu.Lock()
	g.inside--
	g.mu.Unlock()
	g.free()
}

// take waits for a place, and says whether there was one before stop was closed; free gives it to the next.
func (g *gate) take(stop <-chan struct{}) bool {
	if g.places == nil {
		return true
	}
	select {
	case g.places <- struct{}{}:
		return true
	case <-stop:
		return false
	}
}

func (g *gate) free() {
	if g.places != nil {
		<-g.places
	}
}

// wait waits until the gate is open, and says whether it was before stop was closed. It returns what is closed when the
// gate is shut again.
func (g *gate) wait(stop <-chan struct{}) (shut <-chan struct{}, opened bool) {
	for {
		g.mu.Lock()
		isShut, turned := g.isShut, g.turned
		g.mu.Unlock()
		if !isShut {
			return turned, true
		}
		select {
		case <-turned:
		case <-stop:
			return nil, false
		}
	}
}

// await waits until a call may begin, and says whether it may before stop was closed.
func (g *gate) await(stop <-chan struct{}) bool {
	for !g.enter(stop) {
		if _, opened := g.wait(stop); !opened {
			return false
		}
	}
	return true
}

// state says whether calls may begin, and, if not, whether some are still under way.
func (g *gate) state() PauseState {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !g.isShut:
		return Going
	case g.inside > 0:
		return Pausing
	default:
		return Paused
	}
}

// at is a moment in the time of the run.
func (g *gate) at(moment time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pauses.at(moment)
}

// spent is for how long the run was at work in this start up to now, and for how long it was paused.
func (g *gate) spent(now time.Time) (worked, paused time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.began.IsZero() {
		return 0, 0
	}
	paused = g.pauses.total(now)
	return now.Sub(g.began) - paused, paused
}
