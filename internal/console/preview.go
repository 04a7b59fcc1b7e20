package console

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/job"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
)

// So many inputs and attributes are named in a line; of others it tells how many there are.
const (
	maxInputs     = 5
	maxAttributes = 12
)

// watch is the heading of a warning.
const watch = "watch"

// ShowPreview writes what a start is about to do, a line a fact.
func ShowPreview(w io.Writer, p job.Preview) { showPreview(Printer(w, Columns(w)), p) }

// ShowWatch writes of a preview only what to watch.
func ShowWatch(w io.Writer, p job.Preview) { showPreview(watching(Printer(w, Columns(w))), p) }

// watching passes on the lines that warn, each with those that belong to it.
func watching(line func(head, format string, args ...any)) func(head, format string, args ...any) {
	warns := false
	return func(head, format string, args ...any) {
		if head != "" {
			warns = head == watch
		}
		if warns {
			line(head, format, args...)
		}
	}
}

func showPreview(line func(head, format string, args ...any), p job.Preview) {
	showInput(line, p)
	if p.Asked.Hold {
		line("hold", "stopped by %s, on %s: who goes on lifts it", p.Asked.HoldOrder, dateTime(since(p.Asked.HoldOrder)))
	}
	ShowPlace(line, p.Place)
	showAltered(line, p.Altered)
	if plan := p.Elsewhere; plan != nil {
		at := "at " + plan.Endpoint
		if plan.Endpoint == target.SandboxEndpoint {
			at = "in a sandbox"
		}
		line(watch, "the plan was made of the pool %s %s, and not of this one", plan.Pool.ID, at)
	}
	if p.Preflight != nil && p.Preflight.Rows > 0 {
		if text := changes(p.Preflight, p.Noun); text != "" {
			line("change", "%s", text)
		}
	}
	line("costs", "%s", costText(p.Cost, "counted"))
	if p.Preflight != nil && !p.AsUser && p.Cost.Reads-p.Cost.Looks > p.Preflight.Conditional {
		line("", "(plan first reads them for free and leaves out those that are already right)")
	}
	ShowWarnings(line, p.Warnings)
	if p.Undo == "" {
		line("undo", "none: users are not read before they are changed (--no-read)")
	} else {
		line("undo", "%s", p.Undo)
	}
}

// showAltered warns of inputs that are not as their run, or their plan, has left them.
func showAltered(line func(head, format string, args ...any), paths []string) {
	for _, path := range paths {
		left, missing := "its run left it", "goes back"
		if filepath.Base(disk.Unpinned(path)) == report.PlanJSONL {
			left, missing = "it was planned", "is done"
		}
		line(watch, "%s is not as %s: nothing %s that was taken out of it", path, left, missing)
	}
}

// ShowKept writes where the run that was in the directory is now: elsewhere, or back.
func ShowKept(w io.Writer, dir string, back bool) {
	in := "in"
	if back {
		in = "back in"
	}
	fmt.Fprintf(w, "%-8s the run of before is %s %s\n", "kept", in, dir)
}

// ShowEmptyPlan writes that nothing is to be done, and what its summary says of those whom the plan left out. Without a
// summary nobody knows why it is empty.
func ShowEmptyPlan(w io.Writer, path string, plan *rundir.PlanFacts) {
	line := Printer(w, Columns(w))
	switch path = prose.Printable(path); {
	case plan == nil:
		line("done", "%s: the plan is empty, nothing was sent", path)
	case plan.LeftOut == rundir.LeftOut{}:
		line("done", "%s: the plan found nothing to change", path)
	default:
		line("done", "%s: the plan is empty: %s (%s beside it says why), nothing else to change", path, plan.LeftOut, report.AuditCSV)
	}
}

// ShowLooking writes what is looked for before anything is shown, which can take a while.
func ShowLooking(w io.Writer, addresses int64) {
	fmt.Fprintf(w, "%-8s who signs in by %s now (ListUsers, free of charge)\n", "looking", prose.Plural(addresses, "claimed address"))
}

// Printer writes lines of a heading and a text, in so many columns; 0 is no limit.
func Printer(w io.Writer, width int) func(head, format string, args ...any) {
	return func(head, format string, args ...any) {
		text := prose.Printable(fmt.Sprintf(format, args...))
		fmt.Fprintln(w, prose.Wrap(fmt.Sprintf("%-8s %s", head, text), width))
	}
}

// ShowPlace writes which pool is meant, and where calls to it go.
func ShowPlace(line func(head, format string, args ...any), p job.Place) {
	if p.Known {
		line("pool", "%s (%s), %s, about %s", p.Name, p.ID, p, prose.Plural(p.Users, "user"))
	} else {
		line("pool", "%s, as the access tokens say; its own rules are not known, only those of every pool are checked", p.ID)
		line("", "hint: --user-pool-id %s, with AWS credentials, checks them", p.ID)
	}
	if p.Endpoint != "" {
		line("endpoint", "%s", p.Endpoint)
	}
	if p.InTheClear {
		line(watch, "access tokens go to this endpoint unencrypted (http)")
	}
}

// showInput writes what is to be applied, and what of it cannot be.
func showInput(line func(head, format string, args ...any), p job.Preview) {
	name := prose.Some(p.Inputs, maxInputs) + inBrackets(p.Dialect)
	if r := p.Resumed; r != nil {
		done := r.Counts.Done()
		rest, are := r.Total-done, "are"
		if done == 1 || r.Total == 1 {
			are = "is"
		}
		line("resumed", "%s: %s of %s %s finished, %s %s (%s)", name, prose.Count(done), prose.Plural(r.Total, p.Noun),
			are, prose.Count(rest), prose.Either(rest, "remains", "remain"), p.Dir)
		return
	}
	s := p.Preflight
	if s.Bad == 0 {
		line("checked", "%s: %s, %s can be applied", name, prose.Plural(s.Rows, p.Noun), prose.Either(s.Rows, "it", "all"))
		return
	}
	line("checked", "%s: %s, %s can't be applied (%s), %s can", name, prose.Plural(s.Rows, p.Noun),
		prose.Count(s.Bad), p.Errors, prose.Count(s.Rows-s.Bad))
	showRefused(line, s.Bad, s.Examples, s.Remedies)
}

// showRefused writes the first of the records that cannot be applied, and how such are mended.
func showRefused(line func(head, format string, args ...any), all int64, examples, remedies []string) {
	for _, e := range examples {
		line("", "%s", e)
	}
	if more := all - int64(len(examples)); more > 0 {
		line("", "and %s more", prose.Count(more))
	}
	for _, remedy := range remedies {
		line("", "hint: %s", remedy)
	}
}

// inBrackets is what is said of a name, behind it; nothing of nothing.
func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// changes lists the attributes and how many records touch each: custom:tier in 48,211 rows · locale in 9,870. It is empty where
// no record can be applied.
func changes(s *audit.Preflight, noun string) string {
	var parts []string
	list := s.Attributes()
	for i, a := range list[:min(len(list), maxAttributes)] {
		records := prose.Count(a.Records)
		if i == 0 {
			records = prose.Plural(a.Records, noun)
		}
		parts = append(parts, fmt.Sprintf("%s in %s", prose.Printable(a.Name), records))
	}
	if more := len(list) - maxAttributes; more > 0 {
		parts = append(parts, prose.Plural(more, "other attribute"))
	}
	switch {
	case s.Deletions > 0:
		parts = append(parts, prose.Plural(s.Deletions, "value")+" deleted")
	case len(list) > 0:
		parts = append(parts, "nothing is deleted")
	}
	return strings.Join(append(parts, mended(s.Trimmed, s.Emptied)...), " · ")
}

// mended tells how many values are not as they stand in the change set, where that was asked for.
func mended(trimmed, emptied int64) []string {
	var parts []string
	if trimmed > 0 {
		parts = append(parts, prose.Plural(trimmed, "value")+" trimmed")
	}
	if emptied > 0 {
		parts = append(parts, prose.Plural(emptied, "value")+" taken for empty")
	}
	return parts
}

// ShowWarnings writes what they mean and what to do. A remedy that several have stands behind the last.
func ShowWarnings(line func(head, format string, args ...any), list []audit.Warning) {
	for i, w := range list {
		again := slices.ContainsFunc(list[i+1:], func(later audit.Warning) bool { return later.Remedy == w.Remedy })
		printWarning(line, w, w.Located, !again)
	}
}
