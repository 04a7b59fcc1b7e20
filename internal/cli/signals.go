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

	mu     sync.Mutex
	gently func() // nil: the first signal cancels, too
}

// watchSignals begins to listen, in a goroutine that ends with the context that it returns. That
// context is cancelled when work must end at once.
func watchSignals(ctx context.Context, signals <-chan os.Signal) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancel(ctx)
	i := &interrupts{cancel: cancel}
	go func() {
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

func (i *interrupts) handle(first bool) {
	i.mu.Lock()
	gently := i.gently
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
