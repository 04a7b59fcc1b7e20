package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
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
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.cancel()
			if o.dryRun {
				return newPlanRun(sys, o).run(ctx, args)
			}
			a := &applyRun{opts: o, sys: sys, signals: signals, notes: o.output.notes(sys.Stderr)}
			a.log = newLog(sys.Stderr, o.output)
			return a.run(ctx, args)
		},
	}
	cmd.Flags().SortFlags = false
	o.register(cmd.Flags())
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "write nothing: the same as plan")
	return cmd
}

// applyRun is one start of apply.
type applyRun struct {
	opts    options
	inputs  []string // as they were given
	set     *changeSet
	sys     System
	signals *interrupts
	notes   io.Writer // what people read on the way; the result goes to standard output
	log     *slog.Logger
}

// run takes the steps of apply in order. Nothing binds before the first update is about to be sent.
func (a *applyRun) run(ctx context.Context, paths []string) (err error) {
	a.inputs = paths
	if err := a.opts.undisturbed(paths); err != nil {
		return err
	}
	if emptyPlan(paths) {
		fmt.Fprintf(a.sys.Stdout, "%-8s %s: the plan found nothing to change\n", "done", printable(paths[0]))
		return nil
	}
	if a.set, err = newChangeSet(ctx, a.opts, paths); err != nil {
		return err
	}
	if a.opts.asUser && paths[0] == stdinPath {
		return &usageError{err: errors.New("--as user does not read standard input (-): it would keep the access tokens in the run directory"),
			hint: "give a file, which stays where it is and is only read"}
	}
	if paths[0] == stdinPath && !a.opts.yes {
		return &usageError{err: errors.New("standard input (-) leaves nobody to ask"), hint: "--yes goes on without asking"}
	}
	a.limitMemory(checkMemory)
	service, err := a.connect(ctx)
	if err != nil {
		return err
	}
	dir, err := a.sys.volume().open(a.opts.runDirPath(paths, a.opts.ending()))
	if err != nil {
		return errors.Join(err, service.close())
	}
	defer func() { err = errors.Join(err, service.close(), dir.close()) }() // a rehearsal has its journal in the directory

	p, err := a.prepare(ctx, dir, service)
	if err == nil && p != nil {
		err = a.confirm(ctx, p)
	}
	if err != nil {
		r, ok := errors.AsType[*refusal](err)
		dir.refused = !ok || !r.preview
		return notStarted(ctx, err)
	}
	if p == nil {
		return nil
	}
	return a.stream(ctx, p)
}

func (a *applyRun) connect(ctx context.Context) (*service, error) {
	if a.opts.asUser {
		return connectBearers(ctx, a.opts, a.set)
	}
	return connect(ctx, a.opts.connection, a.opts.workers)
}

func (a *applyRun) describe(ctx context.Context, s *service) (*cognito.Pool, error) {
	if a.opts.asUser {
		return s.describeForBearers(ctx, a.opts)
	}
	return s.describe(ctx, a.opts.maxAttempts)
}

// ending is that of the run directory.
func (o *options) ending() string {
	if o.connection.sandbox {
		return ".sandbox.run"
	}
	return ".run"
}

// notStarted replaces the error of a step that was interrupted.
func notStarted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errNotStarted
	}
	return err
}

// prepare finds out what the start would do. It returns nil if the run is finished already.
func (a *applyRun) prepare(ctx context.Context, dir *runDir, s *service) (*prospect, error) {
	if err := dir.holdsInput(a.set.paths); err != nil {
		return nil, err
	}
	if err := noneAtWork(a.set.paths, dir); err != nil {
		return nil, err
	}
	settle, err := a.set.spool(ctx, a.sys.Stdin, dir)
	if err != nil {
		return nil, err
	}
	earlier, err := a.earlierRun(ctx, dir, s)
	if err != nil {
		return nil, err
	}
	if err := settle(); err != nil {
		return nil, err
	}
	if earlier != nil && earlier.Phase == checkpoint.Finished {
		return nil, a.alreadyDone(dir, *earlier)
	}
	if a.opts.connection.sandbox {
		if err := s.rehearse(ctx, a.opts, a.set, dir.file(sandboxJournal), s.rehearsedBeside(a.set.paths), earlier == nil); err != nil {
			return nil, err
		}
	}
	pool, err := a.describe(ctx, s)
	if err != nil {
		return nil, err
	}
	p := &prospect{opts: a.opts, paths: a.set.paths, noun: a.set.noun, dir: dir, service: s, pool: pool}
	if earlier != nil {
		p.state = *earlier
		a.set.names = earlier.Inputs // a file is known by its content; its records have one name in the reports
		if a.set.bearers != nil {    // what has expired since then counts as failed, and the budget holds
			a.set.bearers.since = earlier.StartedAt
		}
		p.cost, err = a.costOfRest(ctx, p)
		return p, err
	}
	if err := a.survey(ctx, p); err != nil {
		return nil, err
	}
	return p, a.mayKeep(p)
}

// survey passes over the whole input once. A run that begins needs it, one that goes on does not.
func (a *applyRun) survey(ctx context.Context, p *prospect) (err error) {
	if a.set.stamps, err = stampsOf(a.set.paths); err != nil {
		return err
	}
	in, err := a.set.open()
	if err != nil {
		return err
	}
	defer in.Close()
	p.survey, err = surveyInput(ctx, in, a.checker(p.pool), p.dir.path, a.opts.noCost())
	if err != nil {
		return err
	}
	p.cost = p.survey.cost
	p.state = checkpoint.State{
		Fingerprint: fingerprintOf(a.opts, a.set, p.service, p.survey.digests), Inputs: a.set.paths,
		Total: p.survey.rows, Foreseen: p.survey.bad,
	}
	return nil
}

// earlierRun returns the run that the directory holds, if it is this one: to be continued, or
// finished. One that is another and finished is set aside, and so is any with --restart.
func (a *applyRun) earlierRun(ctx context.Context, dir *runDir, s *service) (*checkpoint.State, error) {
	state, found, err := dir.load()
	if err == nil && !found {
		err = report.NoneRecorded(dir.path)
	}
	if a.opts.restart && (found || err != nil) {
		return nil, a.setAside(dir)
	}
	if err != nil || !found {
		return nil, err
	}
	if a.set.stamps, err = stampsOf(a.set.paths); err != nil {
		return nil, err
	}
	digests, err := a.set.digests(ctx)
	if err != nil {
		return nil, err
	}
	different := differences(&state, a.opts, a.set, s, digests)
	switch {
	case len(different) == 0:
		return &state, nil
	case state.Phase == checkpoint.Finished:
		return nil, a.setAside(dir)
	default:
		return nil, &refusal{
			msg:  fmt.Sprintf("%s holds an unfinished run that is another one: %s", dir.path, describe(different)),
			hint: "--restart starts over and keeps the old directory; --run-dir names another one",
		}
	}
}

func (a *applyRun) setAside(dir *runDir) error {
	kept, err := dir.setAside(append(a.set.paths, a.opts.onlyFailedFile()...))
	if err == nil {
		fmt.Fprintf(a.notes, "%-8s the run of before is in %s\n", "kept", kept)
	}
	return err
}

// alreadyDone says so and ends as the run did.
func (a *applyRun) alreadyDone(dir *runDir, s checkpoint.State) error {
	fmt.Fprintf(a.sys.Stdout, "%-8s already, on %s: nothing was sent (--restart applies it again)\n", "done",
		s.SavedAt.Local().Format(time.DateTime))
	printResult(a.sys.Stdout, dir, s, a.set.noun, a.onlyFailed(dir))
	if s.Counts.Failed > 0 {
		return errFailures
	}
	return nil
}

// confirm shows what will happen and asks. Without a terminal there is nobody to ask.
func (a *applyRun) confirm(ctx context.Context, p *prospect) error {
	asks := !a.opts.yes && isTerminal(a.sys.Stdin)
	if asks {
		p.show(a.sys.Stderr) // nobody is asked without being shown what for
	} else {
		p.show(a.notes)
	}
	if s := p.survey; s != nil && a.opts.budget.Exceeded(s.bad, s.rows) {
		return &refusal{
			msg:  fmt.Sprintf("%s of %s can't be applied, --max-failures allows %s: nothing was written", count(s.bad), plural(s.rows, p.noun), a.opts.budget),
			hint: fmt.Sprintf("%s lists them; mend them, or raise --max-failures", p.dir.errorsFile()), preview: true,
		}
	}
	switch {
	case a.opts.yes:
		return nil
	case asks:
		return ask(ctx, a.sys.Stderr, a.sys.Stdin)
	default:
		return &refusal{msg: "there is no terminal to ask at: nothing was written", hint: "--yes goes on without asking"}
	}
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// stream applies the records, from the beginning or from where an earlier start stopped.
func (a *applyRun) stream(ctx context.Context, p *prospect) error {
	if err := a.set.unchanged(); err != nil {
		return err
	}
	a.limitMemory(sendMemory)
	in, err := a.set.open()
	if err != nil {
		return err
	}
	defer in.Close()
	if p.survey == nil {
		if err := in.Resume(sources.Mark(p.state.Position)); err != nil {
			return err
		}
	}
	reports, err := report.Open(report.Config{
		Dir: p.dir.path, Header: in.Header(), Raw: p.survey != nil && p.survey.undecodable, Recorded: p.state.Files,
		DeleteMarker: a.set.decoding.DeleteMarker, Deliveries: a.opts.asUser,
	})
	if err != nil {
		return err
	}
	if err := p.dir.markPlans(a.set.paths); err != nil {
		a.log.Warn("the plan is not marked as applied: a new plan of the same name would replace it", "error", err)
	}
	state, err := a.carry(ctx, in, reports, p)
	_ = reports.Close() // all that counts is durable already
	if state.SavedAt.IsZero() {
		p.dir.refused = true
		return notBegun(err)
	}
	if stop, ok := errors.AsType[*pipeline.StopError](err); ok && stop.Reason == pipeline.NotKept {
		p.dir.unsaved = &checkpoint.End{Reason: stop.Error(), Hint: stop.Hint()}
	}
	if kept := report.WriteSummary(p.dir.path, report.Summarize(byFlags(state))); kept != nil && err == nil {
		a.log.Warn("no summary", "error", kept) // the run is as it is; checkpoint.json has the same numbers
	}
	if err != nil {
		printStop(a.sys.Stdout, p.dir, state, a.set.noun)
		return err
	}
	printResult(a.sys.Stdout, p.dir, state, a.set.noun, a.onlyFailed(p.dir))
	if state.Counts.Failed > 0 {
		return errFailures
	}
	return nil
}

// notBegun turns the stop of a run that was not even recorded into a refusal.
func notBegun(err error) error {
	stop, ok := errors.AsType[*pipeline.StopError](err)
	switch {
	case !ok, stop.Reason == pipeline.OutOfTime:
		return err
	case stop.Reason == pipeline.Interrupted:
		return errNotStarted
	default:
		return &refusal{msg: stop.Error() + ": nothing was written", hint: stop.Hint()}
	}
}

func (a *applyRun) checker(pool *cognito.Pool) checker {
	return checker{pool: pool, noRead: a.opts.noRead, rate: a.opts.rate, limit: a.opts.limit}
}

// userKey names the user of a record for ordering: a pool that ignores case takes Ann and ann for one.
func userKey(pool *cognito.Pool) func(*sources.Change) string {
	if pool.CaseSensitive {
		return func(c *sources.Change) string { return c.Username }
	}
	return func(c *sources.Change) string { return strings.ToLower(c.Username) }
}

// carry runs the pipeline, with progress and signals attached to it.
func (a *applyRun) carry(ctx context.Context, in *input, reports *report.Files, p *prospect) (checkpoint.State, error) {
	look, err := a.preparer(ctx, p, reports)
	if err != nil {
		return checkpoint.State{}, notStarted(ctx, err)
	}
	runner, err := pipeline.New(pipeline.Config{
		Source: in, Updater: a.updater(p, reports), Preparer: look,
		Probe:   p.service.probe,
		Check:   a.checker(p.pool).record,
		Key:     userKey(p.pool),
		Results: reports, Store: checkpoint.NewFile(p.dir.path), Resume: p.state,
		Rate: a.opts.rate, ReadRate: a.opts.reads(), Workers: a.opts.workers, MaxAttempts: a.opts.maxAttempts,
		Budget: a.opts.budget, Limit: a.opts.limit,
		MaxDuration: a.opts.maxDuration, DrainTimeout: a.opts.drainTimeout, Log: a.log,
	})
	if err != nil {
		return checkpoint.State{}, err
	}
	a.signals.stopGently(func() {
		runner.Stop(pipeline.Interrupted)
		if a.opts.output.kind(a.sys.Stderr) == "bar" {
			fmt.Fprintln(a.notes) // the bar stays above
		}
		line := printer(a.notes, columns(a.notes))
		line("stopping", "calls under way may take %s; Ctrl-C again cancels them", span(a.opts.drainTimeout))
	})
	end := watchProgress(runGauge(runner), a.opts.output, a.sys.Stderr, a.log)
	defer end()
	return runner.Run(ctx)
}

func (a *applyRun) updater(p *prospect, reports *report.Files) pipeline.Updater {
	if a.opts.asUser {
		return newBearerUpdater(p.service.client, a.opts.metadata, reports)
	}
	return p.service.client.AdminUpdater(cognito.AdminUpdaterConfig{
		PoolID: p.service.poolID, Metadata: a.opts.metadata, VerifyBeforeUpdate: p.pool.VerifyBeforeUpdate,
	})
}

// preparer reads users before they are changed, unless that is not wanted.
func (a *applyRun) preparer(ctx context.Context, p *prospect, reports *report.Files) (_ pipeline.Preparer, err error) {
	if a.opts.noRead {
		return nil, nil
	}
	look := &preparer{
		users:   adminReader{p.service.client, p.service.poolID},
		options: audit.Options{KeepVerified: a.opts.keep, Partial: a.opts.asUser}, reports: reports,
	}
	if a.opts.asUser {
		look.users = bearerReader{p.service.client}
	}
	if p.survey == nil {
		look.history, err = readHistory(ctx, p.dir.path)
	}
	return look, err
}
