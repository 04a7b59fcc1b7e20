package job

import (
	"context"
	"sync"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/control"
	"attrmigrate/internal/report"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// steered runs the pipeline, and has it steered meanwhile.
func (j *Job) steered(ctx context.Context, runner *pipeline.Runner, store *told, meter *telemetry.Meter, o Observer) (checkpoint.State, error) {
	log, err := telemetry.Open(j.dir.FS, j.dir.Path)
	if err != nil {
		return checkpoint.State{}, err
	}
	defer log.Close()
	desk, err := control.Open(control.Config{Run: runner, FS: j.dir.FS, Dir: j.dir.Path, State: j.state, Log: log, Meter: meter, Options: j.spec.Steering})
	if err != nil {
		return checkpoint.State{}, err
	}
	store.desk = desk
	o.Started(runner, desk)
	watching, end := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	all.Go(func() { desk.Watch(watching) })
	if l, err := control.Listen(j.dir.Path); err != nil {
		j.spec.Log.Debug("no socket: the run is steered by control.json", "error", err)
	} else {
		all.Go(func() { _ = desk.Serve(watching, l) })
	}
	state, err := runner.Run(ctx)
	end()
	all.Wait()
	return state, err
}

// told tells the desk what is saved.
type told struct {
	pipeline.Store
	desk *control.Desk
}

func (t *told) Save(s checkpoint.State) error {
	err := t.Store.Save(s)
	if err == nil {
		t.desk.Saved(s)
	}
	return err
}

// counted counts the results that are written.
type counted struct {
	pipeline.ResultWriter
	meter *telemetry.Meter
}

func (c counted) Write(r pipeline.Result) error {
	class := ""
	if r.Outcome == pipeline.Failed {
		class = report.ClassOf(r)
	}
	c.meter.Finished(r.Outcome, class)
	return c.ResultWriter.Write(r)
}
