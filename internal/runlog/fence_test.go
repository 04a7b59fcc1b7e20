package runlog

import (
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
