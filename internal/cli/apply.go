package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"attrmigrate/internal/changeset"
	"attrmigrate/internal/console"
	"attrmigrate/internal/job"
	"attrmigrate/internal/metrics"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

func newApply(sys System) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "apply --user-pool-id ID CHANGES...",
		Short: "Write the changes; the same command again continues",
		Long: `apply checks the change set against the pool's schema, shows what will happen,
asks, and then updates one user after the other at a rate that leaves room for
live traffic. Each user is read first: what holds already is not sent, and where a
value is not what the record expects, nothing is. plan tells all of it before, and
reads free of charge.

It keeps a run directory: errors.csv lists the records that failed and can be mended
and applied as it is, applied.csv lists the others, and undo.jsonl, applied, goes
back. Interrupted, the same command continues where it stopped.

` + exitCodes,
		Example: `  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E loyalty.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E --limit 50 loyalty.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E --yes loyalty.run/errors.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E loyalty.run/undo.jsonl
  attrmigrate apply --sandbox --rate off loyalty.csv`,
		Args:              targeted(&o.fleet, o.needsChanges),
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.fleet.asked() {
				return o.applyRows(cmd, sys, args)
			}
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			return o.apply(ctx, sys, signals, args)
		},
	}
	cmd.Flags().SortFlags = false
	o.register(cmd.Flags())
	registerSteering(cmd.Flags(), &o.steering)
	cmd.Flags().BoolVar(&o.unhold, "unhold", false, "go on with a run that somebody has stopped and holds")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "write nothing: the same as plan")
	for _, name := range ruleFlags {
		_ = cmd.Flags().MarkHidden(name) // a rule is planned first, and apply says so
	}
	return cmd
}

// apply is one apply, of the options as the flags have filled them.
func (o options) apply(ctx context.Context, sys System, signals *interrupts, args []string) error {
	if err := o.validate(); err != nil {
		return err
	}
	if err := findPrograms(&o.steering); err != nil {
		return err
	}
	if o.dryRun && o.steering.Serve != "" {
		return &refusal.UsageError{Err: errors.New("--dry-run has no page: a plan writes nothing that could be steered"), Remedy: "leave --serve out"}
	}
	if o.dryRun {
		return o.planned(ctx, sys, args)
	}
	if err := o.ruleInApply(args); err != nil {
		return err
	}
	if err := o.serve(ctx, sys); err != nil {
		return err
	}
	a := &applyRun{opts: o, sys: sys, signals: signals, notes: o.output.Notes(sys.Stderr), log: console.NewLog(sys.Stderr, o.output)}
	return a.run(ctx, args)
}

// applyRun is one start of apply.
type applyRun struct {
	opts    options
	sys     System
	signals *interrupts
	notes   io.Writer // what people read on the way; the result goes to standard output
	log     *slog.Logger

	endProgress func() // of a run that was started
}

// run prepares the job, asks, and starts it.
func (a *applyRun) run(ctx context.Context, paths []string) (err error) {
	if err := a.opts.undisturbed(); err != nil {
		return err
	}
	if err := a.opts.steering.Check(); err != nil {
		return err
	}
	if err := rundir.NoneAtWork(paths, nil); err != nil {
		return err
	}
	lease := a.opts.lease(a.sys)
	from, err := patiently(ctx, a.notes, lease, func(ctx context.Context) (*fetched, error) { return a.opts.fetch(ctx, a.notes, paths) })
	if err != nil {
		return err
	}
	a.sys.names.Tell(from.places)
	defer func() { err = errors.Join(err, from.remove()) }()
	if job.EmptyPlan(paths, from.files) {
		console.ShowEmptyPlan(a.sys.Stdout, paths[0], job.PlanBeside(paths[0], from.files))
		a.nothingToDo(cmp.Or(a.opts.runDir, rundir.Name(paths, ".run")), metrics.Reading{})
		return nil
	}
	if err := a.takesStdin(paths); err != nil {
		return err
	}
	a.limitMemory(checkMemory)
	there, err := patiently(ctx, a.notes, lease, func(ctx context.Context) (*elsewhere, error) {
		return a.opts.openElsewhere(ctx, a.sys, a.notes, a.log, paths)
	})
	if err != nil {
		return a.opts.explain(err, paths)
	}
	defer func() { err = errors.Join(err, there.close(ctx, a.sys.Stderr)) }()
	spec := a.opts.spec(paths, a.sys, a.log)
	spec.Changes.Stands = from.files
	there.in(&spec)
	spec.Sized = func(size changeset.Size) { a.limitMemory(checkMemory + entryMemory*size.Records) }
	spec.Kept = func(dir string, back bool) { console.ShowKept(a.notes, dir, back) }
	spec.Looking = func(addresses, records, users int64) {
		a.limitMemory(memoryOfPlan(addresses+records, users))
		console.ShowLooking(a.notes, addresses)
	}
	spec.Asks = a.asks()
	j, err := job.Prepare(ctx, spec)
	if err != nil {
		return a.orUnhold(a.opts.explain(err, paths), paths)
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if j.Finished() {
		return a.alreadyDone(j)
	}
	about := j.Preview()
	if err := a.confirm(ctx, j, about); err != nil {
		return a.opts.explain(err, paths)
	}
	console.ShowAsked(a.sys.Stderr, j.Dir().Called(), about.Asked, time.Now())
	return there.explain(a.orUnhold(a.start(ctx, j), paths))
}

// asks tells whether there is somebody to ask.
func (a *applyRun) asks() bool { return !a.opts.yes && isTerminal(a.sys.Stdin) }

// takesStdin refuses standard input where nobody could be asked, or where it would keep what must not be kept.
func (a *applyRun) takesStdin(paths []string) error {
	switch {
	case len(paths) != 1 || paths[0] != rundir.Stdin || a.opts.onlyFailed != "":
		return nil
	case a.opts.asUser:
		return &refusal.UsageError{Err: errors.New("--as user does not read standard input (-): it would keep the access tokens in the run directory"),
			Remedy: "give a file, which stays where it is and is only read"}
	case !a.opts.yes:
		return &refusal.UsageError{Err: errors.New("standard input (-) leaves nobody to ask"), Remedy: "--yes goes on without asking"}
	default:
		return nil
	}
}

// alreadyDone says so and ends as the run did.
func (a *applyRun) alreadyDone(j *job.Job) error {
	s := j.State()
	fmt.Fprintf(a.sys.Stdout, "%-8s already, on %s: nothing was sent (--restart applies it again)\n", "done",
		s.SavedAt.Local().Format(time.DateTime))
	console.ShowResult(a.sys.Stdout, j.Dir(), s, j.Noun(), a.opts.onlyFailedAgain(j))
	found := rundir.Status{State: s}
	a.nothingToDo(j.Dir().Path, metrics.Of(found.Standing(rundir.Asked{}), telemetry.Totals{}))
	if s.Counts.Failed > 0 {
		return errFailures
	}
	return nil
}

// nothingToDo leaves word of it in the file of metrics.
func (a *applyRun) nothingToDo(dir string, found metrics.Reading) {
	m := metricsFile{path: a.opts.steering.MetricsFile, log: a.log}
	m.nothingToDo(a.opts.connection.poolID, dir, found)
}

// confirm shows what will happen and asks. Without a terminal there is nobody to ask.
func (a *applyRun) confirm(ctx context.Context, j *job.Job, about job.Preview) error {
	asks := a.asks()
	if a.opts.output.Quiet() && !asks {
		console.ShowWatch(a.sys.Stderr, about)
	} else {
		console.ShowPreview(a.sys.Stderr, about) // nobody is asked without being shown what for
	}
	if err := j.Allowed(); err != nil {
		return err
	}
	switch {
	case a.opts.yes:
		return nil
	case asks:
		return console.Ask(ctx, a.sys.Stderr, a.sys.Stdin)
	default:
		return &refusal.Error{Msg: "there is no terminal to ask at: nothing was written", Remedy: "--yes goes on without asking"}
	}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// start applies the records, and says how it ended.
func (a *applyRun) start(ctx context.Context, j *job.Job) error {
	a.limitMemory(sendMemory)
	a.endProgress = func() {}
	state, err := j.Start(ctx, a)
	a.endProgress()
	switch {
	case state.SavedAt.IsZero():
		return err // nothing was written
	case err != nil:
		console.ShowStop(a.sys.Stdout, j.Dir(), state, j.Noun(), byHand(err))
		return err
	}
	console.ShowResult(a.sys.Stdout, j.Dir(), state, j.Noun(), a.opts.onlyFailedAgain(j))
	if state.Counts.Failed > 0 {
		return errFailures
	}
	return nil
}

// Started implements [job.Observer]: progress and signals are attached to the run.
func (a *applyRun) Started(run *pipeline.Runner, seen job.Seen) {
	a.signals.stopGently(func() {
		run.Stop(pipeline.Interrupted)
		if a.opts.output.Kind(a.sys.Stderr) == "bar" {
			fmt.Fprintln(a.notes) // the bar stays above
		}
		line := console.Printer(a.notes, console.Columns(a.notes))
		line("stopping", "calls under way may take %s; Ctrl-C again cancels them", prose.Span(a.opts.drainTimeout))
	})
	events, unlisten := seen.Events()
	end := console.Watch(console.RunGauge(seen.Status), events, a.opts.output, a.sys.Stderr, a.log)
	a.endProgress = func() { end(); unlisten() }
}

// byHand tells whether a run was stopped by somebody, and is on hold.
func byHand(err error) bool {
	stop, ok := errors.AsType[*pipeline.StopError](err)
	return ok && stop.Reason == pipeline.ByHand
}
