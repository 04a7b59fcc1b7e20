package pipeline

import (
	"context"
	"time"
)

// Retry makes one call outside a run (describing the pool, say) under the run's retry policy: it
// repeats a throttled call until attempts are used up, and any other by what its error allows.
func Retry(ctx context.Context, attempts int, b Backoff, call func(context.Context) error) error {
	b = b.withDefaults()
	for n := 1; ; n++ {
		err := call(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		allowed := attempts
		if !isThrottle(err) {
			allowed, _ = attemptsFor(err, attempts)
		}
		if n >= allowed {
			return err
		}
		timer := time.NewTimer(b.wait(n))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}
