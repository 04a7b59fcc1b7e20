package cli

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"attrmigrate/internal/console"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

func newStatus(sys System) *cobra.Command {
	var asJSON, watch bool
	var targets string
	var store storeOptions
	cmd := &cobra.Command{
		Use:   "status RUN_DIR | --targets FILE",
		Short: "Where a run stands, or those of many pools",
		Long: `status says where a run stands, also while it goes on: it reads the run
directory and changes nothing. Where a process is at work it is asked first, by the
socket in that directory. A run in S3 (s3://BUCKET/PREFIX) is seen as its process
published it last, every five seconds; where none is at work any more, as its log is.

--watch shows it until the run has ended: on a terminal a screen, drawn anew every
second, else a line every ten seconds and one for each event. It ends as the run did
(0, 3, 4), at once where no process is at work; q and Ctrl-C (130) leave the run
alone.

--targets shows the runs of all rows of a file of targets in one table.

` + exitCodes,
		Example: `  attrmigrate status loyalty.run
  attrmigrate status --watch loyalty.run
  attrmigrate status --json loyalty.run
  attrmigrate status s3://example-runs/loyalty
  attrmigrate status --targets targets.csv`,
		Args:              oneOrMany(&targets),
		ValidArgsFunction: inTurn(completeDirectories),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			if watch && asJSON {
				return &refusal.UsageError{Err: errors.New("--watch is for people, and --json for programs"), Remedy: "leave one of them out"}
			}
			if targets != "" && watch {
				return &refusal.UsageError{Err: errors.New("--watch is for one run, and --targets for many"), Remedy: "leave one of them out"}
			}
			if targets != "" {
				return showRuns(ctx, sys, targets, store, asJSON)
			}
			run, err := lookFrom(ctx, sys, args[0], store)
			if err != nil {
				return err
			}
			defer run.close()
			if watch {
				return watchStatus(ctx, sys, run)
			}
			return showStatus(ctx, cmd.OutOrStdout(), run, asJSON)
		},
	}
	registerTargets(cmd.Flags(), &targets)
	store.registerLooking(cmd.Flags())
	cmd.Flags().BoolVar(&watch, "watch", false, "show it until the run has ended, and end as it did; q leaves")
	cmd.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return cmd
}

// showStatus prints where a run stands.
func showStatus(ctx context.Context, out io.Writer, run *outside, asJSON bool) error {
	l := &lookout{outside: run}
	v, err := within(ctx, run, rundir.StatusPatience, func() (console.View, error) { return l.look(ctx) })
	if e, ok := errors.AsType[*rundir.NoRunError](err); ok {
		return notARun(e)
	}
	if err != nil {
		return orInterrupted(ctx, err, "where the run stands was not found out")
	}
	switch {
	case asJSON && v.Work != nil:
		return prose.PrintJSON(out, v.Work)
	case asJSON:
		return console.StatusJSON(out, v.Standing)
	}
	console.ShowStatus(out, console.Columns(out), v)
	return nil
}

// notARun says how a plan is carried out, where there is one instead of a run.
func notARun(e *rundir.NoRunError) error {
	if e.Plan {
		return &refusal.UsageError{Err: e, Remedy: applyPlan(e.Dir)}
	}
	return &refusal.UsageError{Err: e, Remedy: e.Hint()}
}
