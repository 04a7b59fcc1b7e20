package console

import (
	"fmt"
	"io"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// ShowStatus writes where a run stands.
func ShowStatus(w io.Writer, s *rundir.Status) {
	line := func(head, format string, args ...any) {
		fmt.Fprintf(w, "%-8s %s\n", head, prose.Printable(fmt.Sprintf(format, args...)))
	}
	c := s.State.Counts
	remaining := s.State.Total - c.Done()
	line("run", "%s: %s", s.Dir.Path, s.Phase())
	line("input", "%s", prose.Some(s.State.Inputs, maxInputs))
	line("pool", "%s, %s", s.State.Fingerprint[rundir.ByPool], s.State.Fingerprint[rundir.ByEndpoint])
	line("rows", "%s of %s finished, %s %s", prose.Count(c.Done()), prose.Count(s.State.Total), prose.Count(remaining),
		prose.Either(remaining, "remains", "remain"))
	line("", "%s", outcomes(s.State))
	if n := int64(len(s.State.Parked)); n > 0 {
		line("parked", "%s, whose attempts were used up: the next start takes %s last", prose.Plural(n, "row"), prose.Either(n, "it", "them"))
	}
	line("calls", "%s of updates, %s of users read, %s of all throttled", prose.Count(c.Attempts), prose.Count(c.Reads), prose.Count(c.Throttled))
	line("saved", "%s, after %s of work", s.State.SavedAt.Local().Format(time.DateTime), prose.Span(s.State.Elapsed))
	phase := s.Phase()
	if phase != string(checkpoint.Finished) {
		line("rate", "%s: %s", rateText(s.State.Rate.PerSecond), s.State.Rate.Reason)
	}
	switch phase {
	case "running":
		line("by", "process %d on %s", s.Holder.PID, s.Holder.Host)
	case "finished":
	default:
		if s.State.Reason != "" {
			line("why", "%s", s.State.Reason)
		}
		if s.State.Hint != "" {
			line("", "hint: %s", s.State.Hint)
		}
		line("next", "the same command again continues at %s", position(s))
	}
	if s.State.LastError != "" {
		line("error", "%s (the last of any attempt)", s.State.LastError)
	}
	if undo := s.Dir.File(report.UndoJSONL); disk.Exists(undo) {
		line("undo", "%s: apply it to go back", undo)
	}
	if c.Failed > 0 {
		line("failed", "%s: %s says why", prose.Plural(c.Failed, "row"), s.Dir.ErrorsFile())
	}
}

// position names the line at which reading goes on.
func position(s *rundir.Status) string {
	p := s.State.Position
	name := "the beginning"
	if p.Line > 0 && p.Input < len(s.State.Inputs) {
		name = fmt.Sprintf("%s:%d", s.State.Inputs[p.Input], p.Line)
	}
	return name
}

// StatusJSON writes the same for programs.
func StatusJSON(w io.Writer, s rundir.Standing) error { return prose.PrintJSON(w, s) }
