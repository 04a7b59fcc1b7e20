package cli

import (
	"context"
	"os"
	"sync"
)

// interrupts carries signals to whatever is going on: the first one stops it gently, if it knows
// how, and the second cancels it.
type interrupts struct {
	cancel context.CancelFunc
	ended  chan struct{} // closed when nobody listens any more

	mu     sync.Mutex
	any    bool   // a signal came
	gently func() // nil: the first signal cancels, too
}

// watchSignals begins to listen, in a goroutine that ends with the context that it returns. That
// context is cancelled when work must end at once.
func watchSignals(ctx context.Context, signals <-chan os.Signal) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancel(ctx)
	i := &interrupts{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(i.ended)
		for first := true; ; first = false {
			select {
			case <-signals:
				i.handle(first)
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, i
}

// end cancels what is left and listens no more: afterwards nothing is done or told for a signal.
func (i *interrupts) end() {
	i.cancel()
	<-i.ended
}

func (i *interrupts) handle(first bool) {
	i.mu.Lock()
	gently := i.gently
	i.any = true
	i.mu.Unlock()
	if first && gently != nil {
		gently()
		return
	}
	i.cancel()
}

// stopGently says how to stop what goes on from now.
func (i *interrupts) stopGently(f func()) {
	i.mu.Lock()
	i.gently = f
	i.mu.Unlock()
}

// came tells whether a signal has come.
func (i *interrupts) came() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.any
}
