package runlog

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatienceCountsFromTheFirstFailure: something that fails for the moment is tried again as long as there is patience since it failed
// first, however long it took before. Who waits is told once, and not of a hiccup.
func TestPatienceCountsFromTheFirstFailure(t *testing.T) {
	for _, tt := range []struct {
		name     string
		patience time.Duration // 0: none is given
		before   time.Duration // it fails
		each     time.Duration // that a try takes
		fails    time.Duration // since its beginning
		err      error
		took     time.Duration
		told     int
	}{
		{"it goes well", time.Minute, 0, 0, 0, nil, 0, 0},
		{"it fails once", time.Minute, 0, 0, time.Millisecond, nil, firstBackoff, 0},
		{"it fails for a while", time.Minute, 0, 0, 40 * time.Second, nil, -1, 1},
		{"it fails for ever", time.Minute, 0, 0, time.Hour, errAway, time.Minute, 1},
		{"it has waited for longer than it has patience, and fails once", time.Minute, 2 * time.Minute, 0, 2*time.Minute + time.Millisecond, nil, 2*time.Minute + firstBackoff, 1},
		{"it hangs for a while", time.Minute, 0, 20 * time.Second, 40 * time.Second, nil, -1, 1},
		{"it hangs for ever", time.Minute, 0, 20 * time.Second, time.Hour, errAway, -1, 1},
		{"it is refused", time.Minute, 0, 0, time.Hour, errors.New("403"), 0, 0},
		{"without, it fails for ever", 0, 0, 0, time.Hour, errAway, unhurried, 0},
		{"without, it hangs for ever", 0, 0, 20 * time.Second, time.Hour, errAway, -1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, told := t.Context(), 0
				if tt.patience > 0 {
					ctx = (&Patience{For: tt.patience, Told: func(err error, during time.Duration) {
						if told++; err == nil || during != tt.patience {
							t.Errorf("told of %v, and %s", err, during)
						}
					}}).With(ctx)
				}
				fails := tt.err
				if fails == nil {
					fails = errAway
				}
				began := time.Now()
				err := again(ctx, func() error {
					time.Sleep(tt.before)
					tt.before = 0
					time.Sleep(tt.each)
					if time.Since(began) < tt.fails {
						return fails
					}
					return nil
				})
				if !errors.Is(err, tt.err) {
					t.Errorf("error %v", err)
				}
				took, patience := time.Since(began), PatienceOf(ctx).For
				if tt.took >= 0 && took != tt.took || took > max(tt.fails, tt.each)+patience/12+tt.each && took > patience+2*tt.each {
					t.Errorf("it took %s", took)
				}
				if told != tt.told {
					t.Errorf("it is told %d times", told)
				}
			})
		})
	}
}

// silent is a store that has no answer to some calls: each ends with its time.
type silent struct {
	*memory
	to func(key string) bool
}

func (s silent) Put(ctx context.Context, key string, body []byte, when Condition) (string, error) {
	if s.to("PUT " + key) {
		return "", s.wait(ctx)
	}
	return s.memory.Put(ctx, key, body, when)
}

func (s silent) Get(ctx context.Context, key string) (Object, error) {
	if s.to("GET " + key) {
		return Object{}, s.wait(ctx)
	}
	return s.memory.Get(ctx, key)
}

func (s silent) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	<-ctx.Done()
	return errAway
}

// TestOpenHangs: a start whose store has no answer says so by the first call, and ends within a lease of it, whatever was asked. So it
// does where it watched a lease before.
func TestOpenHangs(t *testing.T) {
	for _, call := range []string{"GET loyalty/current.json", "GET loyalty/lock.json", "PUT loyalty/lock.json", "PUT loyalty/current.json", "/log/", "GET loyalty/control.json"} {
		for _, watching := range []bool{false, true} {
			t.Run(call, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := newMemory()
					if watching {
						killed := opened(t, m)
						killed.stop()
						killed.lease.stop()
						for _, d := range killed.dirs {
							d.log.fail(errAway)
						}
						killed.all.Wait()
					}
					var first, told time.Time
					s := silent{m, func(asked string) bool {
						hangs := strings.Contains(asked, call)
						if hangs && first.IsZero() {
							first = time.Now()
						}
						return hangs
					}}
					ctx := (&Patience{For: time.Minute, Told: func(error, time.Duration) { told = time.Now() }}).With(t.Context())
					_, err := Open(ctx, Config{
						Store: s, Prefix: "loyalty/", Shown: "s3://runs/loyalty", Work: t.TempDir(), TTL: time.Minute, Timeout: 20 * time.Second,
						Names:     Names{Ships: func(name string) bool { return name != "lock" }, Published: func(string) bool { return true }, Asked: "control.json"},
						Restoring: func(int64, int64) {}, Log: slog.New(slog.DiscardHandler)})
					if !Passing(err) {
						t.Errorf("error %v", err)
					}
					if after := told.Sub(first); after != 20*time.Second {
						t.Errorf("it is told after %s", after)
					}
					if took := time.Since(first); took > 20*time.Second+time.Minute+2*20*time.Second {
						t.Errorf("it ends after %s", took)
					}
				})
			})
		}
	}
}
