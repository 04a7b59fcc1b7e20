package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/console"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/job"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/shell"
	"attrmigrate/pipeline"
)

// leastLease is the shortest lease, and leaseTimeouts how many time-outs it outlasts at least.
const (
	leastLease    = 60 * time.Second
	leaseTimeouts = 3
)

// elsewhere is the run of a command that is kept elsewhere: it is carried out in a work directory of this start. Nil: the run is
// kept in a directory of this machine.
type elsewhere struct {
	run    *runlog.Run
	bucket *s3.Bucket
	work   *disk.Private
	ttl    time.Duration
	// patience is for how long there is any with what is to be kept: when it ends, the next start has what was kept by then.
	patience context.Context
	leads    []string    // flags with which a command finds it
	forget   func() bool // that the run is abandoned with it
}

// openElsewhere takes the run directory for this start, if that is a URL. The inputs are the start's.
func (o *options) openElsewhere(ctx context.Context, sys System, notes io.Writer, log *slog.Logger, inputs []string) (*elsewhere, error) {
	if !s3.Is(o.runDir) {
		if o.workDir != "" {
			return nil, &refusal.UsageError{Err: errors.New("--work-dir is for a run that is kept elsewhere"), Remedy: "--run-dir s3://bucket/prefix keeps it in S3"}
		}
		return nil, nil
	}
	place, err := s3.ParseDir(o.runDir)
	if err != nil {
		return nil, fmt.Errorf("--run-dir: %w", err)
	}
	if err := holdsInput(place, inputs); err != nil {
		return nil, err
	}
	bucket, err := o.connection.ofRun(ctx, place)
	if err != nil {
		return nil, err
	}
	work, err := workDir(o.workDir)
	if err != nil {
		bucket.Close()
		return nil, err
	}
	e := &elsewhere{bucket: bucket, work: work, ttl: o.lease(sys), leads: o.connection.leads(), patience: patienceOf(ctx)}
	e.run, err = runlog.Open(ctx, runlog.Config{
		Store: bucket, Prefix: place.Below("").Key, Shown: shownPlace(place), Work: work.Path, TTL: e.ttl, Timeout: min(o.connection.timeout, e.ttl/leaseTimeouts),
		Holder: checkpoint.ThisProcess(), Names: rundir.Names(), Log: log,
		Watching:  func(holder checkpoint.Info, during time.Duration) { console.ShowWatching(notes, holder, during) },
		Restoring: console.Restoring(notes),
	})
	if err != nil {
		if ctx.Err() != nil {
			err = refusal.ErrNotStarted
		}
		return nil, errors.Join(e.explain(err), e.leave())
	}
	e.forget = context.AfterFunc(e.patience, e.run.Abandon)
	sys.names.Tell(e.run.Places)
	return e, nil
}

// shownPlace is how people call the place of a run.
func shownPlace(place s3.URL) string { return strings.TrimSuffix(place.Below("").String(), "/") }

// holdsInput refuses an input that the run would replace with a file of its own, as [rundir.Dir.HoldsInput] does.
func holdsInput(place s3.URL, inputs []string) error {
	for _, input := range inputs {
		u, err := s3.ParseURL(input)
		if err != nil {
			continue // it lies on this machine
		}
		if dir, _, ok := ofRun(u); ok && dir == place.Below("") {
			return &refusal.Error{Msg: prose.Printable(input) + " is the input, and the run would replace it by its own report",
				Remedy: "--run-dir names another directory for this run"}
		}
	}
	return nil
}

// volume is this machine's disk, from which runs in S3 can be seen.
func (o *options) volume() rundir.Volume {
	v := rundir.Local()
	v.Away = o.stateAway
	return v
}

// stateAway is the state of a run in S3, if there is one.
func (o *options) stateAway(ctx context.Context, url string) (state checkpoint.State, found bool, err error) {
	place, err := s3.ParseDir(url)
	if err != nil {
		return state, false, err
	}
	bucket, err := o.connection.ofRun(ctx, place)
	if err != nil {
		return state, false, err
	}
	defer bucket.Close()
	own, err := workDir("")
	if err != nil {
		return state, false, err
	}
	defer func() { _ = own.Close() }() // whoever makes the next one removes it
	run := &rundir.Afar{Path: filepath.Join(own.Path, runlog.DirName(url)), Store: bucket, Prefix: place.Below("").Key}
	s, err := run.Status(ctx)
	if _, none := errors.AsType[*rundir.NoRunError](err); none {
		return state, false, nil
	}
	if err != nil {
		return state, false, err
	}
	return s.State, true, nil
}

// lease is how long the lease of a run lasts.
func (o *options) lease(sys System) time.Duration {
	if sys.LeaseTTL > 0 {
		return sys.LeaseTTL
	}
	return max(leastLease, leaseTimeouts*o.connection.timeout)
}

// workDir makes the directory of a start, in the one that is named or that of the system for such.
func workDir(in string) (*disk.Private, error) {
	if s3.Is(in) {
		return nil, &refusal.UsageError{Err: fmt.Errorf("--work-dir: %s is no directory of this machine", prose.Printable(in)), Remedy: "the run is kept where --run-dir says; leave --work-dir out, or name a directory on a disk"}
	}
	dir, err := disk.MakePrivate(in)
	if err == nil {
		return dir, nil
	}
	place, remedy := "TMPDIR", "--work-dir names a directory on a disk of this machine that can be written to"
	if in != "" {
		place = "--work-dir"
		if errors.Is(err, fs.ErrNotExist) {
			remedy = "mkdir -p " + shell.Quote(in)
		}
	}
	return nil, &refusal.Error{Msg: fmt.Sprintf("%s: no work directory: %v", place, err), Remedy: remedy}
}

// explain tells of what could not be kept on this machine what is to be looked at: what is shown of the run is a URL.
func (e *elsewhere) explain(err error) error {
	if e == nil {
		return err
	}
	if e.patience.Err() != nil && errors.Is(err, context.Canceled) { // it was abandoned
		return &pipeline.StopError{Reason: pipeline.Interrupted}
	}
	const remedy = "see that the work directory on this machine can be written to and has room, or name one on another disk by --work-dir; then run the same command again"
	path, local := errors.AsType[*fs.PathError](err)
	if _, full := errors.AsType[*disk.RoomError](err); full || local && disk.Inside(e.work.Path, path.Path) {
		return &heldBack{err, remedy}
	}
	return err
}

// in has a job carried out in the work directory.
func (e *elsewhere) in(spec *job.Spec) {
	if e == nil {
		return
	}
	spec.Dir, spec.Volume, spec.Remote = e.run.Dir(), rundir.Volume{FS: e.run.FS(), Pins: rundir.Local().Pins, Private: true, Shown: e.run.ShownAs, Leads: e.leads, Away: spec.Volume.Away}, e.run
	spec.Target.Timeout = min(spec.Target.Timeout, e.ttl/leaseTimeouts)
}

// close ends it: what is left is shipped, and the files are published. An error of the command comes first. That not all is
// published is told where errors are, since people look for the files.
func (e *elsewhere) close(ctx context.Context, stderr io.Writer) error {
	if e == nil {
		return nil
	}
	defer e.forget()
	defer part(ctx)()
	ctx, cancel := context.WithTimeout(e.patience, 10*e.ttl)
	defer cancel()
	if err := e.run.Overtaken(ctx); err != nil {
		_ = e.run.Close(ctx) // it can write nothing any more
		return errors.Join(err, e.leave())
	}
	note := console.Printer(stderr, console.Columns(stderr))
	switch err := e.run.Close(ctx); {
	case err != nil && e.patience.Err() != nil:
		note("notice", "interrupted before all of the run was published: the same command does it")
	case err != nil:
		note("notice", "not all of the run could be published, and the same command does it: %s", prose.Printable(err.Error()))
	}
	return e.leave()
}

// leave removes what this start has on this machine.
func (e *elsewhere) leave() error {
	e.bucket.Close()
	return e.work.Close()
}
