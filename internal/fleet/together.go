package fleet

import (
	"strings"

	"attrmigrate/internal/refusal"
)

// made are the directories that commands make of a row, by their endings: the run's, and those beside it.
var made = []struct{ ending, called string }{
	{RunEnding, "run"}, {PlanEnding, "plan"}, {SandboxEnding + RunEnding, "rehearsal"}, {SandboxEnding + PlanEnding, "plan of a rehearsal"},
}

// owner is what a directory is for, and the line of its row.
type owner struct {
	line   int
	called string
}

// together checks the rows against each other, and against what a command needs.
func (r *reader) together(checks Checks) {
	names, dirs := map[string]int{}, map[string]owner{}
	for _, row := range r.file.Rows {
		name := strings.ToLower(row.Name)
		if before, twice := names[name]; twice && name != "" {
			r.problem(row.Line, colName, "every row needs a name of its own, also where capitals do not count", "%s stands in line %d already", row.Name, before)
		} else if name != "" {
			r.apart(row, dirs)
		}
		names[name] = row.Line
		for _, kind := range made {
			dirs[place(row.Dir(kind.ending))] = owner{row.Line, kind.called}
		}
		r.input(row, checks)
	}
	for _, row := range r.file.Rows {
		if outer, line := within(place(row.RunDir), dirs); line > 0 {
			r.problem(row.Line, colRunDir, "a run directory holds nothing but its run", "%s lies in %s, that of line %d", row.RunDir, outer, line)
		}
	}
}

// apart checks that no directory of a row is one of an earlier row.
func (r *reader) apart(row Row, dirs map[string]owner) {
	const beside = "a plan goes beside the run directory, and so does a rehearsal, under its name without .run: name another one"
	for _, kind := range made {
		dir := row.Dir(kind.ending)
		before, taken := dirs[place(dir)]
		switch own := kind.ending == RunEnding; {
		case !taken:
			continue
		case own && before.called == kind.called:
			r.problem(row.Line, colRunDir, "every row needs a run directory of its own", "%s is that of line %d already", row.RunDir, before.line)
		case own:
			r.problem(row.Line, colRunDir, beside, "%s is where line %d has its %s", row.RunDir, before.line, before.called)
		default:
			r.problem(row.Line, colRunDir, beside, "%s has its %s in %s, where line %d has its %s", row.RunDir, kind.called, dir, before.line, before.called)
		}
		return
	}
}

// input checks the input of a row, if it matters.
func (r *reader) input(row Row, checks Checks) {
	switch {
	case checks.Inputs && row.Input == "":
		r.problem(row.Line, colInput, "the change set of the row: a file, or an s3:// URL", "is empty")
	case checks.Exists == nil || row.Input == "" || row.Input == "-":
	default:
		if err := checks.Exists(row.Input); err != nil {
			r.problem(row.Line, colInput, refusal.HintOf(err), "%v", err)
		}
	}
}

// within is the directory of another row that one lies in, and the line of that.
func within(dir string, dirs map[string]owner) (outer string, line int) {
	for at := len(dir) - 1; at > 0; at-- {
		if dir[at] != '/' && dir[at] != '\\' {
			continue
		}
		if of, ok := dirs[dir[:at]]; ok {
			return dir[:at], of.line
		}
	}
	return "", 0
}
