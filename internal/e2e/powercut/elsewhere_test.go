package powercut_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
	"attrmigrate/pipeline"
)

// TestMachineGone carries runs out that are kept in an object store, and has the machine go behind every object that is
// written, answered or not, and before it. From each such state another machine goes on to the end; then all is as
// TestCrash wants it.
func TestMachineGone(t *testing.T) {
	testRecordings(t, []recording{
		{name: "as fast as can be", format: "csv", users: 10, rate: pipeline.Unlimited, limits: []int64{0}},
		{name: "stopped and resumed", format: "jsonl", users: 20, rate: 20, limits: []int64{20, 20, 0}},
		{name: "nothing to change at first", format: "jsonl", users: 10, rate: 20, limits: []int64{10, 0}, idle: 10},
		{name: "by standard input", format: "csv", users: 10, rate: 20, limits: []int64{15, 0}, piped: true},
		{name: "started over", format: "jsonl", users: 10, rate: 20, limits: []int64{0}, over: true},
		{name: "a plan of a rule", format: "jsonl", users: 10, rate: 20, limits: []int64{15, 0}, planned: true},
		{name: "paused meanwhile, and slowed down", format: "csv", users: 10, rate: 20, limits: []int64{15, 0}, asked: true},
	}, func(c *crashTest, r recording, _ crash.Bound) {
		g := &goneTest{crashTest: c, shelf: newShelf(nil)}
		g.shelf.objects = map[string]placed{}
		if r.over {
			g.runBefore()
		}
		g.record(r.rate, r.limits)
		g.check()
	})
}

// goneTest is a run in a store that was recorded.
type goneTest struct {
	*crashTest
	shelf *shelf
	old   string // the name of the run of before
}

// hasty is the keeper of a run, and does not wait for more to be shipped together: see shelf.
type hasty struct{ *runlog.Run }

// Gather implements [job.Remote].
func (hasty) Gather(func() time.Duration) {}

// farStart is a start on a machine of its own.
type farStart struct {
	start
	store  *shelf
	opened func(dir string) error // is called once the run is restored; may be nil
	closed func(dir string) error // and once it has ended
}

func (s *farStart) run(ctx context.Context) (state checkpoint.State, err error) {
	work, err := os.MkdirTemp(inMemory(), "gone")
	if err != nil {
		return state, err
	}
	defer os.RemoveAll(work)
	if work, err = filepath.EvalSymlinks(work); err != nil {
		return state, err
	}
	r, err := runlog.Open(ctx, runlog.Config{
		Store: s.store, Clock: patience(), Prefix: "loyalty/", Shown: "s3://runs/loyalty", Work: work, TTL: time.Minute, Timeout: 10 * time.Second,
		Holder: checkpoint.Info{PID: 1, Host: "one.example.com"}, Names: rundir.Names(),
		Watching: func(checkpoint.Info, time.Duration) {}, Restoring: func(int64, int64) {}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return state, err
	}
	s.dir, s.disk, s.remote = r.Dir(), &farRecorder{FS: r.FS(), on: s.store}, hasty{r}
	if s.opened != nil {
		err = s.opened(s.dir)
	}
	if err == nil {
		state, err = s.start.run(ctx)
	}
	if s.closed != nil && err == nil {
		err = s.closed(s.dir)
	}
	return state, errors.Join(err, r.Close(ctx))
}

// runBefore carries a run out, to its end, that the one that is recorded is begun in place of.
func (g *goneTest) runBefore() {
	g.Helper()
	s := farStart{start: start{input: g.input, pool: g.first.with(nil), rate: pipeline.Unlimited}, store: g.shelf}
	s.closed = func(dir string) (err error) {
		g.before, err = os.ReadFile(filepath.Join(dir, report.UndoJSONL))
		return err
	}
	state, err := s.run(g.Context())
	time.Sleep(time.Second) // no other begins at the same time
	g.beganAt = state.StartedAt
	seen, failed := runlog.Look(g.Context(), g.shelf, "loyalty/", rundir.Names())
	if err = errors.Join(err, failed); err != nil {
		g.Fatal(err)
	}
	g.old = seen.Run
	g.shelf.marks, g.shelf.states = nil, nil
}

// record carries the run out, in starts with the limits given.
func (g *goneTest) record(rate float64, limits []int64) {
	g.Helper()
	pool := g.first.with(nil)
	pool.disk, pool.latency, pool.faults, pool.tried = g.shelf, 15*time.Millisecond, true, map[int]bool{}
	g.shelf.faults = true
	for i, limit := range limits {
		s := farStart{start: start{input: g.input, piped: g.piped, pool: pool, rate: rate, limit: limit, over: g.before != nil && i == 0}, store: g.shelf}
		if g.asked && i == 0 {
			s.asks = g.shelf
		}
		_, err := s.run(g.Context())
		stop, ok := errors.AsType[*pipeline.StopError](err)
		if last := i == len(limits)-1; last && err != nil || !last && !(ok && stop.Reason == pipeline.AtLimit) {
			g.Fatalf("start %d ended with %v", i+1, err)
		}
	}
}

// check opens every state and carries it to the end, if another has not been put in order the same way.
func (g *goneTest) check() {
	g.Helper()
	carried := map[[sha256.Size]byte]bool{}
	for _, s := range g.shelf.states {
		if !g.chosen() {
			continue
		}
		if err := g.open(s, carried); err != nil {
			g.wrong++
			g.Errorf("%s:\n%v", s.text, err)
		}
		if g.wrong == enough {
			break
		}
	}
	g.carried = len(carried)
}

// open goes on from a state, on another machine.
func (g *goneTest) open(s shelved, carried map[[sha256.Size]byte]bool) error {
	pool := g.first.with(updates(s.marks))
	again := farStart{start: start{input: g.input, piped: g.piped, pool: pool, rate: pipeline.Unlimited}, store: newShelf(s.objects)}
	again.opened = func(dir string) error {
		over, err := g.isBefore(again.store, dir)
		if again.over = over; over || err != nil {
			return err
		}
		if err := g.checkFound(dir, pool, s.marks); err != nil {
			return fmt.Errorf("as it was found: %w", err)
		}
		return nil
	}
	known, failed := false, error(nil)
	again.begun = func(r *pipeline.Runner) {
		sum, err := digestOfDir(again.dir, len(updates(s.marks)))
		if known, failed = carried[sum], err; known || failed != nil {
			r.Stop(pipeline.Interrupted)
		}
		carried[sum] = true
	}
	end := func(dir string, state checkpoint.State) error {
		err := g.checkEnd(dir, pool, state)
		if !again.ended {
			err = errors.Join(err, checkShown(dir))
		}
		return err
	}
	again.closed = func(dir string) error {
		state, _, err := (&rundir.Dir{Path: dir}).Load()
		if err == nil {
			err = end(dir, state)
		}
		return err
	}
	_, err := again.run(g.Context())
	switch {
	case failed != nil || known:
		return failed
	case err != nil:
		return fmt.Errorf("the run goes on, and stops: %w", err)
	}
	return g.checkPublished(again.store)
}

// checkPublished: in the end, what people look for is what the run has.
func (g *goneTest) checkPublished(store *shelf) error {
	for _, name := range []string{report.AppliedCSV, report.UndoJSONL, checkpoint.FileName} {
		if len(store.objects["loyalty/"+name].body) == 0 {
			return fmt.Errorf("%s is not published", name)
		}
	}
	return nil
}

// isBefore tells whether the directory holds the run of before; elsewhere, it is set aside as it was.
func (g *goneTest) isBefore(store *shelf, dir string) (bool, error) {
	if g.before == nil {
		return false, nil
	}
	seen, err := runlog.Look(g.Context(), store, "loyalty/", rundir.Names())
	if err != nil || seen.Run == g.old {
		return err == nil, err
	}
	var undo []byte
	for _, key := range sortedKeys(store.objects) {
		if name, ok := strings.CutPrefix(key, "loyalty/runs/"+g.old+"/log/"); ok {
			segment, err := runlog.Unseal(number(name), store.objects[key].body)
			if err != nil {
				return false, err
			}
			undo = append(undo, segment.Payload...)
		}
	}
	for line := range bytes.Lines(g.before) {
		if !bytes.Contains(undo, line) {
			return false, errors.New("the run of before is lost")
		}
	}
	return false, nil
}

func sortedKeys(objects map[string]placed) []string {
	keys := make([]string, 0, len(objects))
	for key := range objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func number(name string) (n int64) {
	_, _ = fmt.Sscan(strings.TrimLeft(name, "0"), &n)
	return n
}
