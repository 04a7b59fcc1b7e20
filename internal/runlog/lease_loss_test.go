package runlog

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/refusal"
)

func take(t *testing.T, c LeaseConfig) *Lease {
	t.Helper()
	l, err := TakeLease(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func release(t *testing.T, l *Lease) {
	t.Helper()
	if err := l.Release(context.WithoutCancel(t.Context())); err != nil {
		t.Errorf("released: %v", err)
	}
}

// inTurn has writings of a key meet faults: each answers one, in order; those behind go well.
func inTurn(m *memory, key string, faults ...func(do func() (string, error)) (string, error)) {
	m.onPut(func(k string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
		if k != key || len(faults) == 0 {
			return do()
		}
		fault := faults[0]
		faults = faults[1:]
		return fault(do)
	})
}

func fails(func() (string, error)) (string, error) { return "", errAway }

func loses(do func() (string, error)) (string, error) {
	_, _ = do()
	return "", errAway
}

func isRefused(func() (string, error)) (string, error) {
	return "", errors.New("run/lock.json: s3:PutObject is not allowed")
}

func TestALeaseOutlivesFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []func(func() (string, error)) (string, error)
	}{
		{"a renewal fails", []func(func() (string, error)) (string, error){fails}},
		{"an answer is lost", []func(func() (string, error)) (string, error){loses}},
		{"an answer is lost after failures, and one more", []func(func() (string, error)) (string, error){fails, fails, loses, loses, fails}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				l := take(t, leaseConfig(m))
				inTurn(m, "run/lock.json", tt.faults...)
				for range 60 {
					time.Sleep(5 * time.Second)
					if !l.Holds(20 * time.Second) {
						t.Fatalf("it does not hold: %v", l.Err())
					}
				}
				inTurn(m, "run/lock.json", tt.faults...)
				release(t, l)
				if state, held, err := ReadLease(t.Context(), m, "run/lock.json"); !state.Released || held || err != nil {
					t.Errorf("released: %t, held: %t, error: %v", state.Released, held, err)
				}
			})
		})
	}
}

func TestALeaseLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l := take(t, leaseConfig(m))
		time.Sleep(25 * time.Second) // renewed at 20
		m.onPut(func(_ string, _ []byte, _ Condition, do func() (string, error)) (string, error) { return fails(do) })
		began := time.Now()
		<-l.Ended()
		if took := time.Since(began); took != 55*time.Second {
			t.Errorf("it ended after %s, want 55s", took)
		}
		const want = "run/lock.json: the lease ran out: it could not be renewed within 1m0s: 503 Slow Down"
		if err := l.Err(); err.Error() != want || refusal.HintOf(err) != "start again: the run goes on where it stopped" {
			t.Errorf("%q, hint %q", err, refusal.HintOf(err))
		}
		m.onPut(nil)
		time.Sleep(time.Hour)
		if l.Holds(0) {
			t.Error("it holds again")
		}
		release(t, l)
		if next := take(t, leaseConfig(m)); next.Generation() != 2 {
			t.Errorf("generation %d", next.Generation())
		} else {
			release(t, next)
		}
	})
}

// A suspended machine has a wall clock that went on, and a monotonic one that did not: a time of that kind cannot be
// made but by its bits, of which the upper 33 behind the first are seconds of the wall. The times of synctest have no
// monotonic part: this clock is the system's, and nobody waits for it.
func TestALeaseCountsWhatASuspendedMachineSlept(t *testing.T) {
	var slept atomic.Int64 // in seconds
	now := func() time.Time {
		at := time.Now()
		*(*uint64)(unsafe.Pointer(&at)) += uint64(slept.Load()) << 30
		return at
	}
	before := now()
	slept.Store(120)
	if at := now(); at.Sub(before) > time.Minute || at.Round(0).Sub(before.Round(0)) < 2*time.Minute {
		t.Fatalf("a time with %s by the one clock and %s by the other", at.Sub(before), at.Round(0).Sub(before.Round(0)))
	}
	slept.Store(0)

	c := leaseConfig(newMemory())
	c.TTL = time.Hour // the test itself takes a moment
	c.Clock = Clock{Now: now, Sleep: func(ctx context.Context, _ time.Duration) error {
		<-ctx.Done()
		return ctx.Err()
	}}
	l := take(t, c)
	slept.Store(50 * 60)
	if l.Holds(10*time.Minute) || !l.Holds(9*time.Minute) || l.Err() != nil {
		t.Errorf("after 50 minutes asleep: %v", l.Err())
	}
	slept.Store(2 * 60 * 60)
	if l.Holds(0) {
		t.Error("it holds after two hours asleep")
	}
	const want = "run/lock.json: the lease ran out: this process stood still, or its clock jumped, for most of 1h0m0s"
	if err := l.Err(); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	release(t, l)
}

func TestALeaseIsTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		old := take(t, leaseConfig(m))
		away := true
		m.onPut(func(key string, body []byte, _ Condition, do func() (string, error)) (string, error) {
			if away && strings.Contains(string(body), old.Owner()) {
				return "", errAway // its network is gone
			}
			return do()
		})
		var told atomic.Int64
		c := leaseConfig(m)
		c.Holder = checkpoint.Info{PID: 8, Host: "two.example.com", Since: c.Holder.Since, Command: "attrmigrate"}
		c.Watching = func(holder checkpoint.Info, during time.Duration) {
			if told.Store(int64(during)); holder.PID != 7 {
				t.Errorf("watching process %d", holder.PID)
			}
		}
		began := time.Now()
		var leases [2]*Lease
		var errs [2]error
		var watchers sync.WaitGroup
		for i := range 2 {
			watchers.Go(func() { leases[i], errs[i] = TakeLease(t.Context(), c) })
		}
		watchers.Wait()
		if _, held := errors.AsType[*checkpoint.HeldError](errors.Join(errs[:]...)); !held || (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("of two watchers one gets it: %v, %v", errs[0], errs[1])
		}
		if took := time.Since(began); told.Load() != int64(time.Minute) || took < time.Minute || took > 61*time.Second {
			t.Errorf("told %s, took %s", time.Duration(told.Load()), took)
		}
		if old.Holds(0) {
			t.Error("the old owner has it, too")
		}
		for _, l := range leases {
			if l != nil {
				release(t, l)
			}
		}
		away = false
		release(t, old)
		if state, _, err := ReadLease(t.Context(), m, "run/lock.json"); err != nil || state.Owner == old.Owner() {
			t.Errorf("the old owner has written: %+v, %v", state, err)
		}
	})
}

func TestALeaseEndsAtARenewal(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(*memory)
		want  string
	}{
		{"another has it", func(m *memory) {
			s := LeaseState{Generation: 2, Owner: "another", Beat: 1, TTL: time.Minute, Holder: leaseConfig(m).Holder}
			_, _ = m.write("run/lock.json", s.body(), Always)
		}, "run/lock.json: another process has taken this run over: process 7 on one.example.com, since 2026-11-29T08:00:00Z"},
		{"somebody has deleted it", func(m *memory) { _ = m.Delete(context.Background(), "run/lock.json", Always) },
			"run/lock.json: another process has taken this run over"},
		{"it is refused", func(m *memory) { inTurn(m, "run/lock.json", isRefused) },
			"run/lock.json: s3:PutObject is not allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				l := take(t, leaseConfig(m))
				tt.fault(m)
				began := time.Now()
				<-l.Ended()
				if l.Err().Error() != tt.want || l.Holds(0) || time.Since(began) != 20*time.Second {
					t.Errorf("after %s: %v", time.Since(began), l.Err())
				}
				release(t, l)
			})
		})
	}
}

func TestAStoreWithoutConditionsIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		put  func(m *memory, when Condition) Condition
		want string
	}{
		{"none is honoured", func(*memory, Condition) Condition { return Always }, "If-None-Match"},
		{"If-None-Match is not", func(_ *memory, when Condition) Condition {
			if when == IfAbsent {
				return Always
			}
			return when
		}, "If-None-Match"},
		{"If-Match is not", func(_ *memory, when Condition) Condition {
			if when == IfAbsent {
				return when
			}
			return Always
		}, "If-Match"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				m.onPut(func(key string, body []byte, when Condition, _ func() (string, error)) (string, error) {
					return m.write(key, body, tt.put(m, when))
				})
				_, err := TakeLease(t.Context(), leaseConfig(m))
				unfit, ok := errors.AsType[*UnfitError](err)
				want := "run/lock.json: the store does not honour conditional writes (" + tt.want + "): two processes could work on one run"
				if !ok || unfit.Error() != want || !strings.HasPrefix(unfit.Hint(), "keep the run in Amazon S3 or in a store that honours ") {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

func TestALockThatIsNone(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"no JSON", "lock", "run/lock.json: damaged: invalid character 'l' looking for beginning of value"},
		{"nobody's", `{"generation":1,"beat":1,"ttl":60}`, "run/lock.json: damaged: it is not what a start writes"},
		{"for ever", `{"generation":1,"owner":"a","beat":1,"ttl":1e300}`, "run/lock.json: damaged: it is not what a start writes"},
		{"for no time", `{"generation":1,"owner":"a","beat":1,"ttl":0}`, "run/lock.json: damaged: it is not what a start writes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMemory()
			_, _ = m.write("run/lock.json", []byte(tt.body), Always)
			_, err := TakeLease(t.Context(), leaseConfig(m))
			if err == nil || err.Error() != tt.want || refusal.HintOf(err) != "make sure that no process is at work on this run, then delete the object" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestReadLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		is := func(when string, generation int64, want bool) {
			t.Helper()
			state, held, err := ReadLease(t.Context(), m, "run/lock.json")
			if err != nil || held != want || state.Generation != generation {
				t.Errorf("%s: held %t, %+v, error %v", when, held, state, err)
			}
		}
		is("before the first start", 0, false)
		l := take(t, leaseConfig(m))
		is("held", 1, true)
		m.onPut(func(_ string, _ []byte, _ Condition, do func() (string, error)) (string, error) { return fails(do) })
		time.Sleep(59 * time.Second)
		is("silent for 59 s", 1, true)
		time.Sleep(2 * time.Second)
		is("silent for a minute", 1, false)
		m.onPut(nil)
		release(t, l)
		is("released", 1, false)
	})
}
