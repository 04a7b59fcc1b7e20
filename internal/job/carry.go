package job

import (
	"context"
	"errors"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/page"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// Observer is told of a run that begins to send.
type Observer interface {
	// Started has the run, before its first call: it may be stopped, and it may be seen until Start returns.
	Started(*pipeline.Runner, Seen)
}

// Seen is a run as it is seen: a *[control.Desk].
type Seen interface {
	// Status is where it stands.
	Status() rundir.Standing
	// Events has what happens to it sent to a channel, until the function is called.
	Events() (<-chan telemetry.Event, func())
}

// Start applies the records, from the beginning or from where an earlier start stopped, and returns the state of
// the run in the end. A *[pipeline.StopError] says that it stopped early; where nothing was written at all the
// error is a reason not to begin.
func (j *Job) Start(ctx context.Context, o Observer) (checkpoint.State, error) {
	if err := j.set.Unchanged(); err != nil {
		return checkpoint.State{}, err
	}
	in, err := j.set.Read()
	if err != nil {
		return checkpoint.State{}, err
	}
	defer in.Close()
	if err := in.Resume(j.state.Position); err != nil {
		return checkpoint.State{}, err
	}
	reports, err := report.Open(report.Config{
		Dir: j.dir.Path, Header: in.Header(), Separator: in.Separator(), Raw: j.checked != nil && j.checked.Undecodable, Recorded: j.state.Files,
		DeleteMarker: j.set.Decoding().DeleteMarker, Deliveries: j.to.ByUsers, Disk: j.dir.FS,
	})
	if err != nil {
		return checkpoint.State{}, err
	}
	if err := j.dir.MarkPlans(j.set.Paths()); err != nil {
		j.spec.Log.Warn("the plan is not marked as applied: a new plan of the same name would replace it", "error", err)
	}
	j.tellKept()
	state, err := j.carry(ctx, in, reports, o)
	_ = reports.Close() // all that counts is durable already
	if j.began = !state.SavedAt.IsZero(); !j.began {
		return state, notBegun(err)
	}
	return state, err
}

// conclude leaves word of how the run ended. Where nothing can be kept any more, that is what is told.
func (j *Job) conclude(state checkpoint.State, err error) {
	stop, stopped := errors.AsType[*pipeline.StopError](err)
	unkept := stopped && stop.Reason == pipeline.NotKept
	if unkept {
		j.dir.Unsaved = &checkpoint.End{Reason: stop.Error(), Hint: stop.Hint()}
	}
	unkept = unkept || unleased(err) || stopped && stop.Reason == pipeline.Unleased
	if j.spec.Told != nil {
		state = j.spec.Told(state)
	}
	if kept := report.WriteSummary(j.dir.FS, j.dir.Path, report.Summarize(state)); kept != nil && !unkept {
		j.spec.Log.Warn("no summary", "error", kept) // the run is as it is; checkpoint.json has the same numbers
	}
	kept := page.Write(j.dir.FS, j.dir.File(report.HTML), page.Of(&rundir.Status{Dir: rundir.Dir{Path: j.dir.Path}, State: state}))
	if j.dir.Unreported = kept != nil; j.dir.Unreported && !unkept {
		j.spec.Log.Warn("no report", "error", kept, "remedy", "attrmigrate report makes one")
	}
}

// notBegun turns the stop of a run that was not even recorded into a refusal; not so where the same command may go on as it is.
func notBegun(err error) error {
	stop, ok := errors.AsType[*pipeline.StopError](err)
	switch {
	case !ok, stop.Reason == pipeline.OutOfTime, stop.Reason == pipeline.ByHand, unleased(err):
		return err
	case stop.Reason == pipeline.Interrupted:
		return refusal.ErrNotStarted
	default:
		return &refusal.Error{Msg: stop.Error() + ": nothing was written", Remedy: stop.Hint()}
	}
}

// carry runs the pipeline.
func (j *Job) carry(ctx context.Context, in *changeset.Reader, reports *report.Files, o Observer) (checkpoint.State, error) {
	look, err := j.preparer(ctx, reports)
	if err != nil {
		if ctx.Err() != nil {
			err = refusal.ErrNotStarted
		}
		return checkpoint.State{}, err
	}
	file := checkpoint.NewFile(j.dir.Path)
	file.Disk = j.dir.FS
	store := &told{Store: file, on: j.dir.Volume}
	meter := telemetry.NewMeter(j.spec.operation(), j.spec.reading(), time.Now())
	runner, err := pipeline.New(j.withRemote(pipeline.Config{
		Source: ordered{in, j.claims.orders}, Updater: j.updater(reports), Preparer: orNone(look),
		Probe:   j.to.Probe,
		Check:   j.terms.Check,
		Key:     userKey(j.pool),
		Results: counted{reports, meter, j.tokens}, Called: meter.Called, Store: store, Resume: j.inRole(),
		Rate: j.spec.Rate, ReadRate: j.spec.reads(), Workers: j.spec.Workers, MaxAttempts: j.spec.MaxAttempts,
		Budget: j.spec.Budget, Limit: j.spec.Limit,
		MaxDuration: j.spec.MaxDuration, DrainTimeout: j.spec.DrainTimeout, Log: j.spec.Log,
	}))
	if err != nil {
		return checkpoint.State{}, err
	}
	if look != nil {
		look.await = runner.AwaitRead
	}
	var state checkpoint.State
	j.whileHeld(ctx, runner, func() { state, err = j.steered(ctx, runner, store, meter, o) })
	return state, err
}

// userKey names the user of a record for ordering: a pool that ignores case takes Ann and ann for one.
func userKey(pool *cognito.Pool) func(*sources.Change) string {
	if pool.CaseSensitive {
		return func(c *sources.Change) string { return c.Username }
	}
	return func(c *sources.Change) string { return strings.ToLower(c.Username) }
}

// updater changes users, and lists the codes that Cognito sends to them in the reports.
func (j *Job) updater(reports *report.Files) pipeline.Updater {
	return j.to.Updater(target.Updates{
		Metadata: j.spec.Metadata, VerifyBeforeUpdate: j.pool.VerifyBeforeUpdate,
		Delivered: func(c *sources.Change, codes []cognito.Delivery) {
			for _, d := range codes {
				reports.Delivered(c, report.Delivery(d))
			}
		},
	})
}

// orNone is a preparer, if there is one.
func orNone(p *preparer) pipeline.Preparer {
	if p == nil {
		return nil
	}
	return p
}

// preparer reads users before they are changed, unless that is not wanted: then it is nil.
func (j *Job) preparer(ctx context.Context, reports *report.Files) (_ *preparer, err error) {
	if j.spec.NoRead {
		return nil, nil
	}
	look := &preparer{
		users: j.to, reports: reports, pool: j.pool, takeover: j.spec.AllowTakeover,
		options: j.spec.compared(j.pool),
	}
	look.options.Partial = j.to.ByUsers
	if j.checked == nil {
		look.history, err = readHistory(ctx, j.dir.Path)
	}
	return look, err
}

// inRole is the state to go on from, with the role in which this start does so.
func (j *Job) inRole() checkpoint.State {
	j.state.Role, j.state.ExternalID = j.spec.Target.Role, j.spec.Target.ExternalID
	return j.state
}
