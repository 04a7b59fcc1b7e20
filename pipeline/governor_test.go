package pipeline

import (
	"testing"
	"time"
	"unsafe"
)

// setWall is a moment as it is read off a clock whose wall part was set by some seconds.
func setWall(t time.Time, seconds int64) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t)) // the seconds stand above thirty bits of nanoseconds; see the source of package time
	*wall = uint64(int64(*wall) + seconds<<30)
	return t
}

// TestGovernorClock: what the governor does with a quota of 100 is the same, second by second, whatever the
// wall clock is set to meanwhile.
func TestGovernorClock(t *testing.T) {
	play := func(step int64) (rates []float64) {
		begin := time.Now()
		g := newGovernor(1000, begin)
		tokens := 20.0
		for d := time.Duration(0); d < 90*time.Second; {
			at := begin.Add(d)
			if d > 20*time.Second && d < 60*time.Second {
				at = setWall(at, step)
			}
			pause := time.Duration(float64(time.Second) / g.rate(at))
			d += pause
			tokens = min(20, tokens+100*pause.Seconds())
			if ended := at.Add(time.Millisecond); tokens >= 1 {
				tokens--
				g.onAccepted(at, ended)
			} else {
				g.onThrottle(at, ended, false)
			}
			if second := int(d / time.Second); second > len(rates) {
				rates = append(rates, g.rate(at))
			}
		}
		return rates
	}
	want := play(0)
	for _, step := range []int64{-2, -3600, 3600, -20 * 365 * 24 * 3600} {
		for second, rate := range play(step) {
			if rate != want[second] {
				t.Errorf("clock set by %d s: at second %d the rate is %.1f, else %.1f", step, second, rate, want[second])
				break
			}
		}
	}
	if last := want[len(want)-1]; last < 80 || last > 140 {
		t.Errorf("at the end the rate is %.1f of 100", last)
	}
}

// TestSlowAnswer: one answer that takes half a minute, of hundreds that do not, changes no rate.
func TestSlowAnswer(t *testing.T) {
	begin := time.Now()
	g := newGovernor(100, begin)
	at := func(d time.Duration) time.Time { return begin.Add(d) }
	for d := time.Duration(0); d < 40*time.Second; d += 20 * time.Millisecond {
		g.onAccepted(at(d), at(d+50*time.Millisecond))
		if d == 20*time.Second {
			g.onThrottle(at(d), at(d+time.Millisecond), false)
		}
	}
	before := g.rate(at(41 * time.Second))
	g.onAccepted(at(11*time.Second), at(41*time.Second))
	if after := g.rate(at(41 * time.Second)); after != before {
		t.Errorf("the rate went from %.1f to %.1f", before, after)
	}
}

// TestStrays: a throttle that comes while the rate is low, as if it were none of the quota, has others like it tolerated
// for some seconds, and not for good: they may be those of another run at the quota, which could not grow then.
func TestStrays(t *testing.T) {
	const trip = 20 * time.Millisecond
	for _, test := range []struct {
		name         string
		below, above time.Duration // throttles since the cut; 0: none
		cuts         bool
	}{
		{"none while the rate is low", 0, 5 * time.Second, true},
		{"one while it is low, the next soon", 700 * time.Millisecond, 5 * time.Second, false},
		{"one while it is low, the next long after", 700 * time.Millisecond, 15 * time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			begin := time.Now()
			g := newGovernor(50, begin)
			const cutAt = 20 * time.Second
			cuts := false
			for d := time.Duration(0); d < cutAt+20*time.Second; d += trip {
				sent := begin.Add(d)
				switch {
				case d == cutAt, test.below > 0 && d == cutAt+test.below:
					if cut := g.onThrottle(sent, sent.Add(trip), false); cut != (d == cutAt) {
						t.Fatalf("after %s: cut is %v", d, cut)
					}
				case d == cutAt+test.above:
					cuts = g.onThrottle(sent, sent.Add(trip), false)
				default:
					g.onAccepted(sent, sent.Add(trip))
				}
			}
			if cuts != test.cuts {
				t.Errorf("cut is %v, want %v", cuts, test.cuts)
			}
		})
	}
}

// TestBackoffLimit: waits grow to the cap and stay there, whatever the numbers.
func TestBackoffLimit(t *testing.T) {
	tests := []struct {
		name      string
		base, cap time.Duration
		attempt   int
		want      time.Duration
	}{
		{"first", 500 * time.Millisecond, 30 * time.Second, 1, 500 * time.Millisecond},
		{"third", 500 * time.Millisecond, 30 * time.Second, 3, 2 * time.Second},
		{"at the cap", 500 * time.Millisecond, 30 * time.Second, 7, 30 * time.Second},
		{"base over cap", time.Minute, time.Second, 1, time.Second},
		{"past the end of a number", 10 * time.Second, time.Minute, 31, time.Minute},
		{"no bits left", time.Nanosecond, 1<<63 - 1, 63, 1 << 62},
		{"more than all bits", time.Nanosecond, 1<<63 - 1, 64, 1<<63 - 1},
		{"attempt without end", time.Second, time.Hour, 1 << 40, time.Hour},
		{"none yet", time.Second, time.Hour, 0, time.Second},
	}
	for _, test := range tests {
		b := Backoff{Base: test.base, Cap: test.cap, Jitter: func() float64 { return 1 }}.withDefaults()
		if got := b.limit(test.attempt); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		if got := b.total(1 << 40); got < 0 {
			t.Errorf("%s: in all %s", test.name, got)
		}
	}
}
