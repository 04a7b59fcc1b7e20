package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/console"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// livePatience is how long a process is given to say where its run stands: then its files are read.
const livePatience = time.Second

// lookout looks at a run from outside. It is used by one goroutine.
type lookout struct {
	*outside
	work   *rundir.Work // what was seen last of something that is no run; nil: nothing
	events kept[telemetry.Event]
	series kept[telemetry.Sample]

	last   console.View // of a run in S3
	lastAt time.Time    // when S3 was asked
}

// farInterval is how often a run in S3 is looked at by who watches it: its process publishes every five seconds.
const farInterval = 2 * time.Second

// seen is where the run stands, or what is no run: as the process says, or else as the files do.
func (l *lookout) seen(ctx context.Context) (s rundir.Standing, work *rundir.Work, err error) {
	if l.client != nil {
		asking, cancel := context.WithTimeout(ctx, livePatience)
		defer cancel()
		if s, work, err = l.client.Look(asking); err == nil {
			l.work = work
			return s, work, nil
		}
	}
	status, err := l.status(ctx)
	if _, none := errors.AsType[*rundir.NoRunError](err); none {
		return l.noRun(ctx, s, err)
	}
	if err != nil {
		return s, nil, err
	}
	asked, err := rundir.LoadAsked(l.dir)
	return status.Standing(asked), nil, err
}

// noRun is what is there where no run is: a process that does not say how far it is, or a plan that was seen before.
func (l *lookout) noRun(ctx context.Context, s rundir.Standing, err error) (rundir.Standing, *rundir.Work, error) {
	held := l.atWork(ctx)
	switch {
	case l.work == nil:
		return s, nil, cmp.Or(held, err)
	case held == nil:
		return s, l.workEnded(), nil
	default:
		return s, l.work, nil
	}
}

// workEnded is how a plan has ended that was seen: with a plan, or without one.
func (l *lookout) workEnded() *rundir.Work {
	w := *l.work
	w.State, w.HeldBy = string(checkpoint.Stopped), nil
	if plan, err := rundir.ReadPlan(l.dir); err == nil && !plan.At.Before(w.StartedAt) {
		w.State = string(checkpoint.Finished)
	}
	return &w
}

// look is all that is seen of the run. Events and series that cannot be read are none: the status is there without them.
func (l *lookout) look(ctx context.Context) (console.View, error) {
	now := time.Now()
	if l.far != nil && now.Sub(l.lastAt) < farInterval {
		l.last.At = now
		return l.last, nil
	}
	s, work, err := l.seen(ctx)
	v := console.View{Dir: l.dir, Leads: l.leads, At: now, Standing: s, Work: work, Elsewhere: l.far != nil, Aside: l.far != nil && l.far.Aside()}
	if err != nil || work != nil {
		return v, err
	}
	v.Events = l.events.read(l.dir, telemetry.EventsJSONL, telemetry.ReadEvents)
	v.Series = l.series.read(l.dir, telemetry.SeriesJSONL, telemetry.ReadSeries)
	l.last, l.lastAt = v, now
	return v, nil
}

// kept is what a file holds, which is read again only when it has grown: one of days has megabytes.
type kept[T any] struct {
	size int64
	all  []T
}

func (k *kept[T]) read(dir, name string, read func(dir string) ([]T, error)) []T {
	info, err := os.Lstat(filepath.Join(dir, name))
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if info.Size() != k.size {
		k.all, _ = read(dir)
		k.size = info.Size()
	}
	return k.all
}
