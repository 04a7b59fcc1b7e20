package powercut_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/pipeline"
)

// TestCrash carries runs out on a disk that records them, and has the machine crash behind each operation
// of theirs, in each way that it may leave the files. From every such state the run goes on to its end;
// then each record stands exactly once in the report where it belongs, the pool is as it is to be, and
// undo.jsonl leads all the way back.
func TestCrash(t *testing.T) {
	testRecordings(t, []recording{
		{name: "as fast as can be", format: "csv", users: 10, rate: pipeline.Unlimited, limits: []int64{0}},
		{name: "what shows it", format: "csv", users: 4, rate: pipeline.Unlimited, limits: []int64{5, 0}, shown: true},
		{name: "stopped and resumed", format: "jsonl", users: 30, rate: 50, limits: []int64{30, 30, 0}},
		{name: "after a crash", format: "csv", users: 30, rate: 50, limits: []int64{0}, torn: true},
		{name: "nothing to change at first", format: "jsonl", users: 10, rate: 50, limits: []int64{10, 0}, idle: 10},
		{name: "by standard input", format: "csv", users: 10, rate: 50, limits: []int64{15, 0}, piped: true},
		{name: "started over", format: "jsonl", users: 10, rate: 50, limits: []int64{0}, over: true},
		{name: "a plan of a rule", format: "jsonl", users: 10, rate: 50, limits: []int64{15, 0}, planned: true},
		{name: "paused meanwhile, and slowed down", format: "csv", users: 10, rate: 50, limits: []int64{15, 0}, asked: true},
		{name: "the undo file is not synced", format: "jsonl", users: 10, rate: 50, limits: []int64{0, 0}, fails: report.UndoJSONL},
		{name: "what was applied is not synced", format: "csv", users: 10, rate: 50, limits: []int64{0, 0}, fails: report.AppliedCSV},
		{name: "the checkpoint is not synced", format: "csv", users: 10, rate: 50, limits: []int64{0, 0}, fails: checkpoint.FileName + ".tmp"},
	}, func(c *crashTest, r recording, bound crash.Bound) {
		if r.over {
			c.runBefore()
		}
		c.record(r.rate, r.limits)
		if r.torn {
			*c = *c.goOn(c.tornState())
			c.record(r.rate, r.limits)
		}
		c.check(bound)
	})
}

// crashTest is a run that was recorded.
type crashTest struct {
	*testing.T
	recording
	input   string
	records []crashRecord
	first   *crashPool // before the first start of all
	last    *crashPool // as it is to be in the end
	earlier []any      // marks from before the disk began
	disk    *crash.Disk
	root    string    // of the disk
	before  []byte    // the undo file of a finished run that is set aside; nil: there is none
	beganAt time.Time // that run

	every, next            int // of so many states one is opened, after the next so many
	opened, carried, wrong int // states
}

func runDirIn(root string) string { return filepath.Join(root, "changes.run") }

func newCrashTest(t *testing.T, r recording, input string, records []crashRecord, pool *crashPool) *crashTest {
	c := &crashTest{T: t, recording: r, input: input, records: records, first: pool, last: pool.with(nil), root: t.TempDir(), every: 1}
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
		if c.asked && i == 0 {
			s.asks = c.disk
		}
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

// chosen tells whether a state is opened, and counts those that are.
func (c *crashTest) chosen() bool {
	c.next--
	if c.next >= 0 {
		return false
	}
	c.next = c.every - 1
	c.opened++
	return true
}

// enough wrong states tell what is wrong.
const enough = 5

// check opens every state and carries it to the end, if another has not been put in order the same way.
func (c *crashTest) check(bound crash.Bound) {
	c.Helper()
	carried := map[[sha256.Size]byte]bool{}
	for s := range c.disk.States(bound) {
		if !c.chosen() {
			continue
		}
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
