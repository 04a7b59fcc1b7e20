package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
)

// outside is a run as a command sees it that does not work on it: its directory or, of a run in S3, copies of what is there.
// It is used by one goroutine at a time.
type outside struct {
	dir    string          // with its files
	far    *rundir.Afar    // whose copies they are; nil: they are its own
	client *control.Client // of the process that is at work on it; nil: it is reached by what is asked alone
	bucket *s3.Bucket
	place  s3.URL   // of the run directory
	leads  []string // flags with which a command finds it
	own    *disk.Private
}

// lookFrom is a run directory, wherever it is. What is told of a run in S3 names its URL.
func lookFrom(ctx context.Context, sys System, dir string, by storeOptions) (*outside, error) {
	if !s3.Is(dir) {
		return &outside{dir: dir, client: control.NewClient(dir)}, nil
	}
	place, err := s3.ParseDir(dir)
	if err != nil {
		return nil, err
	}
	bucket, err := by.ofRun(ctx, place)
	if err != nil {
		return nil, err
	}
	own, err := disk.MakePrivate("")
	if err != nil {
		return nil, &refusal.Error{Msg: fmt.Sprintf("no place for copies of the run: %v", err), Remedy: "TMPDIR names a directory for temporary files that can be written to"}
	}
	shown := shownPlace(place)
	o := &outside{dir: filepath.Join(own.Path, runlog.DirName(shown)), leads: by.leads(), bucket: bucket, place: place, own: own}
	o.far = &rundir.Afar{Path: o.dir, Store: bucket, Prefix: place.Below("").Key}
	sys.names.Tell(func() []string { return []string{o.dir, shown} })
	return o, nil
}

// called is the run directory as commands have it.
func (o *outside) called() string { return rundir.Called(o.dir, o.leads) }

// close removes the copies.
func (o *outside) close() {
	if o.own != nil {
		o.bucket.Close()
		_ = o.own.Close() // whoever makes the next one removes it
	}
}

// within does what looks at the run. A file system that does not answer is left; S3 has time-outs of its own.
func within[T any](ctx context.Context, o *outside, patience time.Duration, do func() (T, error)) (T, error) {
	if o.far != nil {
		return do()
	}
	return rundir.Within(ctx, patience, o.dir, do)
}

// status is where the run stands.
func (o *outside) status(ctx context.Context) (*rundir.Status, error) {
	if o.far != nil {
		return o.far.Status(ctx)
	}
	return rundir.ReadStatus(o.dir)
}

// standing is the same for programs, with what was asked.
func (o *outside) standing(ctx context.Context) (*rundir.Status, rundir.Standing, error) {
	status, err := o.status(ctx)
	if err != nil {
		return nil, rundir.Standing{}, err
	}
	asked, err := rundir.LoadAsked(o.dir)
	status.State = console.ByFlags(status.State)
	return status, status.Standing(asked), err
}

// atWork refuses a run at which a process is at work.
func (o *outside) atWork(ctx context.Context) error {
	if o.far != nil {
		return o.far.AtWork(ctx)
	}
	return rundir.AtWork(o.dir)
}

// changeAsked changes what is asked of the run.
func (o *outside) changeAsked(ctx context.Context, change func(*rundir.Asked)) (before, after rundir.Asked, err error) {
	if o.far != nil {
		return o.far.ChangeAsked(ctx, change)
	}
	return rundir.ChangeAsked(rundir.Local(), o.dir, change)
}
