package pipeline

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pace starts a pacer, which ends with the test.
func pace(t testing.TB, perSecond float64) (p *pacer, stop chan struct{}) {
	p, stop = newPacer(perSecond), make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.run(stop)
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
	})
	return p, stop
}

// TestPacerHoldsRate: the permits of a while are those of the rate.
func TestPacerHoldsRate(t *testing.T) {
	for _, rate := range []float64{0.5, 25, 1000, 10_000} {
		synctest.Test(t, func(t *testing.T) {
			p, stop := pace(t, rate)
			begun := time.Now()
			const permits = 400
			for range permits + 1 {
				p.take(stop, nil)
			}
			want := time.Duration(permits / rate * float64(time.Second))
			if took := time.Since(begun); took < want*99/100 || took > want*101/100 {
				t.Errorf("%d permits at %g/s took %s, want %s", permits, rate, took, want)
			}
		})
	}
}

// TestPacerChanges: a new rate holds at once, also for those who wait under the old one.
func TestPacerChanges(t *testing.T) {
	tests := []struct {
		name       string
		from, to   float64
		first, all time.Duration // until the first permit after the change, and the fifth
	}{
		{"faster", 0.01, 10, 100 * time.Millisecond, 500 * time.Millisecond},
		{"slower", 10, 0.5, 2 * time.Second, 10 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, stop := pace(t, test.from)
				p.take(stop, nil)
				var begun time.Time
				time.AfterFunc(time.Millisecond, func() {
					begun = time.Now()
					p.setRate(test.to)
				})
				p.take(stop, nil)
				if took := time.Since(begun); took > test.first {
					t.Errorf("the first permit took %s, want %s", took, test.first)
				}
				for range 4 {
					p.take(stop, nil)
				}
				if took := time.Since(begun); took > test.all || took < test.all*9/10 {
					t.Errorf("five permits took %s, want %s", took, test.all)
				}
			})
		})
	}
}

// TestPacerStops: a stop ends the wait for a permit at once, and none is given after it.
func TestPacerStops(t *testing.T) {
	for _, rate := range []float64{0.001, Unlimited} {
		synctest.Test(t, func(t *testing.T) {
			p, _ := pace(t, rate)
			stop := make(chan struct{})
			p.take(stop, nil)
			begun := time.Now()
			time.AfterFunc(time.Second, func() { close(stop) })
			for p.take(stop, nil) {
				<-time.After(time.Millisecond)
			}
			// Without a limit the loop looks once a millisecond.
			if took := time.Since(begun); took < time.Second || took > time.Second+time.Millisecond {
				t.Errorf("at %g/s the stop after a second took %s", rate, took)
			}
		})
	}
}

// BenchmarkPacer has 64 workers take permits, as fast as they are given.
func BenchmarkPacer(b *testing.B) {
	for _, bench := range []struct {
		name string
		rate float64
	}{
		{"off", Unlimited},
		{"a million a second", 1e6},
	} {
		b.Run(bench.name, func(b *testing.B) {
			p, stop := pace(b, bench.rate)
			b.ReportAllocs()
			var takers sync.WaitGroup
			for i := range 64 {
				takers.Go(func() {
					for range b.N/64 + min(1, max(0, b.N%64-i)) {
						p.take(stop, nil)
					}
				})
			}
			takers.Wait()
		})
	}
}
