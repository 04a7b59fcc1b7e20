package cli

import (
	"context"
	"os"
	"sync"
)

// interrupts carries signals to whatever is going on: the first one stops it gently, if it knows
// how, the next cancels it, and one more ends the patience with what is left to be done behind it.
type interrupts struct {
	work     context.Context
	cancel   context.CancelFunc
	patience context.Context // outlives the work, so that what it leaves behind can be kept
	lose     context.CancelFunc
	ended    chan struct{} // closed when nobody listens any more

	mu      sync.Mutex
	any     bool   // a signal came
	gently  func() // nil: the first signal cancels, too
	parting bool   // the next signal ends the patience
}

// interruptsKey is that of the interrupts of work, in its context.
type interruptsKey struct{}

// watchSignals begins to listen, in a goroutine that ends with end. The context that it returns is cancelled when work
// must end at once.
func watchSignals(ctx context.Context, signals <-chan os.Signal) (context.Context, *interrupts) {
	i := &interrupts{ended: make(chan struct{})}
	i.patience, i.lose = context.WithCancel(context.WithoutCancel(ctx))
	i.work, i.cancel = context.WithCancel(context.WithValue(ctx, interruptsKey{}, i))
	go func() {
		defer close(i.ended)
		for first := true; ; first = false {
			select {
			case <-signals:
				i.handle(first)
			case <-i.patience.Done():
				return
			}
		}
	}()
	return i.work, i
}

// end cancels what is left and listens no more: afterwards nothing is done or told for a signal.
func (i *interrupts) end() {
	i.cancel()
	i.lose()
	<-i.ended
}

func (i *interrupts) handle(first bool) {
	i.mu.Lock()
	gently := i.gently
	i.any = true
	parting := i.parting
	i.mu.Unlock()
	switch {
	case parting:
		i.lose()
	case first && gently != nil:
		gently()
	case i.work.Err() == nil:
		i.cancel()
	default:
		i.lose()
	}
}

// stopGently says how to stop what goes on from now.
func (i *interrupts) stopGently(f func()) {
	i.mu.Lock()
	i.gently = f
	i.mu.Unlock()
}

// patienceOf is for how long there is patience with what work, under its context, leaves to be done behind it: for ever, where
// no signals are listened to.
func patienceOf(ctx context.Context) context.Context {
	if i, ok := ctx.Value(interruptsKey{}).(*interrupts); ok {
		return i.patience
	}
	return context.WithoutCancel(ctx)
}

// part says that there is nothing left but that, until the function that it returns is called: the next signal ends the
// patience.
func part(ctx context.Context) (done func()) {
	i, ok := ctx.Value(interruptsKey{}).(*interrupts)
	if !ok {
		return func() {}
	}
	set := func(parting bool) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.parting = parting
	}
	set(true)
	return func() { set(false) }
}

// came tells whether a signal has come.
func (i *interrupts) came() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.any
}
