package harness

import (
	"testing"
	"time"
)

// patience is how long another program may take for anything, on a machine that is busy with other tests.
const patience = 60 * time.Second

// Until asks again and again whether something has come about that another program does, and fails the test when that
// takes too long, with what is answered last.
func Until(t testing.TB, what string, has func() (bool, string)) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		ok, last := has()
		if ok {
			return
		}
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("%s: not within %s\n%s", what, patience, last)
		}
	}
}
