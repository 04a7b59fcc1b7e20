package console

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/job"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
)

// PlanText is the result of a plan for people, as wide as a terminal has columns; 0 is no terminal.
func PlanText(r *job.PlanResult, width int) string {
	var w strings.Builder
	planScreen{r}.print(&w, width)
	return w.String()
}

// planScreen writes it.
type planScreen struct{ *job.PlanResult }

func (r planScreen) print(w io.Writer, width int) {
	line := Printer(w, width)
	fmt.Fprint(w, "this was a dry run: nothing was written\n\n")
	head := "rule"
	if r.Match != "" {
		line(head, "match %s", prose.Printable(r.Match))
		head = ""
	}
	for text := range strings.Lines(r.Rule) {
		line(head, "%s", strings.TrimRight(text, "\n"))
		head = ""
	}
	for _, note := range r.RuleNotes {
		line("note", "%s", prose.Printable(note))
	}
	line("read", "%s", r.reading())
	line("found", "%s", verdicts(r.Verdicts))
	if parts := mended(r.Trimmed, r.Emptied); len(parts) > 0 {
		line("", "%s", strings.Join(parts, " · "))
	}
	if r.Repeated == 1 {
		line("", "1 user is named more than once: the net change stands")
	} else if r.Repeated > 1 {
		line("", "%s are named more than once: the net change stands", prose.Plural(r.Repeated, "user"))
	}
	r.printFailing(line)
	if r.Skipped > 0 {
		line("skipped", "%s, for a live value is not as %s; %s says which", prose.Plural(r.Skipped, "record"), prose.Either(r.Skipped, "it expects", "they expect"), r.Audit)
	}
	printAttributes(w, r.Attributes, width)
	showAltered(line, r.Altered)
	for _, w := range r.Warnings {
		printWarning(line, w, true, true)
	}
	for _, n := range r.Notes {
		line("note", "%s", n)
	}
	line("costs", "%s", costText(r.Estimates, "newly counted"))
	if more := r.more(); more != "" {
		line("", "%s", more)
	}
	if r.Replaced != "" {
		line("replaced", "%s, which was in the same directory", r.Replaced)
	}
	if r.Audit != "" {
		line("audit", "%s: a row for each attribute", r.Audit)
	}
	switch {
	case r.Records == 0 && r.Rule == "":
	case r.Withheld:
	case r.Read == audit.None:
		line("plan", "none: the users were not read")
	case r.Estimates.Updates == 0:
		line("plan", "%s: empty%s", r.Plan, r.nothing())
	case r.Takeovers > 0:
		line("plan", "%s: %s; apply --allow-takeover does exactly this", r.Plan, prose.Plural(r.Estimates.Updates, "update"))
	default:
		line("plan", "%s: %s; apply does exactly this", r.Plan, prose.Plural(r.Estimates.Updates, "update"))
	}
}

func (r planScreen) reading() string {
	records := prose.Plural(r.Records, "record") + inBrackets(r.Dialect)
	switch {
	case r.Match != "":
		return fmt.Sprintf("%s, for %s of the pool, of whom the rule fits %s (%s: %s)", records, prose.Plural(r.Scanned, "user"), prose.Count(r.Matched), r.Read, r.calls())
	case r.Rule != "":
		return r.fitting()
	}
	if r.Read == audit.None {
		return records + ", held against the schema only: no user was read"
	}
	return fmt.Sprintf("%s, for %s of the pool (%s: %s)", records, prose.Plural(r.Users, "user"), r.Read, r.calls())
}

// nothing says why there is no update: a record that fails or is skipped is no sign that all is right.
func (r planScreen) nothing() string {
	left := rundir.LeftOut{Failing: r.Failing, Skipped: r.Skipped}.String()
	if left == "" {
		return ", for there is nothing to change"
	}
	return fmt.Sprintf(": %s (%s says why), nothing else to change", left, filepath.Base(r.Audit))
}

// calls says what reading took.
func (r planScreen) calls() string {
	return fmt.Sprintf("%s of ListUsers, %s, free of charge", prose.Plural(r.Calls, "call"), prose.Span(inSeconds(r.Elapsed)))
}

// fitting says how many users a rule fits, and of whom.
func (r planScreen) fitting() string {
	of := "of the pool"
	switch {
	case r.Filter != "":
		of = "that the filter finds"
	case r.Group != "":
		of = "of the group " + r.Group
	}
	text := fmt.Sprintf("%s of %s %s %s (%s)", prose.Count(r.Matched), prose.Plural(r.Scanned, "user"), of, prose.Either(r.Matched, "fits", "fit"), r.calls())
	if r.Limit > 0 && r.Estimates.Updates >= r.Limit {
		text += "; then the limit was reached"
	}
	return text
}

// verdicts lists the verdicts that occur: 43,201 change · 4,992 unchanged · 3 invalid.
func verdicts(v audit.Counts) string {
	parts := []string{}
	for _, p := range []struct {
		count int64
		name  audit.Verdict
	}{
		{v.Change, audit.Change}, {v.Delete, audit.Delete}, {v.Unchanged, audit.Unchanged}, {v.Missing, "missing user"},
		{v.Invalid, audit.Invalid}, {v.Conflict, audit.Conflict}, {v.Skipped, audit.Skipped}, {v.Duplicate, audit.Duplicate}, {v.Taken, "taken from others"},
	} {
		if p.count > 0 {
			parts = append(parts, prose.Count(p.count)+" "+string(p.name))
		}
	}
	if len(parts) == 0 {
		return "nothing to change"
	}
	return strings.Join(parts, " · ")
}

func (r planScreen) printFailing(line func(head, format string, args ...any)) {
	if r.Failing == 0 {
		return
	}
	line("failing", "%s, for the reasons in %s", prose.Plural(r.Failing, "record"), r.Audit)
	showRefused(line, r.Failing, r.Examples, r.Remedies)
}

// printAttributes writes a table of the attributes, each with its commonest transitions, as wide as a terminal has columns; 0 is
// no terminal.
func printAttributes(w io.Writer, list []audit.AttributeResult, width int) {
	if len(list) == 0 {
		return
	}
	table := [][]string{{"attribute", "change", "delete", "unchanged", "other"}}
	for _, a := range list {
		other := a.Missing + a.Invalid + a.Conflict + a.Skipped + a.Duplicate
		table = append(table, []string{prose.Printable(a.Name), prose.Count(a.Change), prose.Count(a.Delete), prose.Count(a.Unchanged), prose.Count(other)})
	}
	wide := columnsOf(table, width)
	fmt.Fprintln(w)
	for i, row := range table {
		fmt.Fprint(w, prose.Pad(row[0], wide[0]))
		if prose.Width(row[0]) > wide[0] { // a long name has a line to itself
			fmt.Fprint(w, "\n"+prose.Pad("", wide[0]))
		}
		for j, cell := range row[1:] {
			fmt.Fprintf(w, "  %*s", wide[j+1], cell)
		}
		fmt.Fprintln(w)
		if i > 0 {
			printTransitions(w, wide[0]+10, width, list[i-1])
		}
	}
	fmt.Fprintln(w)
}

// columnsOf is how wide each column of a table is: the first as its cells want, where the terminal is wide enough.
func columnsOf(table [][]string, width int) []int {
	const narrow = 11 // as short as names of attributes often are
	wide := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			wide[i] = max(wide[i], prose.Width(cell))
		}
	}
	others := 0
	for _, n := range wide[1:] {
		others += 2 + n
	}
	if width > 0 && wide[0]+others >= width {
		wide[0] = max(narrow, width-1-others)
	}
	return wide
}

// printTransitions writes them in a column so wide, and how many others there are. On a terminal a transition takes a line at most.
func printTransitions(w io.Writer, column, width int, of audit.AttributeResult) {
	for _, t := range of.Transitions {
		number := prose.Count(t.Count)
		if t.AtLeast {
			number = "at least " + number
		}
		before, after := valueOrNone(t.Before), valueOrNone(t.After)
		if width > 0 {
			before, after = share(before, after, width-1-len("   >   ")-prose.Width(number))
		}
		fmt.Fprintf(w, "  %s  %s\n", prose.Pad(before+" > "+after, column), number)
	}
	if of.More > 0 {
		more := prose.Count(of.More)
		if of.MoreAtLeast {
			more = "at least " + more
		}
		fmt.Fprintf(w, "  and %s more\n", more)
	}
}

// share cuts two texts so that both have place in so many columns, each at least in half of them.
func share(a, b string, columns int) (string, string) {
	columns = max(columns, 10)
	half := columns / 2
	wideA, wideB := prose.Width(a), prose.Width(b)
	switch {
	case wideA+wideB <= columns:
		return a, b
	case wideA <= half:
		return a, prose.Cut(b, columns-wideA)
	case wideB <= half:
		return prose.Cut(a, columns-wideB), b
	default:
		return prose.Cut(a, half), prose.Cut(b, half)
	}
}

// valueOrNone is a value as a person can tell it from others: one with blanks at its ends is quoted.
func valueOrNone(value string) string {
	const none = "(none)"
	switch {
	case value == "":
		return none
	case value == none, strings.TrimSpace(value) != value:
		return `"` + prose.Printable(value) + `"`
	default:
		return prose.Printable(value)
	}
}

// printWarning writes what it means, where it is, and what to do.
func printWarning(line func(head, format string, args ...any), w audit.Warning, where, remedy bool) {
	head := watch
	if w.Note {
		head = "note"
	}
	line(head, "%s", w.Text)
	if where {
		line("", "%s", places(w))
	}
	if remedy && w.Remedy != "" {
		line("", "hint: %s", w.Remedy)
	}
}

// places are where it is: the first few, each with the user who has the address now.
func places(w audit.Warning) string {
	list := slices.Clone(w.Examples)
	for i := range min(len(list), len(w.Holders)) {
		list[i] += " (" + w.Holders[i] + "'s)"
	}
	if w.Count > int64(len(list)) {
		list = append(list, "...")
	}
	return strings.Join(list, ", ")
}

// more tells what applying the change set itself would take beyond the plan; nothing if it is about as much.
func (r planScreen) more() string {
	e := r.Estimates
	if r.Plan == "" || e.ChangeSetReads <= e.Reads+e.Reads/10 {
		return ""
	}
	users, addresses := e.ChangeSetReads-e.ChangeSetClaims, ""
	if e.ChangeSetClaims > 0 {
		addresses = ", and " + prose.Plural(e.ChangeSetClaims, "address") + " looked up"
	}
	if users == 1 {
		return "(the change set itself, applied, has 1 user read, who counts as active" + addresses + ")"
	}
	return fmt.Sprintf("(the change set itself, applied, has %s read one by one, who count as active%s)", prose.Plural(users, "user"), addresses)
}
