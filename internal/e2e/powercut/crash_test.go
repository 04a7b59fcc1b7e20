package powercut_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/pipeline"
)

// crashVariable makes TestCrash take every combination of what a crash may leave, and more users.
const crashVariable = "CRASH_STATES"

// TestCrash carries runs out on a disk that records them, and has the machine crash behind each operation
// of theirs, in each way that it may leave the files. From every such state the run goes on to its end;
// then each record stands exactly once in the report where it belongs, the pool is as it is to be, and
// undo.jsonl leads all the way back.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of states are opened")
	}
	garbage := debug.SetGCPercent(400) // of thousands of short starts
	t.Cleanup(func() { debug.SetGCPercent(garbage) })
	times, bound := 1, crash.Some
	if os.Getenv(crashVariable) == "all" {
		times, bound = 4, crash.All
	}
	for _, tt := range []struct {
		name   string
		format string
		users  int // ten have one of each kind; more where the start has to be long
		rate   float64
		limits []int64 // of the starts
		torn   bool    // the start that is recorded goes on where another one crashed
		idle   int     // records with nothing to change, before all others
		fails  string  // a file of which one sync fails in each start but the last
		piped  bool    // the input comes by standard input
		over   bool    // a finished run of before is set aside for it
		shown  bool    // what shows the run is recorded, too
	}{
		{"as fast as can be", "csv", 10, pipeline.Unlimited, []int64{0}, false, 0, "", false, false, false},
		{"what shows it", "csv", 4, pipeline.Unlimited, []int64{5, 0}, false, 0, "", false, false, true},
		{"stopped and resumed", "jsonl", 30, 50, []int64{30, 30, 0}, false, 0, "", false, false, false},
		{"after a crash", "csv", 30, 50, []int64{0}, true, 0, "", false, false, false},
		{"nothing to change at first", "jsonl", 10, 50, []int64{10, 0}, false, 10, "", false, false, false},
		{"by standard input", "csv", 10, 50, []int64{15, 0}, false, 0, "", true, false, false},
		{"started over", "jsonl", 10, 50, []int64{0}, false, 0, "", false, true, false},
		{"the undo file is not synced", "jsonl", 10, 50, []int64{0, 0}, false, 0, report.UndoJSONL, false, false, false},
		{"what was applied is not synced", "csv", 10, 50, []int64{0, 0}, false, 0, report.AppliedCSV, false, false, false},
		{"the checkpoint is not synced", "csv", 10, 50, []int64{0, 0}, false, 0, checkpoint.FileName + ".tmp", false, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			users := times * tt.users
			records := slices.Repeat([]crashRecord{{name: "user-007", set: map[string]string{"locale": "de"}}}, tt.idle)
			records = append(records, crashRecords(users)...)
			input := crashInput(t, tt.format, records)
			began := time.Now()
			var c *crashTest
			synctest.Test(t, func(t *testing.T) {
				c = newCrashTest(t, input, records, newCrashPool(users))
				c.fails, c.piped, c.shown = tt.fails, tt.piped, tt.shown
				if tt.over {
					c.runBefore()
				}
				c.record(tt.rate, tt.limits)
				if tt.torn {
					c = c.goOn(c.tornState())
					c.record(tt.rate, tt.limits)
				}
				c.check(bound)
			})
			t.Logf("%d records: %d states opened, %d of them carried to the end, %d wrong, in %s",
				len(records), c.opened, c.carried, c.wrong, time.Since(began).Round(time.Second))
		})
	}
}

// crashTest is a run that was recorded.
type crashTest struct {
	*testing.T
	input   string
	piped   bool // it comes by standard input
	shown   bool // what shows the run is recorded, too
	records []crashRecord
	first   *crashPool // before the first start of all
	last    *crashPool // as it is to be in the end
	earlier []any      // marks from before the disk began
	disk    *crash.Disk
	root    string    // of the disk
	fails   string    // a file of which one sync fails in each start but the last; "" none
	before  []byte    // the undo file of a finished run that is set aside; nil: there is none
	beganAt time.Time // that run

	opened, carried, wrong int // states
}

func runDirIn(root string) string { return filepath.Join(root, "changes.run") }

func newCrashTest(t *testing.T, input string, records []crashRecord, pool *crashPool) *crashTest {
	c := &crashTest{T: t, input: input, records: records, first: pool, last: pool.with(nil), root: t.TempDir()}
	for _, r := range records {
		if user, ok := c.last.users[strings.TrimSuffix(r.name, "@example.com")]; ok && !r.failed && !r.skipped {
			maps.Copy(user, r.set)
		}
	}
	c.begin()
	return c
}

// begin begins to record, with the directory as it is.
func (c *crashTest) begin() {
	c.Helper()
	var err error
	if c.disk, err = crash.New(c.root); err != nil {
		c.Fatal(err)
	}
}

// runBefore carries a run out, to its end, that the one that is recorded is begun in place of.
func (c *crashTest) runBefore() {
	c.Helper()
	s := start{input: c.input, disk: crash.Unsynced{}, dir: runDirIn(c.root), pool: c.first.with(nil), rate: pipeline.Unlimited}
	state, err := s.run(c.Context())
	time.Sleep(time.Second) // no other begins at the same time
	c.beganAt = state.StartedAt
	if err == nil {
		c.before, err = os.ReadFile(filepath.Join(s.dir, report.UndoJSONL))
	}
	if err != nil {
		c.Fatal(err)
	}
	c.begin()
}

// isBefore tells whether the run of before is still in its place, and not to be found anywhere is an error.
func (c *crashTest) isBefore(root string) (bool, error) {
	if c.before == nil {
		return false, nil
	}
	there, err := filepath.Glob(filepath.Join(root, "changes.run*"))
	for _, dir := range there {
		state, found, err := (&rundir.Dir{Path: dir}).Load()
		undo, missing := os.ReadFile(filepath.Join(dir, report.UndoJSONL))
		if err == nil && missing == nil && found && state.StartedAt.Equal(c.beganAt) && bytes.Equal(undo, c.before) {
			return dir == runDirIn(root), nil
		}
	}
	return false, fmt.Errorf("the run of before is lost: there is %q, %w", there, err)
}

// record carries the run out at a rate, in starts with the limits given.
func (c *crashTest) record(rate float64, limits []int64) {
	c.Helper()
	pool := c.first.with(updates(c.earlier))
	pool.disk, pool.latency, pool.faults, pool.tried = c.disk, 15*time.Millisecond, true, map[int]bool{}
	for i, limit := range limits {
		last := i == len(limits)-1
		failing := c.fails != "" && !last
		if failing {
			c.disk.FailSync(c.fails, 4)
		}
		on := &recorder{Disk: c.disk, shown: c.shown}
		s := start{input: c.input, piped: c.piped, disk: on, dir: runDirIn(c.root), pool: pool, rate: rate, limit: limit, over: c.before != nil && i == 0}
		_, err := s.run(c.Context())
		if !failing {
			err = errors.Join(err, on.mark())
		}
		stop, ok := errors.AsType[*pipeline.StopError](err)
		switch {
		case last && err == nil:
		case !last && !failing && ok && stop.Reason == pipeline.AtLimit:
		case failing && errors.Is(err, syscall.EIO):
		default:
			c.Fatalf("start %d ended with %v", i+1, err)
		}
	}
}

// tornState is a state from the midst of the run with zeros in its undo file and in a report.
func (c *crashTest) tornState() (found *crash.State) {
	c.Helper()
	for s := range c.disk.States(crash.Some) {
		if text := s.String(); len(s.Marks) > 40 && strings.Contains(text, "undo.jsonl: zeros behind the middle") {
			found = s
		}
		if found != nil && len(s.Marks) > 60 {
			return found
		}
	}
	c.Fatal("there is no such state")
	return nil
}

// goOn is a test of the run that goes on from a state.
func (c *crashTest) goOn(s *crash.State) *crashTest {
	c.Helper()
	next := *c
	next.earlier, next.root = slices.Clone(s.Marks), c.TempDir()
	if err := s.Restore(next.root); err != nil {
		c.Fatal(err)
	}
	next.begin()
	return &next
}

// enough wrong states tell what is wrong.
const enough = 5

// check opens every state and carries it to the end, if another has not been put in order the same way.
func (c *crashTest) check(bound crash.Bound) {
	c.Helper()
	carried := map[[sha256.Size]byte]bool{}
	for s := range c.disk.States(bound) {
		c.opened++
		if err := c.open(s, carried); err != nil {
			c.wrong++
			c.Errorf("%s:\n%v", s, err)
		}
		if c.wrong == enough {
			break // there may be very many, and each has very many more behind it
		}
	}
	c.carried = len(carried)
}

// inMemory is a directory that is not on a disk, where there is one: what a crash left is opened thousands
// of times.
func inMemory() string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); err != nil || !info.IsDir() {
		return ""
	}
	return shared
}

// open goes on from a state.
func (c *crashTest) open(s *crash.State, carried map[[sha256.Size]byte]bool) error {
	root, err := os.MkdirTemp(inMemory(), "crash")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	if err := s.Restore(root); err != nil {
		return err
	}
	marks := append(slices.Clip(c.earlier), s.Marks...)
	dir, pool := runDirIn(root), c.first.with(updates(marks))
	if err := c.checkFound(dir, pool, marks); err != nil {
		return fmt.Errorf("as it was found: %w", err)
	}
	over, err := c.isBefore(root)
	if err != nil {
		return err
	}
	again := start{input: c.input, piped: c.piped, disk: crash.Unsynced{}, dir: dir, pool: pool, rate: pipeline.Unlimited, over: over}
	known, failed := false, error(nil)
	again.begun = func(r *pipeline.Runner) {
		sum, err := digestOfDir(dir, len(updates(marks)))
		if known, failed = carried[sum], err; known || failed != nil {
			r.Stop(pipeline.Interrupted)
		}
		carried[sum] = true
	}
	state, err := again.run(c.Context())
	switch {
	case failed != nil || known:
		return failed
	case err != nil:
		return fmt.Errorf("the run goes on, and stops: %w", err)
	}
	err = c.checkEnd(dir, pool, state)
	if !again.ended {
		err = errors.Join(err, checkShown(dir))
	}
	return err
}

// digestOfDir is the same for directories with the same files, if the pool is the same, too.
func digestOfDir(dir string, updates int) (sum [sha256.Size]byte, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return sum, err
	}
	h := sha256.New()
	for _, e := range entries {
		if e.Name() == checkpoint.LockName || shows(e.Name()) {
			continue // it tells of the process, or nothing depends on it
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return sum, err
		}
		fmt.Fprintf(h, "%d updates %q %q\n", updates, e.Name(), data)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
