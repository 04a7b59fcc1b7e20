package console

import (
	"fmt"
	"io"
	"math"
	"strings"

	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
)

// none stands in a cell of which nothing is known, or nothing is to be said.
const none = "-"

// ShowFleet writes a table of many runs, a line each, and what they come to.
func ShowFleet(w io.Writer, runs []fleet.Run) {
	var rows [][]string
	for _, r := range runs {
		rows = append(rows, fleetRow(&r))
	}
	ShowTable(w, []string{"index", "name", "state", "finished", "failed", "rate", "eta", "run directory"}, rows)
	all := fleet.Total(runs)
	states, counts := fleet.States(runs)
	parts := make([]string, len(states))
	for i, state := range states {
		parts[i] = fmt.Sprintf("%d %s", counts[state], state)
	}
	line := Printer(w, Columns(w))
	line("total", "%s: %s", prose.Plural(len(runs), "run"), strings.Join(parts, ", "))
	line("", "%s of %s finished, %s failed", prose.Count(all.Rows-all.Remaining), prose.Plural(all.Rows, "row"), prose.Count(all.Failed))
}

func fleetRow(r *fleet.Run) []string {
	state, done, failed, rate, eta := r.State(), none, none, none, none
	if r.Held() {
		state += ", on hold"
	}
	if s := r.Standing; s != nil {
		done = prose.Count(r.Done()) + " of " + prose.Count(s.Rows)
		failed = prose.Count(s.Failed)
		if r.Pace > 0 {
			rate = fmt.Sprintf("%.1f/s", r.Pace)
		}
		if left, ok := r.ETA(); ok {
			eta = prose.Span(left)
		}
	}
	return []string{fmt.Sprint(r.Index), r.Name, state, done, failed, rate, eta, prose.Printable(r.RunDir)}
}

// FleetJSON writes the same for programs.
func FleetJSON(w io.Writer, runs []fleet.Run) error {
	type run struct {
		Index   int     `json:"index"`
		Name    string  `json:"name"`
		Account string  `json:"account,omitempty"`
		Region  string  `json:"region,omitempty"`
		Pool    string  `json:"user_pool_id"`
		RunDir  string  `json:"run_dir"`
		State   string  `json:"state"`
		Problem string  `json:"problem,omitempty"`
		Pace    float64 `json:"records_per_second,omitempty"`
		ETA     float64 `json:"eta_seconds,omitempty"`
		Status  any     `json:"status"` // null: there is no run, or it cannot be read
	}
	all := fleet.Total(runs)
	out := struct {
		Runs      []run          `json:"runs"`
		States    map[string]int `json:"states"`
		Rows      int64          `json:"rows"`
		Remaining int64          `json:"remaining"`
		Failed    int64          `json:"failed"`
	}{Rows: all.Rows, Remaining: all.Remaining, Failed: all.Failed}
	_, out.States = fleet.States(runs)
	for _, r := range runs {
		one := run{Index: r.Index, Name: r.Name, Account: r.Account, Region: r.Region, Pool: r.Pool, RunDir: r.RunDir, State: r.State(), Problem: r.Problem, Pace: math.Round(1000*r.Pace) / 1000}
		if left, ok := r.ETA(); ok {
			one.ETA = math.Round(left.Seconds())
		}
		if r.Standing != nil {
			one.Status = r.Standing
		}
		out.Runs = append(out.Runs, one)
	}
	return prose.PrintJSON(w, out)
}
