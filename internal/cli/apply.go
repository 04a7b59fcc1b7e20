package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

func newApply(sys System) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "apply --user-pool-id ID CHANGES...",
		Short: "Write the changes; the same command again continues",
		Long: `apply checks the change set against the pool's schema, shows what will happen,
asks, and then updates one user after the other at a rate that leaves room for
live traffic. It keeps a run directory: errors.csv lists the records that failed
and can be mended and applied as it is, applied.csv lists the others. Interrupted,
the same command continues where it stopped.

` + exitCodes,
		Example: `  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E loyalty.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E --limit 50 loyalty.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E --yes loyalty.run/errors.csv
  attrmigrate apply --sandbox --rate off loyalty.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			o.decoding.UserPoolID = o.connection.poolID
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.cancel()
			a := &applyRun{opts: o, paths: args, sys: sys, signals: signals, notes: sys.Stderr}
			if o.output.progress == "none" {
				a.notes = io.Discard
			}
			a.log = newLog(sys.Stderr, o.output)
			return a.run(ctx)
		},
	}
	cmd.Flags().SortFlags = false
	o.register(cmd.Flags())
	return cmd
}

// applyRun is one start of apply.
type applyRun struct {
	opts    applyOptions
	paths   []string
	sys     System
	signals *interrupts
	notes   io.Writer // what people read on the way; the result goes to standard output
	log     *slog.Logger
}

// run takes the steps of apply in order. Nothing binds before the first update is about to be sent.
func (a *applyRun) run(ctx context.Context) (err error) {
	files, err := sources.Open(a.paths, a.opts.decoding)
	if err != nil {
		return err
	}
	defer files.Close()
	service, err := connect(ctx, a.opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.close()) }()
	dir, err := openRunDir(a.runDirPath())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.close()) }()
	if err := dir.holdsInput(a.paths); err != nil {
		return err
	}

	earlier, err := a.earlierRun(ctx, dir, service)
	switch {
	case err != nil:
		return notStarted(ctx, err)
	case earlier != nil && earlier.Phase == checkpoint.Finished:
		return a.alreadyDone(dir, *earlier)
	}
	p, err := a.prepare(ctx, files, dir, service, earlier)
	if err != nil {
		return notStarted(ctx, err)
	}
	if err := a.confirm(ctx, p); err != nil {
		return err
	}
	return a.stream(ctx, dir, p)
}

// notStarted replaces the error of a step that was interrupted.
func notStarted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errNotStarted
	}
	return err
}

func (a *applyRun) runDirPath() string {
	switch {
	case a.opts.runDir != "":
		return a.opts.runDir
	case a.opts.connection.sandbox:
		return runDirName(a.paths, ".sandbox.run")
	default:
		return runDirName(a.paths, ".run")
	}
}

// earlierRun returns the run that the directory holds, if it is this one: to be continued, or
// finished. One that is another and finished is set aside, and so is any with --restart.
func (a *applyRun) earlierRun(ctx context.Context, dir *runDir, s *service) (*checkpoint.State, error) {
	state, found, err := dir.load()
	if a.opts.restart && (found || err != nil) {
		return nil, a.setAside(dir)
	}
	if err != nil || !found {
		return nil, err
	}
	var digests []string
	for _, path := range a.paths {
		digest, err := sources.Digest(ctx, path)
		if err != nil {
			return nil, err
		}
		digests = append(digests, digest)
	}
	differences := state.Identity.Diff(identify(a.opts, s, digests))
	switch {
	case len(differences) == 0:
		return &state, nil
	case state.Phase == checkpoint.Finished:
		return nil, a.setAside(dir)
	default:
		return nil, &refusal{
			msg:  fmt.Sprintf("%s holds an unfinished run that is another one: %s", dir.path, describe(differences)),
			hint: "--restart starts over and keeps the old directory; --run-dir names another one",
		}
	}
}

func (a *applyRun) setAside(dir *runDir) error {
	kept, err := dir.setAside(a.paths)
	if err == nil {
		fmt.Fprintf(a.notes, "%-8s the run of before is in %s\n", "kept", kept)
	}
	return err
}

// alreadyDone says so and ends as the run did.
func (a *applyRun) alreadyDone(dir *runDir, s checkpoint.State) error {
	fmt.Fprintf(a.sys.Stdout, "%-8s already, on %s: nothing was sent (--restart applies it again)\n", "done",
		s.SavedAt.Local().Format("2006-01-02 15:04:05"))
	printResult(a.sys.Stdout, dir, s)
	if s.Counts.Failed > 0 {
		return errFailures
	}
	return nil
}

// prepare finds out what the start would do: it describes the pool and, unless a run goes on, passes
// over the whole input once.
func (a *applyRun) prepare(ctx context.Context, files *sources.Files, dir *runDir, s *service, earlier *checkpoint.State) (*prospect, error) {
	if a.opts.connection.sandbox {
		if err := s.rehearse(ctx, a.opts, dir.file(sandboxJournal), a.paths, earlier == nil); err != nil {
			return nil, err
		}
	}
	pool, err := s.describe(ctx, a.opts.maxAttempts)
	if err != nil {
		return nil, err
	}
	p := &prospect{opts: a.opts, paths: a.paths, dir: dir, service: s, pool: pool}
	if earlier != nil {
		p.state = *earlier
		return p, nil
	}
	p.survey, err = surveyInput(ctx, files, pool, dir.path)
	if err != nil {
		return nil, err
	}
	p.state = checkpoint.State{
		Identity: identify(a.opts, s, p.survey.digests), Inputs: a.paths,
		Total: p.survey.rows, Foreseen: p.survey.bad,
	}
	return p, nil
}

// confirm shows what will happen and asks. Without a terminal there is nobody to ask.
func (a *applyRun) confirm(ctx context.Context, p *prospect) error {
	p.show(a.notes)
	if s := p.survey; s != nil && a.opts.budget.Exceeded(s.bad, s.rows) {
		return &refusal{
			msg:  fmt.Sprintf("%s of %s can't be applied, --max-failures allows %s: nothing was written", count(s.bad), plural(s.rows, "row"), a.opts.budget),
			hint: fmt.Sprintf("%s lists them; mend them, or raise --max-failures", p.dir.errorsFile()),
		}
	}
	if a.opts.yes {
		return nil
	}
	if f, ok := a.sys.Stdin.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return &refusal{msg: "there is no terminal to ask at: nothing was written", hint: "--yes goes on without asking"}
	}
	return ask(ctx, a.sys.Stderr, a.sys.Stdin)
}

// stream applies the records, from the beginning or from where an earlier start stopped.
func (a *applyRun) stream(ctx context.Context, dir *runDir, p *prospect) (err error) {
	files, err := sources.Open(a.paths, a.opts.decoding)
	if err != nil {
		return err
	}
	defer files.Close()
	if p.survey == nil {
		if err := files.Resume(sources.Mark(p.state.Position)); err != nil {
			return err
		}
	}
	reports, err := report.Open(report.Config{
		Dir: dir.path, Header: files.Header(), Raw: p.survey != nil && p.survey.undecodable, Lengths: p.state.Files,
	})
	if err != nil {
		return err
	}
	state, err := a.carry(ctx, files, reports, dir, p)
	if closed := reports.Close(); err == nil {
		err = closed
	}
	if state.SavedAt.IsZero() {
		return err
	}
	if err := errors.Join(err, report.WriteSummary(dir.path, report.Summarize(state))); err != nil {
		printStop(a.sys.Stdout, dir, state)
		return err
	}
	printResult(a.sys.Stdout, dir, state)
	if state.Counts.Failed > 0 {
		return errFailures
	}
	return nil
}

// carry runs the pipeline, with progress and signals attached to it.
func (a *applyRun) carry(ctx context.Context, files *sources.Files, reports *report.Files, dir *runDir, p *prospect) (checkpoint.State, error) {
	schema := p.pool.Schema
	key := func(c *sources.Change) string { return c.Username }
	if !p.pool.CaseSensitive {
		key = func(c *sources.Change) string { return strings.ToLower(c.Username) }
	}
	runner, err := pipeline.New(pipeline.Config{
		Source: files, Updater: p.service.updater(a.opts.metadata),
		Check:   func(c *sources.Change) error { return check(c, schema) },
		Key:     key,
		Results: reports, Store: checkpoint.NewFile(dir.path), Resume: p.state,
		Rate: a.opts.rate, Workers: a.opts.workers, MaxAttempts: a.opts.maxAttempts,
		Budget: a.opts.budget, Limit: a.opts.limit,
		MaxDuration: a.opts.maxDuration, DrainTimeout: a.opts.drainTimeout, Log: a.log,
	})
	if err != nil {
		return checkpoint.State{}, err
	}
	a.signals.stopGently(func() {
		runner.Stop(pipeline.Interrupted)
		fmt.Fprintf(a.notes, "\n%-8s calls under way may take %s; Ctrl-C again cancels them\n", "stopping", span(a.opts.drainTimeout))
	})
	end := watchProgress(runner, a.opts.output, a.sys.Stderr, a.log)
	defer end()
	return runner.Run(ctx)
}
