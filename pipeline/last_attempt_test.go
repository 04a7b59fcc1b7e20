package pipeline_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestLastAttemptInOutage: a service that goes away while parked records have their last attempts fails none of
// them, be they parked by an earlier start or this one.
func TestLastAttemptInOutage(t *testing.T) {
	for _, reads := range []bool{false, true} {
		t.Run(fmt.Sprintf("reads %t", reads), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// Calls 20 ms apart: the last two records are parked, the probe finds the service there, and then it
				// is away again for ten minutes. At the start after that nothing but these two is left.
				s, probes := newService(), 0
				first, second := outage(14*time.Second, 14100*time.Millisecond), outage(0, 0)
				away := func(n int, c *sources.Change) error { return either(first, second)(n, c) }
				s.fault = away
				cfg := pipeline.Config{Updater: s, MaxAttempts: 1, Workers: 1, Rate: 20, ReadRate: pipeline.Unlimited}
				if reads {
					cfg.Preparer = &reader{live: s.last, fault: away}
				}
				cfg.Probe = func(context.Context) error {
					if probes++; probes == 1 {
						second = outage(time.Millisecond, 10*time.Minute)
						return nil
					}
					return away(0, nil)
				}
				got := start(t, cfg, changes(282, 282), 1000)
				if got.err != nil || len(got.unknown()) > 0 || len(got.kept.results) != 282 || probes < 2 {
					t.Errorf("%v: %d results, failed: %v, %d probes", got.err, len(got.kept.results), got.unknown(), probes)
				}
			})
		})
	}
}
