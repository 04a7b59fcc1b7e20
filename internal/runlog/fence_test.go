package runlog

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAClaimKeepsTheOwnerBeforeFromWriting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		first, err := TakeLease(t.Context(), leaseConfig(m))
		if err != nil {
			t.Fatal(err)
		}
		old, err := Claim(t.Context(), ClaimConfig{Store: m, Prefix: "log/", Next: 1, Lease: first, Timeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := old.Append(t.Context(), []byte("one")); n != 2 || err != nil {
			t.Errorf("number %d, error %v", n, err)
		}
		if err := first.Release(t.Context()); err != nil { // as if it had not been: the fence needs no lease
			t.Error(err)
		}
		first.released = false

		second, err := TakeLease(t.Context(), leaseConfig(m))
		if err != nil {
			t.Fatal(err)
		}
		var replayed []string
		next, err := Claim(t.Context(), ClaimConfig{Store: m, Prefix: "log/", Next: 1, Lease: second, Timeout: time.Second, Replay: func(s Segment) error {
			replayed = append(replayed, string(s.Payload))
			return nil
		}})
		if err != nil || next.Next() != 4 || len(replayed) != 2 || replayed[1] != "one" {
			t.Errorf("error %v, next number %d, replayed %q", err, next.Next(), replayed)
		}
		_, err = old.Append(t.Context(), []byte("late"))
		if overtaken, ok := errors.AsType[*OvertakenError](err); !ok || overtaken.Error() != "log/000000003: another process has taken this run over" {
			t.Errorf("the owner of before: %v", err)
		}
		if first.Err() != err {
			t.Errorf("its lease: %v", first.Err())
		}
		if err := second.Release(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func claimed(t *testing.T, m *memory, l *Lease, replay func(Segment) error) (*Appender, error) {
	return Claim(t.Context(), ClaimConfig{Store: m, Run: "a", Prefix: "log/", Next: 1, Lease: l, Timeout: 20 * time.Second, Replay: replay})
}

func TestAnAppendIsWrittenOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		faults []func(func() (string, error)) (string, error)
	}{
		{"at once", nil},
		{"after failures", []func(func() (string, error)) (string, error){fails, fails}},
		{"its answer lost", []func(func() (string, error)) (string, error){loses}},
		{"and lost again", []func(func() (string, error)) (string, error){fails, loses, fails, loses}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				l := take(t, leaseConfig(m))
				defer release(t, l)
				a, err := claimed(t, m, l, nil)
				if err != nil {
					t.Fatal(err)
				}
				inTurn(m, "log/000000002", tt.faults...)
				for want := int64(2); want < 4; want++ {
					if n, err := a.Append(t.Context(), []byte("same")); n != want || err != nil {
						t.Errorf("number %d, error %v, want number %d", n, err, want)
					}
				}
				if len(m.objects) != 4 { // with lock.json and the claim
					t.Errorf("%d objects", len(m.objects))
				}
			})
		})
	}
}

func TestAnAppendThatIsNotWritten(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(m *memory, cancel func())
		want  string
		after time.Duration // at most
	}{
		{"the store is away for longer than the lease", func(m *memory, _ func()) {
			m.onPut(func(_ string, _ []byte, _ Condition, do func() (string, error)) (string, error) { return fails(do) })
		}, "run/lock.json: the lease ran out: it could not be renewed within 1m0s: 503 Slow Down", 66 * time.Second},
		{"it is refused", func(m *memory, _ func()) { inTurn(m, "log/000000002", isRefused) },
			"run/lock.json: s3:PutObject is not allowed", 0},
		{"its caller gives up", func(m *memory, cancel func()) {
			m.onPut(func(_ string, _ []byte, _ Condition, do func() (string, error)) (string, error) {
				cancel()
				return loses(do)
			})
		}, "503 Slow Down", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				l := take(t, leaseConfig(m))
				a, err := claimed(t, m, l, nil)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				tt.fault(m, cancel)
				began := time.Now()
				_, err = a.Append(ctx, []byte("one"))
				if err == nil || err.Error() != tt.want || time.Since(began) > tt.after {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
				m.onPut(nil)
				if n, again := a.Append(t.Context(), []byte("two")); again != err || n != 0 { // the first may be there
					t.Errorf("the next one: number %d, error %v", n, again)
				}
				release(t, l)
			})
		})
	}
}

func TestAClaimThatIsNotWritten(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(m *memory, l *Lease)
		want string
	}{
		{"over a damaged object", func(m *memory, _ *Lease) { _, _ = m.write("log/000000001", []byte("?"), Always) },
			"log/000000001: damaged: it is no object of a log"},
		{"over an object of another run", func(m *memory, _ *Lease) {
			_, _ = m.write("log/000000001", Segment{Run: "b", Number: 1}.Seal(), Always)
		}, "log/000000001: damaged: it is of the run b, in the place of one of a"},
		{"by who cannot replay", func(m *memory, _ *Lease) {
			_, _ = m.write("log/000000001", Segment{Run: "a", Number: 1}.Seal(), Always)
		}, "no space left"},
		{"without a lease", func(_ *memory, l *Lease) { _ = l.Release(context.Background()) }, "the lease is released"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				l := take(t, leaseConfig(m))
				tt.do(m, l)
				_, err := claimed(t, m, l, func(Segment) error { return errors.New("no space left") })
				if err == nil || err.Error() != tt.want {
					t.Errorf("%v", err)
				}
				if _, err := m.Get(t.Context(), "log/000000002"); err == nil {
					t.Error("number 2 is written")
				}
				release(t, l)
			})
		})
	}
}
