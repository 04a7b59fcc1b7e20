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
	"attrmigrate/internal/shell"
	"attrmigrate/internal/target"
)

// ShowResult writes the end of a finished run; again is the command that applies what failed in it, if
// there is one.
func ShowResult(w io.Writer, dir *rundir.Dir, s checkpoint.State, noun, again string) {
	line := Printer(w, Columns(w))
	line("done", "%s in %s: %s", prose.Plural(s.Counts.Done(), noun), workedFor(s), outcomes(report.Summarize(s)))
	if s.Counts.Failed > 0 {
		them := prose.Either(s.Counts.Failed, "it", "them")
		line("failed", "%s: %s says why", prose.Plural(s.Counts.Failed, noun), dir.ErrorsFile())
		switch {
		case s.Fingerprint[rundir.ByOperation] != target.UpdateAsUser:
			line("", "hint: mend %s there and apply that file in the same way", them)
		case again == "":
			line("", "hint: --only-failed %s applies %s again from the same inputs, which have the access tokens", shell.Quote(dir.Path), them)
		default:
			line("", "hint: to apply %s again from the same inputs, which have the access tokens: %s", them, again)
		}
	}
	if codes := dir.File(report.DeliveriesCSV); s.Counts.Awaiting > 0 && disk.Exists(codes) {
		line("codes", "%s lists to whom Cognito sent one", codes)
	}
	if undo := dir.File(report.UndoJSONL); disk.Exists(undo) {
		how := "apply it to go back"
		if s.Fingerprint[rundir.ByOperation] == target.UpdateAsUser {
			how += ", with AWS credentials"
		}
		line("undo", "%s: %s", undo, how)
	}
	pictures(line, dir)
}

// pictures names the report for a browser, if it could be written. A browser opens none that is kept elsewhere.
func pictures(line func(head, format string, args ...any), dir *rundir.Dir) {
	path := dir.File(report.HTML)
	switch {
	case dir.Unreported, !disk.Exists(path):
	case dir.Private:
		line("report", "%s; for a browser: attrmigrate report %s -o %s", path, dir.Called(), report.HTML)
	default:
		line("report", "%s: open it in a browser", path)
	}
}

// ShowStop writes where a run stands that ended early; held says that no start goes on with it unasked.
func ShowStop(w io.Writer, dir *rundir.Dir, s checkpoint.State, noun string, held bool) {
	line := Printer(w, Columns(w))
	line(string(s.Phase), "%s of %s finished in %s: %s", prose.Count(s.Counts.Done()), prose.Plural(s.Total, noun), workedFor(s), outcomes(report.Summarize(s)))
	line("", "%s continues (%s)", sameCommand(held), dir.Path)
	pictures(line, dir)
}

// sameCommand is the one that continues a run.
func sameCommand(held bool) string {
	if held {
		return "the same command with --unhold"
	}
	return "the same command"
}

// workedFor is how long a run was at work, and how long it was paused beside that.
func workedFor(s checkpoint.State) string {
	text := prose.Span(s.Elapsed)
	if s.Paused >= time.Second {
		text += " and " + prose.Span(s.Paused) + " of pauses"
	}
	return text
}

// outcomes counts the records by what became of them.
func outcomes(sum report.Summary) string {
	text := fmt.Sprintf("%s updated", prose.Count(sum.Updated))
	if sum.Unchanged > 0 {
		text += fmt.Sprintf(", %s unchanged", prose.Count(sum.Unchanged))
	}
	if sum.Awaiting > 0 {
		text += fmt.Sprintf(", %s awaiting verification", prose.Count(sum.Awaiting))
	}
	if sum.Skipped > 0 {
		text += fmt.Sprintf(", %s skipped", prose.Count(sum.Skipped))
	}
	text += fmt.Sprintf(", %s failed", prose.Count(sum.Failed))
	if sum.Elapsed >= 1 {
		text += fmt.Sprintf(" · %.1f/s", sum.PerSecond)
	}
	return text
}
