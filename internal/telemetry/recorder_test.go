package telemetry

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/pipeline"
)

// scene is a start that is played: at a second, something is so.
type scene struct {
	mu       sync.Mutex
	progress pipeline.Progress
}

func (s *scene) Progress() pipeline.Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.progress
}

func (s *scene) set(rate, ceiling float64, pause pipeline.PauseState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.Rate, s.progress.Pause = checkpoint.Rate{PerSecond: rate, Ceiling: ceiling}, pause
}

// TestRecord: throttles are told as episodes, however many there are of them.
func TestRecord(t *testing.T) {
	type step struct {
		throttles int // one each second
		quiet     time.Duration
		rate      float64
		pause     pipeline.PauseState
		ceiling   float64 // 0: that of before, at first 20
	}
	for _, tt := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"none", []step{{0, 2 * time.Minute, 20, "", 0}}, ""},
		{"single ones that cost nothing", []step{{1, 2 * time.Minute, 20, "", 0}, {1, 2 * time.Minute, 20, "", 0}}, ""},
		{"one for which the rate is cut", []step{{0, 10 * time.Second, 20, "", 0}, {1, 2 * time.Minute, 12, "", 0}},
			"11s throttled 20>12; 1m11s unthrottled >12 (1 call throttled in 0.0s)"},
		{"many, with breaks", []step{{40, 30 * time.Second, 12, "", 0}, {20, 50 * time.Second, 8, "", 0}, {5, 10 * time.Second, 15, "", 0}, {0, 5 * time.Minute, 19, "", 0}},
			"1s throttled 20>12; 3m25s unthrottled 8>19 (65 calls throttled in 2m24s)"},
		{"of reads, which cut no rate that is seen", []step{{4, 2 * time.Minute, 20, "", 0}},
			"3s throttled >20; 1m4s unthrottled >20 (4 calls throttled in 3.0s)"},
		{"a pause is no quiet", []step{{1, 30 * time.Second, 12, "", 0}, {0, time.Hour, 12, pipeline.Paused, 0}, {0, 29 * time.Second, 12, "", 0}, {1, 2 * time.Second, 12, "", 0}},
			"1s throttled 20>12"},
		{"pauses are no part of it", []step{{2, 0, 12, "", 0}, {0, time.Hour, 12, pipeline.Paused, 0}, {2, 30 * time.Second, 12, "", 0}, {0, time.Hour, 12, pipeline.Paused, 0}, {0, time.Minute, 12, "", 0}},
			"1s throttled 20>12; 2h1m4s unthrottled >12 (4 calls throttled in 3.0s)"},
		{"twice", []step{{2, 2 * time.Minute, 12, "", 0}, {0, 0, 20, "", 0}, {1, 2 * time.Minute, 10, "", 0}},
			"1s throttled 20>12; 1m2s unthrottled >12 (2 calls throttled in 1.0s); 2m3s throttled 12>10; 3m3s unthrottled >10 (1 call throttled in 0.0s)"},
		{"the ceiling of this start was asked for before it", []step{{1, 0, 45, "", 100}}, "1s throttled 100>45"},
		{"the ceiling is raised within the second", []step{{0, 10 * time.Second, 20, "", 0}, {1, 0, 45, "", 100}}, "11s throttled 100>45"},
		{"the ceiling is lowered within the second", []step{{0, 10 * time.Second, 20, "", 0}, {1, 0, 5, "", 10}}, "11s throttled 10>5"},
		{"the ceiling is raised over a rate that throttles have cut", []step{{2, 2 * time.Minute, 12, "", 0}, {1, 0, 9, "", 100}},
			"1s throttled 20>12; 1m2s unthrottled >12 (2 calls throttled in 1.0s); 2m3s throttled 12>9"},
		{"the ceiling is raised after a single one", []step{{1, 10 * time.Second, 20, "", 0}, {0, 10 * time.Second, 100, "", 100}, {1, 2 * time.Minute, 45, "", 0}},
			"22s throttled 100>45; 1m22s unthrottled >45 (2 calls throttled in 21s)"},
		{"the limit is lifted and the quota found", []step{{0, 10 * time.Second, 20, "", 0}, {1, 0, 45, "", -1}}, "11s throttled off>45"},
		{"it has not ended", []step{{5, 10 * time.Second, 12, "", 0}}, "1s throttled 20>12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dir, began := t.TempDir(), time.Now()
				l, err := Open(disk.OS{}, dir)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				m, s := NewMeter(update, read, began), &scene{}
				ceiling := 20.0
				s.set(20, ceiling, "")
				ctx, end := context.WithCancel(t.Context())
				var all sync.WaitGroup
				all.Go(func() { Record(ctx, l, m, s.Progress) })
				synctest.Wait()
				time.Sleep(time.Millisecond) // between the looks
				for _, step := range tt.steps {
					ceiling = max(0, cmp.Or(step.ceiling, ceiling))
					s.set(step.rate, ceiling, step.pause)
					for range step.throttles {
						m.Called(pipeline.Call{Throttled: true})
						time.Sleep(time.Second)
					}
					time.Sleep(step.quiet)
				}
				end()
				all.Wait()
				events, err := ReadEvents(dir)
				if err != nil {
					t.Fatal(err)
				}
				var told []string
				for _, e := range events {
					text := fmt.Sprintf("%s %s %s>%s", e.At.Sub(began).Truncate(time.Second), e.Kind, e.From, e.To)
					if e.Reason != "" {
						text += " (" + e.Reason + ")"
					}
					told = append(told, text)
				}
				if got := strings.Join(told, "; "); got != tt.want {
					t.Errorf("events are\n%s, want\n%s", got, tt.want)
				}
			})
		})
	}
}

// TestRecordSamples: one each ten seconds, and one of what is left at the end; sums are those of the meter.
func TestRecordSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		l, err := Open(disk.OS{}, dir)
		if err != nil {
			t.Fatal(err)
		}
		m := NewMeter(update, read, time.Now())
		ctx, end := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { Record(ctx, l, m, func() pipeline.Progress { return pipeline.Progress{} }) })
		for range 25 {
			m.Finished(pipeline.Updated, "")
			time.Sleep(time.Second)
		}
		m.Finished(pipeline.Updated, "")
		end()
		all.Wait()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		series, err := ReadSeries(dir)
		if err != nil || len(series) != 3 || series[0].Seconds != 10 || series[2].Seconds != 5 {
			t.Fatalf("%v, %+v", err, series)
		}
		if n := series[0].Accepted + series[1].Accepted + series[2].Accepted; n != 26 {
			t.Errorf("%d of 26 records are in the series", n)
		}
	})
}
