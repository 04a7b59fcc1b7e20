package cli

import (
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"attrmigrate/internal/console"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

func newStatus(sys System) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status RUN_DIR",
		Short: "Where a run stands",
		Long: `status says where a run stands, also while it goes on: it reads the run
directory and changes nothing.

` + exitCodes,
		Example: `  attrmigrate status loyalty.run
  attrmigrate status --json loyalty.run`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			text, err := rundir.Within(ctx, rundir.StatusPatience, args[0], func() (string, error) { return statusText(args[0], asJSON) })
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), text)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return cmd
}

// statusText is what status prints of a run directory.
func statusText(path string, asJSON bool) (string, error) {
	s, err := rundir.ReadStatus(path)
	if e, ok := errors.AsType[*rundir.NoRunError](err); ok {
		return "", notARun(e)
	}
	if err != nil {
		return "", err
	}
	s.State = console.ByFlags(s.State)
	var text strings.Builder
	if asJSON {
		asked, err := rundir.LoadAsked(path)
		if err != nil {
			return "", err
		}
		err = console.StatusJSON(&text, s.Standing(asked))
		return text.String(), err
	}
	console.ShowStatus(&text, s)
	return text.String(), err
}

// notARun says how a plan is carried out, where there is one instead of a run.
func notARun(e *rundir.NoRunError) error {
	if e.Plan {
		return &refusal.UsageError{Err: e, Remedy: applyPlan(e.Dir)}
	}
	return &refusal.UsageError{Err: e, Remedy: e.Hint()}
}
