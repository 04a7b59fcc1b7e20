package cli

import (
	"fmt"
	"io"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
)

// printResult writes the end of a finished run.
func printResult(w io.Writer, dir *runDir, s checkpoint.State, noun string) {
	fmt.Fprintf(w, "%-8s %s in %s: %s\n", "done", plural(s.Counts.Done(), noun), span(s.Elapsed), outcomes(s))
	if s.Counts.Failed > 0 {
		errorsFile := printable(dir.errorsFile())
		fmt.Fprintf(w, "%-8s %s: %s says why\n", "failed", plural(s.Counts.Failed, noun), errorsFile)
		fmt.Fprintf(w, "%-8s hint: mend them there and apply that file in the same way\n", "")
	}
}

// printStop writes where a run stands that ended early.
func printStop(w io.Writer, dir *runDir, s checkpoint.State, noun string) {
	fmt.Fprintf(w, "%-8s %s of %s finished in %s: %s\n", string(s.Phase), count(s.Counts.Done()),
		plural(s.Total, noun), span(s.Elapsed), outcomes(s))
	fmt.Fprintf(w, "%-8s the same command continues (%s)\n", "", printable(dir.path))
}

// outcomes counts the records by what became of them.
func outcomes(s checkpoint.State) string {
	sum := report.Summarize(s)
	text := fmt.Sprintf("%s updated", count(sum.Updated))
	if sum.Unchanged > 0 {
		text += fmt.Sprintf(", %s unchanged", count(sum.Unchanged))
	}
	if sum.Awaiting > 0 {
		text += fmt.Sprintf(", %s awaiting verification", count(sum.Awaiting))
	}
	text += fmt.Sprintf(", %s failed", count(sum.Failed))
	if s.Elapsed >= time.Second {
		text += fmt.Sprintf(" · %.1f/s", sum.PerSecond)
	}
	return text
}
