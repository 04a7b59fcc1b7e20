package powercut_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/control"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/job"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// start is a start of the true job, on a disk and a pool of the test.
type start struct {
	input  string
	piped  bool    // the input comes by standard input
	disk   disk.FS // a [recorder] notes what is done
	dir    string  // of the run
	pool   *crashPool
	rate   float64
	limit  int64
	over   bool                   // a run in the directory is set aside
	ended  bool                   // the run was finished already
	remote job.Remote             // where the run is kept; nil: on the disk
	asks   marker                 // it is paused for a moment, and slowed down, which is marked; nil: nobody asks anything
	begun  func(*pipeline.Runner) // is called when the files are in order, before the first call; may be nil

	asking sync.WaitGroup
	failed error // to ask
}

// Started implements [job.Observer].
func (s *start) Started(r *pipeline.Runner, seen job.Seen) {
	if s.begun != nil {
		s.begun(r)
	}
	if s.asks != nil {
		s.asking.Go(func() { s.failed = s.ask(seen.(*control.Desk)) })
	}
}

// ask steers the run: it is paused, and let go on by the clock; and its rate is set twice.
func (s *start) ask(d *control.Desk) error {
	time.Sleep(100 * time.Millisecond)
	by := rundir.Order{At: time.Now(), By: "ann@host by command"}
	if _, err := d.Pause(by, by.At.Add(time.Second)); err != nil {
		return err
	}
	for _, rate := range []float64{30, 40} {
		if _, err := d.Limit(by, control.Limits{SetRate: true, Rate: &rate}); err != nil {
			return err
		}
		s.asks.Mark(asked(rate))
	}
	return nil
}

func (s *start) spec() (job.Spec, error) {
	spec := job.Spec{
		Changes: changeset.Spec{Paths: []string{s.input}, Decoding: sources.Options{DeleteMarker: job.DefaultDeleteMarker}},
		Rate:    s.rate, ReadRate: pipeline.Unlimited, Workers: 8, MaxAttempts: 8, Limit: s.limit, SkipConflicts: true,
		Budget: pipeline.Budget{Given: true, Records: 1 << 20}, DrainTimeout: 15 * time.Second,
		Steering: control.Options{NoSocket: true}, Dir: s.dir, Restart: s.over, Volume: rundir.Volume{FS: s.disk, Private: s.remote != nil}, Remote: s.remote, Log: slog.New(slog.DiscardHandler),
		Connect: func(context.Context, *changeset.Set) (*target.Target, error) {
			return &target.Target{Authority: s.pool, PoolID: "us-east-1_Made00000", Endpoint: "made up", ByUsers: true}, nil
		},
	}
	if !s.piped {
		return spec, nil
	}
	text, err := os.ReadFile(s.input)
	spec.Changes.Paths, spec.Stdin = []string{rundir.Stdin}, strings.NewReader(string(text))
	return spec, err
}

// run does the start, and returns the state that it left.
func (s *start) run(ctx context.Context) (state checkpoint.State, err error) {
	spec, err := s.spec()
	if err != nil {
		return state, err
	}
	j, err := job.Prepare(ctx, spec)
	if err != nil {
		return state, err
	}
	defer func() {
		if closed := j.Close(); err == nil {
			err = closed
		}
	}()
	if s.ended = j.Finished(); s.ended {
		return j.State(), nil
	}
	if err := j.Allowed(); err != nil {
		return state, err
	}
	state, err = j.Start(ctx, s)
	s.asking.Wait()
	return state, errors.Join(err, s.failed)
}

// saved is the mark of a checkpoint that is durable.
type saved struct {
	done  int64
	phase checkpoint.Phase
}

// recorder is a disk that marks in its log each checkpoint that counts as durable: its directory was synced, or
// the run has gone on as if it were.
type recorder struct {
	*crash.Disk
	named string // the directory whose checkpoint has its name, and need not keep it yet
	shown bool   // what shows a run is recorded, too
}

// shows tells whether a file only shows a run: nothing depends on it, and it has more states than all others.
func shows(path string) bool {
	switch strings.TrimSuffix(filepath.Base(path), ".tmp") {
	case telemetry.EventsJSONL, telemetry.SeriesJSONL, report.HTML:
		return true
	default:
		return false
	}
}

// passed tells whether a file is not recorded.
func (r *recorder) passed(path string) bool { return !r.shown && shows(path) }

// OpenFile implements [disk.FS]. Whoever saves again, or has ended, relies on what was saved before.
func (r *recorder) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	if r.passed(path) {
		return crash.Unsynced{}.OpenFile(path, flag, mode)
	}
	if filepath.Base(path) == checkpoint.FileName+".tmp" {
		if err := r.mark(); err != nil {
			return nil, err
		}
	}
	return r.Disk.OpenFile(path, flag, mode)
}

// Rename implements [disk.FS].
func (r *recorder) Rename(from, to string) error {
	if r.passed(to) {
		return crash.Unsynced{}.Rename(from, to)
	}
	err := r.Disk.Rename(from, to)
	if err == nil && filepath.Base(to) == checkpoint.FileName {
		r.named = filepath.Dir(to)
	}
	return err
}

// Remove implements [disk.FS].
func (r *recorder) Remove(path string) error {
	if r.passed(path) {
		return crash.Unsynced{}.Remove(path)
	}
	return r.Disk.Remove(path)
}

// SyncDir implements [disk.FS].
func (r *recorder) SyncDir(path string) error {
	err := r.Disk.SyncDir(path)
	if err == nil && path == r.named {
		err = r.mark()
	}
	return err
}

// mark marks the checkpoint that was named last, unless it is marked.
func (r *recorder) mark() error {
	if r.named == "" {
		return nil
	}
	s, err := checkpoint.NewFile(r.named).Load()
	if err == nil {
		r.Mark(saved{s.Counts.Done(), s.Phase})
	}
	r.named = ""
	return err
}
