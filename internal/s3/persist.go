package s3

import (
	"context"
	"sync"
	"time"

	"attrmigrate/internal/runlog"
)

// What carries files tries again by itself.
const (
	tries      = 6
	firstPause = 100 * time.Millisecond
	// slowest is the rate in bytes a second at which an attempt is given up.
	slowest = 64 << 10
)

// persist does something that may fail for the moment, and tries again with growing pauses, three seconds in all.
func persist(ctx context.Context, do func() error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := do()
		if err == nil || n == tries || !runlog.Passing(err) {
			return err
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return err
		case <-t.C:
		}
		pause *= 2
	}
}

// each does something for each of n numbers, some at once, and ends with the first error.
func each(ctx context.Context, n int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	numbers := make(chan int)
	var all sync.WaitGroup
	for range min(atOnce, n) {
		all.Go(func() {
			for i := range numbers {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case numbers <- i:
		case <-ctx.Done():
		}
	}
	close(numbers)
	all.Wait()
	return context.Cause(ctx)
}
