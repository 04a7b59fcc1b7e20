package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// clock is a Preparer and an Updater that tell how old the image of a user was when the update left.
type clock struct {
	fault func() error // of reads and of updates; nil: none
	hold  time.Duration

	mu     sync.Mutex
	image  map[string]time.Time
	reads  int
	again  int // of these, with what an earlier one returned
	oldest time.Duration
}

func (k *clock) Prepare(ctx context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	at := time.Now()
	err := pass(ctx, 20*time.Millisecond+k.hold)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reads++
	if earlier != nil {
		k.again++
	}
	k.image[c.Username] = at
	return c, err
}

func (k *clock) Holds(context.Context, *sources.Change) (bool, error) { return true, nil }

func (k *clock) Update(ctx context.Context, c *sources.Change) (pipeline.Outcome, error) {
	k.mu.Lock()
	age := time.Since(k.image[c.Username])
	k.mu.Unlock()
	if err := pass(ctx, 20*time.Millisecond); err != nil {
		return 0, err
	}
	if k.fault != nil {
		if err := k.fault(); err != nil {
			return 0, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.oldest = max(k.oldest, age)
	return pipeline.Updated, nil
}

// TestImageAge: the image of a user is at most ten seconds old when the update leaves, at any rate and after
// any storm. It is read again under the permit, and only where it is older.
func TestImageAge(t *testing.T) {
	storm := func(length time.Duration) func(*clock) {
		return func(k *clock) {
			end := time.Now().Add(length)
			k.fault = func() error {
				if time.Now().Before(end) {
					return errThrottle
				}
				return nil
			}
		}
	}
	tests := []struct {
		name  string
		rate  float64
		rows  int
		set   func(*clock)
		reads int // at most
	}{
		{"20 a second", 20, 200, nil, 200},
		{"5 a second", 5, 200, nil, 200},
		{"1 a second", 1, 100, nil, 100},
		{"one in five seconds", 0.2, 60, nil, 60},
		{"one in twenty seconds", 0.05, 60, nil, 120},
		{"a storm of four minutes", 20, 20, storm(4 * time.Minute), 1000},
		{"a storm at 1 a second", 1, 60, storm(time.Minute), 1000},
		{"reads that take nine seconds", 20, 50, func(k *clock) { k.hold = 9 * time.Second }, 100},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := &clock{image: map[string]time.Time{}}
				if test.set != nil {
					test.set(k)
				}
				r, err := pipeline.New(pipeline.Config{Source: &list{changes: changes(test.rows, test.rows)}, Updater: k, Preparer: k, Rate: test.rate})
				if err != nil {
					t.Fatal(err)
				}
				state, err := r.Run(t.Context())
				if err != nil || state.Counts.Updated != int64(test.rows) {
					t.Fatalf("%v, %d updated", err, state.Counts.Updated)
				}
				if k.oldest > 10*time.Second {
					t.Errorf("the oldest image was %s old", k.oldest)
				}
				if k.reads > test.reads || k.again != k.reads-test.rows || int64(k.reads) != state.Counts.Reads {
					t.Errorf("%d reads of %d records, %d of them again; counted %d", k.reads, test.rows, k.again, state.Counts.Reads)
				}
			})
		})
	}
}

// TestImageReadAgain: a record whose second read fails or finds nothing to do ends as it would after the first.
func TestImageReadAgain(t *testing.T) {
	tests := []struct {
		name   string
		second func() (*sources.Change, error)
		want   string
	}{
		{"holds by now", func() (*sources.Change, error) { return nil, nil }, "unchanged"},
		{"gone by now", func() (*sources.Change, error) { return nil, errNoUser }, "failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := changes(3, 3)
				look := prepareFunc(func(c, earlier *sources.Change) (*sources.Change, error) {
					if earlier != nil {
						return test.second()
					}
					return c, nil
				})
				s := newService()
				kept, _, err := run(t, s, pipeline.Config{Preparer: look, Rate: 0.05}, all)
				var outcomes []string
				for _, r := range kept.results {
					outcomes = append(outcomes, r.Outcome.String())
				}
				if want := fmt.Sprint([]string{"updated", test.want, test.want}); err != nil || fmt.Sprint(outcomes) != want {
					t.Errorf("%v: %v, want %s", err, outcomes, want)
				}
			})
		})
	}
}

// prepareFunc is a Preparer that is a function.
type prepareFunc func(c, earlier *sources.Change) (*sources.Change, error)

func (f prepareFunc) Prepare(_ context.Context, c, earlier *sources.Change) (*sources.Change, error) {
	return f(c, earlier)
}

func (f prepareFunc) Holds(context.Context, *sources.Change) (bool, error) { return true, nil }

// TestImageAgeIsTold: the page on what can be relied on says how old what a user goes back to may be.
func TestImageAgeIsTold(t *testing.T) {
	page, err := os.ReadFile("../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	if told := "at most ten seconds old"; pipeline.ImageAge != 10*time.Second || !strings.Contains(strings.Join(strings.Fields(string(page)), " "), told) {
		t.Errorf("ImageAge is %s, and docs/reliability.md is to say %q", pipeline.ImageAge, told)
	}
}

// pass lets simulated time pass. It makes no timer that is due at once: two goroutines of a bubble that look at such timers at the
// same moment share one context of the race detector in Go 1.26, which then crashes (runtime.unlockAndRun, bubble.timers.raceCtx).
func pass(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
