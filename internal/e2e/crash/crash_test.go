package crash_test

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
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
	}{
		{"as fast as can be", "csv", 20, pipeline.Unlimited, []int64{0}, false, 0, "", false},
		{"stopped and resumed", "jsonl", 30, 50, []int64{30, 30, 0}, false, 0, "", false},
		{"after a crash", "csv", 30, 50, []int64{0}, true, 0, "", false},
		{"nothing to change at first", "jsonl", 10, 50, []int64{10, 0}, false, 10, "", false},
		{"by standard input", "csv", 10, 50, []int64{15, 0}, false, 0, "", true},
		{"the undo file is not synced", "jsonl", 10, 50, []int64{0, 0}, false, 0, report.UndoJSONL, false},
		{"what was applied is not synced", "csv", 10, 50, []int64{0, 0}, false, 0, report.AppliedCSV, false},
		{"the checkpoint is not synced", "csv", 10, 50, []int64{0, 0}, false, 0, checkpoint.FileName + ".tmp", false},
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
				c.fails, c.piped = tt.fails, tt.piped
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
	records []crashRecord
	first   *crashPool // before the first start of all
	last    *crashPool // as it is to be in the end
	earlier []any      // marks from before the disk began
	disk    *crash.Disk
	root    string // of the disk
	fails   string // a file of which one sync fails in each start but the last; "" none

	opened, carried, wrong int // states
}

func runDirIn(root string) string { return filepath.Join(root, "changes.run") }

func newCrashTest(t *testing.T, input string, records []crashRecord, pool *crashPool) *crashTest {
	c := &crashTest{T: t, input: input, records: records, first: pool, last: pool.with(nil), root: t.TempDir()}
	for _, r := range records {
		if user, ok := c.last.users[strings.TrimSuffix(r.name, "@example.com")]; ok && !r.failed {
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

// record carries the run out at a rate, in starts with the limits given.
func (c *crashTest) record(rate float64, limits []int64) {
	c.Helper()
	pool := c.first.with(updates(c.earlier))
	pool.disk, pool.latency, pool.faults, pool.tried = c.disk, 15*time.Millisecond, true, map[int]bool{}
	for i, limit := range limits {
		last := i == len(limits)-1
		if c.fails != "" && !last {
			c.disk.FailSync(c.fails, 4)
		}
		s := start{input: c.input, piped: c.piped, disk: &recorder{Disk: c.disk}, dir: runDirIn(c.root), pool: pool, rate: rate, limit: limit}
		_, err := s.run(c.Context())
		stop, ok := errors.AsType[*pipeline.StopError](err)
		switch {
		case last && err == nil:
		case !last && c.fails == "" && ok && stop.Reason == pipeline.AtLimit:
		case !last && c.fails != "" && errors.Is(err, syscall.EIO):
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

// check opens every state and carries it to the end, if another has not been put in order the same way.
func (c *crashTest) check(bound crash.Bound) {
	c.Helper()
	carried := map[[sha256.Size]byte]bool{}
	for s := range c.disk.States(bound) {
		c.opened++
		if err := c.open(s, carried); err != nil {
			c.wrong++
			if c.wrong <= 5 {
				c.Errorf("%s:\n%v", s, err)
			}
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
	again := start{input: c.input, piped: c.piped, disk: unsynced{}, dir: dir, pool: pool, rate: pipeline.Unlimited}
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
	return c.checkEnd(dir, pool, state)
}

// digestOfDir is the same for directories with the same files, if the pool is the same, too.
func digestOfDir(dir string, updates int) (sum [sha256.Size]byte, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return sum, err
	}
	h := sha256.New()
	for _, e := range entries {
		if e.Name() == checkpoint.LockName {
			continue // it tells of the process
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return sum, err
		}
		fmt.Fprintf(h, "%d updates %q %q\n", updates, e.Name(), data)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// checkFound holds what a crash left against what happened before it.
func (c *crashTest) checkFound(dir string, pool *crashPool, marks []any) error {
	state, found, err := (&rundir.Dir{Path: dir}).Load()
	if err != nil {
		return err
	}
	for _, m := range marks {
		kept, ok := m.(saved)
		switch {
		case ok && (state.Counts.Done() < kept.done || kept.phase == checkpoint.Finished && state.Phase != kept.phase):
			return fmt.Errorf("the checkpoint has %d records and is %s, but %d were saved as %s", state.Counts.Done(), state.Phase, kept.done, kept.phase)
		case !ok && !found:
			return errors.New("an update was sent, and no run is recorded")
		}
	}
	for name, e := range state.Files {
		if info, err := os.Stat(filepath.Join(dir, name)); e.Length > 0 && (err != nil || info.Size() < e.Length) {
			return fmt.Errorf("%s: the checkpoint has %d bytes of it: %v", name, e.Length, err)
		}
	}
	entries, err := undoEntries(dir)
	if err != nil {
		return err
	}
	for _, u := range updates(marks) {
		if !slices.ContainsFunc(entries, func(e *sources.Change) bool { return isWayBack(e, u) }) {
			return fmt.Errorf("the update of line %d has no undo entry", u.line)
		}
	}
	return c.checkWayBack(entries, pool)
}

// checkEnd holds the end of a run against what it is to be.
func (c *crashTest) checkEnd(dir string, pool *crashPool, state checkpoint.State) error {
	if state.Phase != checkpoint.Finished || state.Counts.Done() != int64(len(c.records)) {
		return fmt.Errorf("the run is %s with %d of %d records", state.Phase, state.Counts.Done(), len(c.records))
	}
	if !reflect.DeepEqual(pool.users, c.last.users) {
		return errors.New("the pool is not as it is to be")
	}
	entries, err := undoEntries(dir)
	if err != nil {
		return err
	}
	return errors.Join(c.checkWayBack(entries, pool), c.checkReports(dir))
}

// checkWayBack applies undo entries to the pool, and has the one of before.
func (c *crashTest) checkWayBack(entries []*sources.Change, pool *crashPool) error {
	pool = pool.with(nil)
	for _, e := range entries {
		user, err := pool.User(c.Context(), e, e.Username)
		if err != nil {
			return err
		}
		diff := audit.Compare(user, e, audit.Options{})
		pool.set(e.Username, diff.Send)
	}
	for name, user := range pool.users {
		if !maps.Equal(user, c.first.users[name]) {
			return fmt.Errorf("undo.jsonl takes %s to %v, not to %v", name, user, c.first.users[name])
		}
	}
	return nil
}

// checkReports: each record stands once, where it belongs.
func (c *crashTest) checkReports(dir string) error {
	applied, err := cells(filepath.Join(dir, report.AppliedCSV), "line")
	if err != nil {
		return err
	}
	var failed map[int]int
	begin := 2
	if strings.HasSuffix(c.input, ".jsonl") {
		begin = 1
		failed, err = members(filepath.Join(dir, report.ErrorsJSONL))
	} else {
		failed, err = cells(filepath.Join(dir, report.ErrorsCSV), "_line")
	}
	if err != nil {
		return err
	}
	for i, r := range c.records {
		line := begin + i
		want := [2]int{1, 0}
		if r.failed {
			want = [2]int{0, 1}
		}
		if got := [2]int{applied[line], failed[line]}; got != want {
			return fmt.Errorf("line %d stands %d times in applied.csv and %d times in the errors file, want %v", line, got[0], got[1], want)
		}
	}
	if extra := len(applied) + len(failed) - len(c.records); extra != 0 {
		return fmt.Errorf("the reports have %d lines that no record begins on", extra)
	}
	codes, err := cells(filepath.Join(dir, report.DeliveriesCSV), "line")
	for line, n := range codes {
		if n > 1 {
			return fmt.Errorf("line %d stands %d times in deliveries.csv", line, n)
		}
	}
	return err
}

// updates are the marks of updates.
func updates(marks []any) (list []accepted) {
	for _, m := range marks {
		if a, ok := m.(accepted); ok {
			list = append(list, a)
		}
	}
	return list
}

// isWayBack tells whether an entry of the undo file leads back behind an update.
func isWayBack(e *sources.Change, u accepted) bool {
	had := map[string]string{}
	for _, a := range e.Attributes {
		had[a.Name] = a.Value
	}
	for name, value := range u.before {
		if was, ok := had[name]; !ok || was != value {
			return false
		}
	}
	return e.Username == u.username
}

// undoEntries reads the undo file as a change set. What a crash tore at its end is passed over.
func undoEntries(dir string) (entries []*sources.Change, err error) {
	f, err := sources.Open([]string{filepath.Join(dir, report.UndoJSONL)}, sources.Options{})
	if err != nil {
		return nil, nil // there is none yet, or it was torn in its first entry
	}
	defer f.Close()
	for {
		c, err := f.Next(context.Background())
		switch {
		case errors.Is(err, io.EOF):
			return entries, nil
		case err != nil:
			return nil, err
		case c.Err == nil:
			entries = append(entries, c)
		}
	}
}

// cells counts the numbers in a column of a report.
func cells(path, column string) (map[int]int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		return nil, err
	}
	counts, at := map[int]int{}, slices.Index(rows[0], column)
	for _, row := range rows[1:] {
		line, err := strconv.Atoi(row[at])
		if err != nil {
			return nil, err
		}
		counts[line]++
	}
	return counts, nil
}

// members counts the lines that errors.jsonl tells.
func members(path string) (map[int]int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	counts := map[int]int{}
	for text := range strings.Lines(string(data)) {
		var record struct {
			Error struct {
				Line int `json:"line"`
			} `json:"_error"`
		}
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			return nil, err
		}
		counts[record.Error.Line]++
	}
	return counts, nil
}
