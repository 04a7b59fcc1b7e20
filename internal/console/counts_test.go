package console

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/job"
	"attrmigrate/internal/rundir"
)

// TestCountsOnScreens: each screen fits any count of what it tells.
func TestCountsOnScreens(t *testing.T) {
	ended := func(done, total int64) checkpoint.State {
		return checkpoint.State{Phase: "stopped", Total: total, Counts: checkpoint.Counts{Updated: done}, SavedAt: time.Unix(0, 0)}
	}
	resumed := func(done, total int64) string {
		state := ended(done, total)
		return screen(func(w *strings.Builder) {
			showInput(Printer(w, 0), job.Preview{Inputs: []string{"a.csv"}, Noun: "row", Dir: "a.run", Resumed: &state})
		})
	}
	checked := func(rows int64) string {
		return screen(func(w *strings.Builder) {
			showInput(Printer(w, 0), job.Preview{Inputs: []string{"a.csv"}, Noun: "row", Preflight: &audit.Preflight{Rows: rows}})
		})
	}
	result := func(n int64) string {
		return screen(func(w *strings.Builder) { ShowResult(w, &rundir.Dir{Path: "a.run"}, ended(n, n), "row", "") })
	}
	failed := func(n int64) string {
		return screen(func(w *strings.Builder) {
			ShowResult(w, &rundir.Dir{Path: "a.run"}, checkpoint.State{Phase: "finished", Total: n, Counts: checkpoint.Counts{Failed: n}}, "row", "")
		})
	}
	status := func(done, total int64) string {
		text := screen(func(w *strings.Builder) {
			s := &rundir.Status{Dir: rundir.Dir{Path: "a.run"}, State: ended(done, total)}
			ShowStatus(w, 0, View{Dir: "a.run", Standing: s.Standing(rundir.Asked{})})
		})
		_, rows, _ := strings.Cut(text, "rows ")
		rows, _, _ = strings.Cut(rows, "\n")
		return strings.TrimSpace(rows)
	}
	plan := func(n int64) string {
		r := &job.PlanResult{Audit: "a", Plan: "p", Result: &audit.Result{Records: n, Users: n, Calls: n, Repeated: n, Failing: n}}
		return strings.ReplaceAll(PlanText(r, 0), "\n", "|")
	}
	for _, tt := range []struct{ got, want string }{
		{resumed(0, 1), "resumed  a.csv: 0 of 1 row is finished, 1 remains (a.run)"},
		{resumed(0, 2), "resumed  a.csv: 0 of 2 rows are finished, 2 remain (a.run)"},
		{resumed(1, 2), "resumed  a.csv: 1 of 2 rows is finished, 1 remains (a.run)"},
		{resumed(2, 1236), "resumed  a.csv: 2 of 1,236 rows are finished, 1,234 remain (a.run)"},
		{checked(0), "checked  a.csv: 0 rows, all can be applied"},
		{checked(1), "checked  a.csv: 1 row, it can be applied"},
		{checked(1234), "checked  a.csv: 1,234 rows, all can be applied"},
		{result(0), "done     0 rows in 0.0s: 0 updated, 0 failed"},
		{result(1), "done     1 row in 0.0s: 1 updated, 0 failed"},
		{result(1234), "done     1,234 rows in 0.0s: 1,234 updated, 0 failed"},
		{failed(1), "done     1 row in 0.0s: 0 updated, 1 failed\nfailed   1 row: a.run/errors.csv says why\n" +
			"         hint: mend it there and apply that file in the same way"},
		{failed(2), "done     2 rows in 0.0s: 0 updated, 2 failed\nfailed   2 rows: a.run/errors.csv says why\n" +
			"         hint: mend them there and apply that file in the same way"},
		{status(1, 1), "1 of 1 finished, 0 remain"},
		{status(0, 1), "0 of 1 finished, 1 remains"},
		{status(2, 1236), "2 of 1,236 finished, 1,234 remain"},
	} {
		if got := strings.TrimSpace(tt.got); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	for _, tt := range []struct {
		reads, claims int64
		want          string
	}{
		{1, 0, "(the change set itself, applied, has 1 user read, who counts as active)"},
		{2, 1, "(the change set itself, applied, has 1 user read, who counts as active, and 1 address looked up)"},
		{140, 70, "(the change set itself, applied, has 70 users read one by one, who count as active, and 70 addresses looked up)"},
	} {
		r := &job.PlanResult{Plan: "p", Result: &audit.Result{Estimates: audit.Cost{ChangeSetReads: tt.reads, ChangeSetClaims: tt.claims}}}
		if got := (planScreen{r}).more(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	for n, words := range map[int64][]string{
		1: {"1 record, for 1 user of the pool", "1 call of ListUsers", "1 user is named more than once", "failing  1 record, "},
		2: {"2 records, for 2 users of the pool", "2 calls of ListUsers", "2 users are named more than once", "failing  2 records, "},
	} {
		for _, want := range words {
			if got := plan(n); !strings.Contains(got, want) {
				t.Errorf("no %q in %s", want, got)
			}
		}
	}
	for _, n := range []int{0, 1, 12, 1234} {
		var inputs []string
		for i := range n {
			inputs = append(inputs, fmt.Sprint(i, ".csv"))
		}
		text := screen(func(w *strings.Builder) {
			showInput(Printer(w, 0), job.Preview{Inputs: inputs, Noun: "row", Preflight: &audit.Preflight{Rows: 2}})
		})
		if strings.Contains(text, " more: ") != (n > maxInputs) || len(text) > 120 {
			t.Errorf("%d inputs: %s", n, text)
		}
	}
}

func screen(show func(*strings.Builder)) string {
	var w strings.Builder
	show(&w)
	return w.String()
}
