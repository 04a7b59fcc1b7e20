package job

import (
	"context"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/control"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// steered runs the pipeline, and has it seen and steered meanwhile. Who is told of its end finds all files of it as they stay.
func (j *Job) steered(ctx context.Context, runner *pipeline.Runner, store *told, meter *telemetry.Meter, o Observer) (checkpoint.State, error) {
	log := telemetry.New(j.dir.FS, j.dir.Path, j.state.Phase == "", func(err error) {
		if j.endsRun(err) {
			return // with what it says at its end
		}
		j.spec.Log.Warn("what happens to the run cannot all be kept: the run goes on", "error", err)
	})
	defer log.Close()
	if err := j.unhold(); err != nil {
		return checkpoint.State{}, err
	}
	var expiring func(from, until time.Time) int64
	if j.tokens != nil {
		expiring = j.tokens.between
	}
	desk, err := control.Start(control.Config{Expiring: expiring,
		Run: runner, FS: j.dir.FS, Dir: j.dir.Path, Shown: j.dir.ShownAs(j.dir.Path), State: j.state, Rate: j.spec.Rate, Reads: j.spec.readsAt, Told: j.spec.Told,
		Began: j.begins(runner.Progress(), log.Earlier()), Log: log, Meter: meter, Logger: j.spec.Log, Options: j.spec.Steering,
	})
	if err != nil {
		return checkpoint.State{}, err
	}
	defer desk.Close()
	store.desk, store.log = desk, log
	o.Started(runner, desk)
	state, err := j.noted(ctx, runner, log, meter, desk)
	recorded := !state.SavedAt.IsZero()
	last := state
	if !recorded {
		last = j.state
		last.Phase = phaseOf(err)
	}
	desk.Saved(last) // or not, where nothing was begun or the disk is full: the start ended so nevertheless
	desk.End()
	if recorded {
		j.conclude(state, err)
	}
	desk.TellEnd(ctx)
	return state, err
}

// noted runs the pipeline, and notes how it ends, and what it does meanwhile.
func (j *Job) noted(ctx context.Context, runner *pipeline.Runner, log *telemetry.Log, meter *telemetry.Meter, desk *control.Desk) (checkpoint.State, error) {
	recording, end := context.WithCancel(context.WithoutCancel(ctx))
	var recorder sync.WaitGroup
	recorder.Go(func() { telemetry.Record(recording, log, meter, runner.Progress) })
	desk.Admit(ctx)
	state, err := runner.Run(ctx)
	state = inWords(j.dir.Volume, state)
	end()
	recorder.Wait()
	for _, e := range ends(state, err, desk.Status().Asked.HoldOrder) {
		e.Reason = j.dir.ShownAs(e.Reason)
		note(log, e)
	}
	return state, err
}

// note keeps an event; the log tells itself what it cannot keep.
func note(log *telemetry.Log, e telemetry.Event) { _, _ = log.Event(e) }

// told tells others what is saved.
type told struct {
	pipeline.Store
	on   rundir.Volume
	desk *control.Desk
	log  *telemetry.Log
}

func (t *told) Save(s checkpoint.State) error {
	s = inWords(t.on, s)
	err := t.Store.Save(s)
	if err == nil {
		_ = t.log.Begin() // the run is recorded; the log tells itself what it cannot keep
		t.desk.Saved(s)
	}
	return err
}

// inWords is a state whose texts name what lies on a volume as people do.
func inWords(on rundir.Volume, s checkpoint.State) checkpoint.State {
	s.Reason, s.Hint, s.LastError = on.ShownAs(s.Reason), on.ShownAs(s.Hint), on.ShownAs(s.LastError)
	return s
}

// counted counts the results that are written.
type counted struct {
	pipeline.ResultWriter
	meter  *telemetry.Meter
	tokens *expiries
}

func (c counted) Write(r pipeline.Result) error {
	if err := c.ResultWriter.Write(r); err != nil {
		return err
	}
	class := ""
	if r.Outcome == pipeline.Failed {
		class = report.ClassOf(r)
	}
	c.meter.Finished(r.Outcome, class)
	c.tokens.finished(r.Change)
	return nil
}
