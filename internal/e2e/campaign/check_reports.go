package campaign

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
)

// reports are what the reports of a run list, by line of the input.
type reports struct {
	applied map[int][]string // outcomes
	failed  map[int][]failure
}

// failure is why a record, or a row of one, failed.
type failure struct {
	Line  int    `json:"line"`
	Class string `json:"class"`
	Code  string `json:"code"`
}

// readReports reads applied.csv and errors.*.
func (c *checker) readReports() reports {
	r := reports{map[int][]string{}, map[int][]failure{}}
	for _, row := range c.table("applied.csv") {
		line, _ := strconv.Atoi(row["line"])
		r.applied[line] = append(r.applied[line], row["outcome"])
	}
	for _, row := range c.table("errors.csv") {
		line, _ := strconv.Atoi(row["_line"])
		r.failed[line] = append(r.failed[line], failure{line, row["_class"], row["_code"]})
	}
	for line := range bytes.Lines(c.Files["errors.jsonl"]) {
		var entry struct {
			Error failure `json:"_error"`
		}
		if err := json.Unmarshal(line, &entry); err != nil {
			c.violated(WrongReport, "errors.jsonl: %v", err)
			continue
		}
		r.failed[entry.Error.Line] = append(r.failed[entry.Error.Line], entry.Error)
	}
	return r
}

// table reads a CSV file of the run directory; none is an empty one.
func (c *checker) table(name string) (rows []map[string]string) {
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(c.Files[name], []byte("\ufeff")))).ReadAll()
	if err != nil {
		c.violated(WrongReport, "%s: %v", name, err)
	}
	for i, cells := range all {
		row := map[string]string{}
		for j, cell := range cells {
			row[all[0][j]] = cell
		}
		if i > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// succeeded tells whether a record is reported as applied.
func (r reports) succeeded(record Record) bool { return len(r.applied[record.Line]) > 0 }

// checkReports: every record stands once in the reports, where it belongs, and nothing else does.
func (c *checker) checkReports() {
	lines := map[int]bool{}
	for _, r := range c.Records {
		c.checkListed(r)
		for _, line := range append(r.Rows, r.Line) {
			lines[line] = true
		}
	}
	for line := range c.reports.applied {
		if !lines[line] {
			c.violated(WrongReport, "applied.csv lists line %d", line)
		}
	}
	for line := range c.reports.failed {
		if !lines[line] {
			c.violated(WrongReport, "the errors file lists line %d", line)
		}
	}
}

func (c *checker) checkListed(r Record) {
	rows := r.Rows
	if len(rows) == 0 {
		rows = []int{r.Line}
	}
	applied := len(c.reports.applied[r.Line])
	for _, line := range rows { // an errors file lists each of them
		switch n := applied + len(c.reports.failed[line]); {
		case n == 0:
			c.violated(Missing, "line %d", line)
		case n > 1:
			c.violated(Twice, "line %d: %v, %+v", line, c.reports.applied[line], c.reports.failed[line])
		}
	}
	switch failed := c.reports.failed[r.Line]; {
	case applied > 0 && r.Skip != slices.Contains(c.reports.applied[r.Line], skipped):
		c.violated(WrongSkip, "line %d: %v", r.Line, c.reports.applied[r.Line])
	case r.Bad && applied > 0:
		c.violated(BadApplied, "line %d", r.Line)
	case !r.Bad && len(failed) > 0 && !c.mayFail(r, failed[0]):
		c.violated(GoodFailed, "line %d: %+v", r.Line, failed[0])
	}
}

// skipped is the outcome of a record that was left alone.
const skipped = "skipped"

// checkCounts: what the run has counted over all starts is what its reports list.
func (c *checker) checkCounts() {
	var state struct {
		Counts map[string]int `json:"counts"`
	}
	if err := json.Unmarshal(c.Files["checkpoint.json"], &state); err != nil {
		c.violated(WrongReport, "checkpoint.json: %v", err)
	}
	listed := map[string]int{}
	for _, outcomes := range c.reports.applied {
		for _, o := range outcomes {
			listed[o]++
		}
	}
	for _, o := range []string{"updated", "unchanged", "awaiting_verification", skipped} {
		if listed[o] != state.Counts[o] {
			c.violated(WrongCount, "%d are %s, and %d are counted", listed[o], o, state.Counts[o])
		}
	}
}

// mayFail tells whether the service gave a good record a reason to fail.
func (c *checker) mayFail(r Record, f failure) bool {
	for _, s := range c.Starts {
		unanswered := 0
		for _, q := range s.Requests {
			switch {
			case q.User != r.User:
			case f.Class != "unknown" && q.Fault == f.Code && refusals[f.Code]:
				return true
			case q.transient():
				unanswered++
			}
		}
		if f.Class == "unknown" && unanswered >= c.MaxAttempts {
			return true
		}
	}
	return false
}

// refusals are the faults for which a record fails.
var refusals = map[string]bool{"UserLambdaValidationException": true, "UnexpectedLambdaException": true}
