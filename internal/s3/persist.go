package s3

import (
	"context"
	"sync"

	"attrmigrate/internal/runlog"
)

// persist does something that may fail for the moment, with the patience that there is.
func persist(ctx context.Context, do func() error) error { return runlog.PatienceOf(ctx).Try(ctx, do) }

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
