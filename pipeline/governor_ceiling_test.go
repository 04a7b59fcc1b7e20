package pipeline

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// bucket is a service with a quota, and a run that sends to it as its governor wants.
type bucket struct {
	*governor
	quota, tokens float64
	now           time.Time
}

// pass sends for so long, and returns how many attempts a second were accepted.
func (b *bucket) pass(d time.Duration) float64 {
	accepted, span := 0, d.Seconds()
	for d > 0 {
		rate := b.rate(b.now)
		if !(rate > 0 && rate <= b.ceiling) {
			return math.NaN()
		}
		wait := min(time.Duration(float64(time.Second)/min(rate, 1000)), d)
		d -= wait
		b.now = b.now.Add(wait)
		b.tokens = min(b.quota, b.tokens+b.quota*wait.Seconds())
		if ended := b.now.Add(time.Millisecond); b.tokens >= 1 {
			b.tokens--
			accepted++
			b.onAccepted(b.now, ended)
		} else {
			b.onThrottle(b.now, ended, false)
		}
	}
	return float64(accepted) / span
}

// TestCeilingsNeverStick: whatever ceilings were set, at whatever quotas: once the last one is lifted, the rate is what the
// quota gives within two minutes.
func TestCeilingsNeverStick(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		quota := rapid.Float64Range(5, 200)
		b := &bucket{governor: newGovernor(20, time.Now()), quota: quota.Draw(rt, "quota"), now: time.Now()}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			if rapid.Bool().Draw(rt, "another quota") {
				b.quota = quota.Draw(rt, "quota")
			}
			ceiling := rapid.SampledFrom([]float64{1e-9, 0.1, 1, 7, 50, 300, Unlimited}).Draw(rt, "ceiling")
			b.setCeiling(ceiling, true, b.now)
			if rate := b.rate(b.now); rate > ceiling {
				rt.Fatalf("the rate is %g, the ceiling %g", rate, ceiling)
			}
			b.pass(time.Duration(rapid.IntRange(0, 90).Draw(rt, "seconds")) * time.Second)
		}
		b.setCeiling(Unlimited, false, b.now)
		b.pass(2 * time.Minute)
		if got := b.pass(time.Minute); !(got > 0.75*b.quota && got <= 1.05*b.quota) {
			rt.Fatalf("%.1f/s are accepted of a quota of %.1f/s", got, b.quota)
		}
	})
}
