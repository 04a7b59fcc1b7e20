package fleet

import (
	"strings"

	"attrmigrate/internal/refusal"
)

// together checks the rows against each other, and against what a command needs.
func (r *reader) together(checks Checks) {
	names, dirs := map[string]int{}, map[string]int{}
	for _, row := range r.file.Rows {
		name, dir := strings.ToLower(row.Name), place(row.RunDir)
		if before, twice := names[name]; twice && name != "" {
			r.problem(row.Line, colName, "every row needs a name of its own, also where capitals do not count", "%s stands in line %d already", row.Name, before)
		} else if before, twice := dirs[dir]; twice && row.Name != "" {
			r.problem(row.Line, colRunDir, "every row needs a run directory of its own", "%s is that of line %d already", row.RunDir, before)
		}
		names[name], dirs[dir] = row.Line, row.Line
		r.input(row, checks)
	}
	for _, row := range r.file.Rows {
		if outer, line := within(place(row.RunDir), dirs); line > 0 {
			r.problem(row.Line, colRunDir, "a run directory holds nothing but its run", "%s lies in %s, that of line %d", row.RunDir, outer, line)
		}
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
func within(dir string, dirs map[string]int) (outer string, line int) {
	for at := len(dir) - 1; at > 0; at-- {
		if dir[at] != '/' && dir[at] != '\\' {
			continue
		}
		if line, ok := dirs[dir[:at]]; ok {
			return dir[:at], line
		}
	}
	return "", 0
}
