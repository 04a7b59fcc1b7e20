package runlog

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestCurrentIsTheLastOwners: who was overtaken cannot have the directory hold another run.
func TestCurrentIsTheLastOwners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		first := opened(t, store)
		first.lease.stop() // it renews its lease no more, as a process that stands still
		second := opened(t, store)
		err := first.setCurrent(t.Context(), "stale")
		if _, overtaken := errors.AsType[*OvertakenError](err); !overtaken {
			t.Errorf("the first one has set another run: %v", err)
		}
		if now, err := loadCurrent(t.Context(), store, "loyalty/"); err != nil || now.Run != second.now.Run {
			t.Errorf("the directory holds %q, %v, want %q", now.Run, err, second.now.Run)
		}
		if err := first.Overtaken(t.Context()); err == nil {
			t.Error("the first one does not find out")
		}
		if err := second.Close(t.Context()); err != nil {
			t.Error(err)
		}
		_ = first.Close(t.Context()) // it has nothing to say any more
		time.Sleep(time.Minute)
	})
}
