package pipeline_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestReadsCountAtOnce: a read counts when it is answered, not when the update behind it is, which waits for
// its permit. So single errors among many answers are no silence of the service.
func TestReadsCountAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, random := newService(), rand.New(rand.NewPCG(1, 1))
		look := &reader{live: s.last, latency: 20 * time.Millisecond, fault: func(int, *sources.Change) error {
			if random.IntN(20) == 0 {
				return errInternal
			}
			return nil
		}}
		got := start(t, pipeline.Config{Updater: s, Preparer: look, MaxAttempts: 1}, changes(1000, 1000), 100)
		if got.err != nil || got.n > 2 {
			t.Errorf("%v after %d starts", got.err, got.n)
		}
	})
}
