package runlog

import (
	"context"
	"time"
)

// What is asked of a store outside the protocol is tried for a while.
const (
	tries      = 6
	firstPause = 200 * time.Millisecond
)

// again does something that may fail for the moment, and tries again with growing pauses, some seconds in all.
func again(ctx context.Context, do func() error) error {
	pause := firstPause
	for n := 1; ; n++ {
		err := do()
		if err == nil || n == tries || !Passing(err) || ctx.Err() != nil {
			return err
		}
		if err := (Clock{}).sleep(ctx, pause); err != nil {
			return err
		}
		pause *= 2
	}
}
