package pipeline

import (
	"math/rand/v2"
	"time"
)

// Backoff spaces the attempts of one record: before attempt n+1 it waits a random time between zero
// and Base·2ⁿ⁻¹, at most Cap ("full jitter": the widest spread, so that records throttled together do
// not come back together). Eight attempts so outlast half a minute without the service.
type Backoff struct {
	Base time.Duration // the default is 500 ms
	Cap  time.Duration // the default is 30 s
	// Jitter returns a number in [0,1). The default draws it at random.
	Jitter func() float64
}

func (b Backoff) withDefaults() Backoff {
	if b.Base == 0 {
		b.Base = 500 * time.Millisecond
	}
	if b.Cap == 0 {
		b.Cap = 30 * time.Second
	}
	if b.Jitter == nil {
		b.Jitter = rand.Float64
	}
	return b
}

// wait is the time to wait after the nth attempt, counted from 1.
func (b Backoff) wait(n int) time.Duration { return time.Duration(b.Jitter() * float64(b.limit(n))) }

// limit is the longest such time.
func (b Backoff) limit(n int) time.Duration {
	if shift := max(n-1, 0); shift < 63 && b.Base <= b.Cap>>shift {
		return b.Base << shift
	}
	return b.Cap
}

// total is how long a record waits between so many attempts on average, up to a day.
func (b Backoff) total(attempts int) (sum time.Duration) {
	const day = 24 * time.Hour
	for n := 1; n < attempts && sum < day; n++ {
		sum += min(b.limit(n)/2, day)
	}
	return min(sum, day)
}
