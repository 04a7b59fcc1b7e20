package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"

	"github.com/spf13/cobra"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
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
			defer signals.cancel()
			text, err := within(ctx, statusPatience, args[0], func() (string, error) { return statusText(args[0], asJSON) })
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
	s, err := readStatus(path)
	if e, ok := errors.AsType[*noRunError](err); ok {
		return "", notARun(e)
	}
	if err != nil {
		return "", err
	}
	var text strings.Builder
	if asJSON {
		err = s.printJSON(&text)
	} else {
		s.print(&text)
	}
	return text.String(), err
}

// notARun says how a plan is carried out, where there is one instead of a run.
func notARun(e *noRunError) error {
	if e.plan {
		return &refusal.UsageError{Err: e, Remedy: applyPlan(e.dir)}
	}
	return &refusal.UsageError{Err: e, Remedy: e.Hint()}
}

func (s *runStatus) print(w io.Writer) {
	line := func(head, format string, args ...any) {
		fmt.Fprintf(w, "%-8s %s\n", head, prose.Printable(fmt.Sprintf(format, args...)))
	}
	c := s.state.Counts
	remaining := s.state.Total - c.Done()
	line("run", "%s: %s", s.dir.path, s.phase())
	line("input", "%s", strings.Join(s.state.Inputs, ", "))
	line("pool", "%s, %s", s.state.Fingerprint[byPool], s.state.Fingerprint[byEndpoint])
	line("rows", "%s of %s finished, %s remain", prose.Count(c.Done()), prose.Count(s.state.Total), prose.Count(remaining))
	line("", "%s", outcomes(s.state))
	if n := int64(len(s.state.Parked)); n > 0 {
		line("parked", "%s, whose attempts were used up: the next start takes %s last", prose.Plural(n, "row"), them(n))
	}
	line("calls", "%s of updates, %s of users read, %s of all throttled", prose.Count(c.Attempts), prose.Count(c.Reads), prose.Count(c.Throttled))
	line("saved", "%s, after %s of work", s.state.SavedAt.Local().Format(time.DateTime), prose.Span(s.state.Elapsed))
	phase := s.phase()
	if phase != string(checkpoint.Finished) {
		line("rate", "%s: %s", rateText(s.state.Rate.PerSecond), s.state.Rate.Reason)
	}
	switch phase {
	case "running":
		line("by", "process %d on %s", s.holder.PID, s.holder.Host)
	case "finished":
	default:
		if s.state.Reason != "" {
			line("why", "%s", s.state.Reason)
		}
		if s.state.Hint != "" {
			line("", "hint: %s", s.state.Hint)
		}
		line("next", "the same command again continues at %s", s.position())
	}
	if s.state.LastError != "" {
		line("error", "%s (the last of any attempt)", s.state.LastError)
	}
	if undo := s.dir.file(report.UndoJSONL); disk.Exists(undo) {
		line("undo", "%s: apply it to go back", undo)
	}
	if c.Failed > 0 {
		line("failed", "%s: %s says why", prose.Plural(c.Failed, "row"), s.dir.errorsFile())
	}
}

func them(n int64) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// position names the line at which reading goes on.
func (s *runStatus) position() string {
	p := s.state.Position
	name := "the beginning"
	if p.Line > 0 && p.Input < len(s.state.Inputs) {
		name = fmt.Sprintf("%s:%d", s.state.Inputs[p.Input], p.Line)
	}
	return name
}

func (s *runStatus) printJSON(w io.Writer) error {
	out := struct {
		report.Summary
		State     string           `json:"state"` // also "killed"
		Inputs    []string         `json:"inputs"`
		Pool      string           `json:"pool"`
		Endpoint  string           `json:"endpoint"`
		Position  sources.Position `json:"position"`
		Parked    int              `json:"parked"`
		Rate      checkpoint.Rate  `json:"rate"`
		Hint      string           `json:"hint,omitempty"`
		LastError string           `json:"last_error,omitempty"`
		SavedAt   time.Time        `json:"saved_at"`
		HeldBy    *checkpoint.Info `json:"held_by,omitempty"`
	}{
		Summary: report.Summarize(s.state), State: s.phase(), Inputs: s.state.Inputs,
		Pool: s.state.Fingerprint[byPool], Endpoint: s.state.Fingerprint[byEndpoint],
		Position: s.state.Position, Parked: len(s.state.Parked), Rate: s.state.Rate, Hint: s.state.Hint, LastError: s.state.LastError, SavedAt: s.state.SavedAt.UTC(),
	}
	if s.held {
		out.HeldBy = &s.holder
	}
	return prose.PrintJSON(w, out)
}
