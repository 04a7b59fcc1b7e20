package pipeline_test

import (
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
)

// TestSlowImages: where reads are so slow, or so few, that an image is older than it may be as soon as it is there, the
// run comes to its end all the same; and where that is for want of permits alone, none is older when its update leaves.
func TestSlowImages(t *testing.T) {
	tests := []struct {
		name   string
		read   float64       // the ceiling of reads,
		later  float64       // and after ten seconds; 0: the same
		took   time.Duration // of a read
		pauses bool          // one more often than a read takes
		oldest time.Duration
	}{
		{name: "reads of eleven seconds", read: 80, took: 11 * time.Second, oldest: 11 * time.Second},
		{name: "reads of eleven seconds, and pauses", read: 80, took: 11 * time.Second, oldest: 12 * time.Second, pauses: true},
		{name: "one read in fifteen seconds", read: 1. / 15, took: 20 * time.Millisecond, oldest: pipeline.ImageAge},
		{name: "reads become few", read: 80, later: 0.5, took: 20 * time.Millisecond, oldest: pipeline.ImageAge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const rows = 60
				k := &clock{image: map[string]time.Time{}, hold: test.took - 20*time.Millisecond}
				both := &twofold{Preparer: k}
				g := newRig(t, pipeline.Config{Source: &list{changes: changes(rows, rows)}, Updater: k, Preparer: both, Rate: 2,
					ReadRate: test.read, MaxDuration: 24 * time.Hour})
				both.g = g
				if test.later > 0 {
					time.AfterFunc(10*time.Second, func() { g.SetRate(0, test.later) })
				}
				for n := range 20 {
					if test.pauses {
						g.pauseAfter(time.Duration(n)*9*time.Second+time.Millisecond, 2*time.Second)
					}
				}
				state, err := g.Run(t.Context())
				if err != nil || state.Counts.Updated != rows {
					t.Fatalf("%v, %d updated of %d, %d reads", err, state.Counts.Updated, rows, state.Counts.Reads)
				}
				if k.oldest > test.oldest {
					t.Errorf("the oldest image was %s old", k.oldest)
				}
				if most := mostInASecond(g.reads); test.read < 1 && most > 2 {
					t.Errorf("%d reads within a second", most)
				}
			})
		})
	}
}

// TestPauseBetweenReads: a pause that comes between two reads of a record holds up the second, also where its permit is
// there already.
func TestPauseBetweenReads(t *testing.T) {
	for at := 15 * time.Second; at < 50*time.Second; at += time.Second {
		synctest.Test(t, func(t *testing.T) {
			s := newService()
			both := &twofold{Preparer: &reader{live: s.last, latency: 3 * time.Second}, latency: time.Second}
			g := newRig(t, pipeline.Config{Source: &list{changes: changes(4, 4)}, Updater: s, Preparer: both, Rate: 0.05})
			both.g = g
			g.pauseAfter(at+time.Millisecond, time.Minute)
			if state, err := g.Run(t.Context()); err != nil || state.Counts.Updated != 4 {
				t.Errorf("%v, %d updated", err, state.Counts.Updated)
			}
			g.checkPauses(t)
		})
	}
}
