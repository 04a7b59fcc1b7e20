package pipeline_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

func constant(q float64) func(time.Duration) float64 {
	return func(time.Duration) float64 { return q }
}

// TestAdaptiveRate runs against scripted quotas on a simulated clock, and holds the accepted rate and
// the share of throttled attempts against what the quota allowed.
func TestAdaptiveRate(t *testing.T) {
	type span struct {
		from, to time.Duration
		quota    float64
		reach    float64
	}
	tests := []struct {
		name      string
		rate      float64
		quota     func(time.Duration) float64
		rows      int
		spans     []span
		throttled float64 // share of all attempts, at most
		stray     float64 // probability of a throttle that has nothing to do with the rate
	}{
		{"exact", 25, constant(25), 1000, []span{{0, 39 * time.Second, 25, 0.99}}, 0.005, 0},
		{"below", 20, constant(25), 800, []span{{0, 39 * time.Second, 20, 0.99}}, 0, 0},
		{"fast", 1000, constant(1000), 10000, []span{{0, 9 * time.Second, 1000, 0.99}}, 0.005, 0},
		{"fourfold", 100, constant(25), 500, []span{{0, 19 * time.Second, 25, 0.95}}, 0.20, 0},
		{"double", 50, constant(25), 1500, []span{{10 * time.Second, 55 * time.Second, 25, 0.95}}, 0.05, 0},
		{"double of 200", 400, constant(200), 8000, []span{{10 * time.Second, 35 * time.Second, 200, 0.95}}, 0.05, 0},
		{"double of 1000", 2000, constant(1000), 30000, []span{{10 * time.Second, 28 * time.Second, 1000, 0.95}}, 0.05, 0},
		{"unlimited", pipeline.Unlimited, constant(100), 4000, []span{{10 * time.Second, 35 * time.Second, 100, 0.95}}, 0.10, 0},
		{"halved and restored", 25, func(at time.Duration) float64 {
			if at > 20*time.Second && at < 60*time.Second {
				return 12
			}
			return 25
		}, 1600, []span{
			{30 * time.Second, 58 * time.Second, 12, 0.90},
			{70 * time.Second, 75 * time.Second, 25, 0.90},
		}, 0.05, 0},
		{"nothing for a minute", 25, func(at time.Duration) float64 {
			if at > 20*time.Second && at < 80*time.Second {
				return 0
			}
			return 25
		}, 1500, []span{{95 * time.Second, 98 * time.Second, 25, 0.90}}, 0.10, 0},
		{"stray throttles", 25, nil, 1000, []span{{0, 38 * time.Second, 25, 0.92}}, 0.02, 0.01},
		{"stray throttles at 1000", 1000, nil, 20000, []span{{0, 15 * time.Second, 1000, 0.90}}, 0.02, 0.005},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.quota = test.quota
				random := rand.New(rand.NewPCG(1, 2))
				s.fault = func(int, *sources.Change) error { // under the service's lock
					if random.Float64() < test.stray {
						s.throttle++
						return errThrottle
					}
					return nil
				}
				kept, state, err := run(t, s, pipeline.Config{Rate: test.rate, Workers: 64}, changes(test.rows, test.rows))
				if err != nil || state.Counts.Updated != int64(test.rows) || len(kept.failures()) > 0 {
					t.Fatalf("updated %d of %d, failures %v, error %v", state.Counts.Updated, test.rows, kept.failures(), err)
				}
				for _, sp := range test.spans {
					got := s.acceptedIn(sp.from, sp.to)
					t.Logf("%s to %s: accepted %.2f/s of %.0f (%.3f)", sp.from, sp.to, got, sp.quota, got/sp.quota)
					if got < sp.reach*sp.quota {
						t.Errorf("%s to %s: accepted %.2f/s, want %.2f of %.0f", sp.from, sp.to, got, sp.reach, sp.quota)
					}
				}
				share := float64(s.throttle) / float64(s.calls)
				t.Logf("throttled %d of %d attempts (%.4f)", s.throttle, s.calls, share)
				if share > test.throttled {
					t.Errorf("throttled %.4f of the attempts, want at most %.4f", share, test.throttled)
				}
			})
		})
	}
}
