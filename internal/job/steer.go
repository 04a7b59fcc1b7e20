package job

import (
	"context"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/control"
	"attrmigrate/internal/report"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// steered runs the pipeline, and has it steered meanwhile.
func (j *Job) steered(ctx context.Context, runner *pipeline.Runner, store *told, meter *telemetry.Meter) (checkpoint.State, error) {
	log, err := telemetry.Open(j.dir.FS, j.dir.Path)
	if err != nil {
		return checkpoint.State{}, err
	}
	defer log.Close()
	desk, err := control.Start(control.Config{
		Run: runner, FS: j.dir.FS, Dir: j.dir.Path, State: j.state, Rate: j.spec.Rate, Reads: j.spec.readsAt, Told: j.spec.Told,
		Log: log, Meter: meter, Logger: j.spec.Log, Options: j.spec.Steering,
	})
	if err != nil {
		return checkpoint.State{}, err
	}
	store.desk = desk
	defer desk.Close()
	return runner.Run(ctx)
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
