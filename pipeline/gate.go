package pipeline

import "sync"

// gate is what every call passes on its way to the service: while it is shut, none begins. The dispatcher shuts and
// opens it; workers pass it.
type gate struct {
	mu     sync.Mutex
	opened chan struct{} // closed when it is opened; nil: it is open
	inside int           // calls under way
}

// enter lets a call begin, and says whether the gate is open. Each that may is followed by leave.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		return false
	}
	g.inside++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	g.inside--
	g.mu.Unlock()
}

// reenter counts a call as under way that goes on to its end, whether the gate is open or not.
func (g *gate) reenter() {
	g.mu.Lock()
	g.inside++
	g.mu.Unlock()
}

// wait waits until the gate is open, and says whether it was before stop was closed.
func (g *gate) wait(stop <-chan struct{}) bool {
	g.mu.Lock()
	opened := g.opened
	g.mu.Unlock()
	if opened == nil {
		return true
	}
	select {
	case <-opened:
		return true
	case <-stop:
		return false
	}
}

// await waits until a call may begin, and says whether it may before stop was closed.
func (g *gate) await(stop <-chan struct{}) bool {
	for !g.enter() {
		if !g.wait(stop) {
			return false
		}
	}
	return true
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened == nil {
		g.opened = make(chan struct{})
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		close(g.opened)
		g.opened = nil
	}
}

// state says whether calls may begin, and, if not, whether some are still under way.
func (g *gate) state() PauseState {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.opened == nil:
		return Going
	case g.inside > 0:
		return Pausing
	default:
		return Paused
	}
}
