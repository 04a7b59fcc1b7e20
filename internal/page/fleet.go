package page

import (
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
)

// Fleet is what the report of many runs is made of.
type Fleet struct {
	Title string // the name of the file of targets
	Runs  []FleetRun
	Made  time.Time
}

// FleetRun is one of them.
type FleetRun struct {
	fleet.Run
	Report string // where its own report is, as the page may refer to it; empty: nowhere that a browser reaches
}

// fleetView is what the template is given.
type fleetView struct {
	Title, Lede string
	Numbers     []number
	Bar         []segment
	Rows        []fleetRow
	Made        moment

	Policy string
	Style  template.CSS
}

// fleetRow is a run, in words.
type fleetRow struct {
	Name, Report   string
	Place          string // account and Region
	State, Class   string
	Note           string // about the state
	Done, Of       string
	Failed         string
	Pace, Left     string
	RunDir         string
	Bar            []segment
	Known, Harmful bool
}

// WriteFleet writes the report of many runs: one file, for a browser without a network, with no script at all.
func WriteFleet(w io.Writer, f Fleet) error {
	runs := make([]fleet.Run, len(f.Runs))
	for i, r := range f.Runs {
		runs[i] = r.Run
	}
	all := fleet.Total(runs)
	v := fleetView{
		Title: f.Title, Lede: fleetLede(runs), Numbers: numbersOf(&all), Bar: barOf(&all), Made: momentOf(f.Made),
		Policy: "default-src 'none'; style-src " + digest(made().style) + "; img-src data:; base-uri 'none'; form-action 'none'", Style: template.CSS(made().style),
	}
	for _, r := range f.Runs {
		v.Rows = append(v.Rows, fleetRowOf(&r))
	}
	return made().ExecuteTemplate(w, "fleet.html.tmpl", v)
}

// fleetLede says in a sentence how the runs stand.
func fleetLede(runs []fleet.Run) string {
	states, counts := fleet.States(runs)
	parts := make([]string, len(states))
	for i, state := range states {
		parts[i] = fmt.Sprintf("%s %s", prose.Count(counts[state]), state)
	}
	return prose.Plural(len(runs), "run") + ": " + strings.Join(parts, ", ") + "."
}

func fleetRowOf(r *FleetRun) fleetRow {
	row := fleetRow{Name: r.Name, Report: r.Report, Place: strings.TrimPrefix(fleet.Group{Account: r.Account, Region: r.Region}.Place(), "account "),
		State: r.State(), Class: strings.ReplaceAll(r.State(), " ", "-"), RunDir: r.RunDir}
	switch {
	case r.Problem != "":
		row.Note = r.Problem
	case r.Held():
		row.Note = "on hold"
	}
	s := r.Standing
	if s == nil {
		return row
	}
	row.Known, row.Bar = true, barOf(&s.Summary)
	row.Done, row.Of = prose.Count(r.Done()), prose.Count(s.Rows)
	row.Failed, row.Harmful = prose.Count(s.Failed), s.Failed > 0
	if s.Reason != "" && s.State != "finished" && row.Note == "" {
		row.Note = s.Reason
	}
	if r.Pace > 0 {
		row.Pace = paceText(r.Pace) + "/s"
	}
	if left, ok := r.ETA(); ok {
		row.Left = prose.Span(left)
	}
	return row
}
