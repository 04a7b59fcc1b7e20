package pipeline_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// once is a Preparer that keeps an image unless it has kept the same before.
type once struct{ *kept }

func (o once) Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	if earlier != nil {
		return o.clock.Prepare(ctx, c, earlier)
	}
	return o.kept.Prepare(ctx, c, earlier)
}

// TestStoreAway: when a store comes back in which nothing could be kept for a while, what has waited leaves at the rate.
func TestStoreAway(t *testing.T) {
	for _, again := range []string{"an image that is kept once", "an image that is kept each time"} {
		t.Run(again, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				store := &puts{took: 50 * time.Millisecond, gather: time.Second}
				k := newKept(func() error {
					if since := time.Since(begun); since > 15*time.Second && since < 35*time.Second {
						time.Sleep(35*time.Second - since)
					}
					return store.keep()
				})
				var look pipeline.Preparer = k
				if again == "an image that is kept once" {
					look = once{k}
				}
				g := newRig(t, pipeline.Config{Source: &list{changes: changes(1500, 1500)}, Updater: k, Preparer: look, Rate: 20, Workers: 32, Ahead: 256})
				if _, err := g.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				per := map[int]int{}
				for _, at := range g.updates {
					per[int(at.Sub(begun)/(100*time.Millisecond))]++
				}
				for tenth, n := range per {
					if n > 4 {
						t.Errorf("%d updates in the tenth of a second at %.1f s", n, float64(tenth)/10)
					}
				}
			})
		})
	}
}
