package powercut_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// crashVariable makes the tests open every state, of every combination of what a crash may leave, and of more users. Without,
// one of so many is opened, others each time.
const (
	crashVariable = "CRASH_STATES"
	sample        = 16
)

// recording is a run whose states are opened.
type recording struct {
	name    string
	format  string
	users   int // ten have one of each kind; more where the start has to be long
	rate    float64
	limits  []int64 // of the starts
	torn    bool    // the start that is recorded goes on where another one crashed
	idle    int     // records with nothing to change, before all others
	fails   string  // a file of which one sync fails in each start but the last
	piped   bool    // the input comes by standard input
	planned bool    // it is the plan of a rule
	asked   bool    // the first start is paused for a moment, and slowed down
	over    bool    // a finished run of before is set aside for it
	shown   bool    // what shows the run is recorded, too
}

// testRecordings has runs recorded, and their states opened.
func testRecordings(t *testing.T, all []recording, play func(*crashTest, recording, crash.Bound)) {
	if testing.Short() {
		t.Skip("thousands of states are opened")
	}
	garbage := debug.SetGCPercent(400) // of thousands of short starts
	t.Cleanup(func() { debug.SetGCPercent(garbage) })
	times, every, bound := 1, sample, crash.Some
	if os.Getenv(crashVariable) == "all" {
		times, every, bound = 4, 1, crash.All
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			users := times * r.users
			if r.shown { // whose combinations are too many as it is
				users = r.users
			}
			records := slices.Repeat([]crashRecord{{name: "user-007", set: map[string]string{"locale": "de"}}}, r.idle)
			records = append(records, crashRecords(users)...)
			input := crashInput(t, r.format, records)
			if r.planned {
				input = plannedBy(t, input)
			}
			began, next := time.Now(), rand.IntN(every)
			var c *crashTest
			synctest.Test(t, func(t *testing.T) {
				c = newCrashTest(t, r, input, records, newCrashPool(users))
				c.every, c.next = every, next
				play(c, r, bound)
			})
			t.Logf("%d records: %d states opened (one of %d), %d of them carried to the end, %d wrong, in %s",
				len(records), c.opened, every, c.carried, c.wrong, time.Since(began).Round(time.Second))
		})
	}
}

// rulesDigest is that of the rule of a plan.
const rulesDigest = "sha256:0123456789abcdef"

// plannedBy makes of an input the plan of a rule.
func plannedBy(t *testing.T, input string) (plan string) {
	t.Helper()
	plan = filepath.Join(filepath.Dir(input), report.PlanJSONL)
	summary := fmt.Sprintf(`{"dry_run": true, "rule": "set custom:tier=free", "rules_digest": %q}`, rulesDigest)
	err := os.WriteFile(filepath.Join(filepath.Dir(input), report.SummaryJSON), []byte(summary), 0o600)
	if err := errors.Join(err, os.Rename(input, plan)); err != nil {
		t.Fatal(err)
	}
	return plan
}

// asked is the mark of a ceiling that was asked for, and answered: it is durable.
type asked float64

// checkAsked: what was asked before a crash is asked of the next start.
func checkAsked(dir string, marks []any) error {
	var last asked
	for _, m := range marks {
		if a, ok := m.(asked); ok {
			last = a
		}
	}
	if last == 0 {
		return nil
	}
	now, err := rundir.LoadAsked(dir)
	if err == nil && (now.Rate == nil || *now.Rate < float64(last)) { // a higher one may be kept, and not answered yet
		err = fmt.Errorf("a rate of %g was asked for, and is forgotten: %+v", last, now)
	}
	return err
}
