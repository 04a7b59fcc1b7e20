package page

import (
	"bytes"
	"encoding/json"
	"html/template"
	"io"
	"time"

	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// Data is what a report is made of.
type Data struct {
	Run      string // the name of its directory
	Standing rundir.Standing
	Series   []telemetry.Sample
	Events   []telemetry.Event
	Made     time.Time
}

// How much of a series is shown: more points than a screen has columns, and as many rows as people read.
const (
	mostPoints = 2000
	mostRows   = 50
)

// Report writes the report of a run: one file, for a browser without a network.
func Report(w io.Writer, d Data) error {
	d.Series = telemetry.Resample(d.Series, mostPoints)
	data, err := json.Marshal(map[string]any{"standing": d.Standing, "series": orEmpty(d.Series), "events": numbered(d.Events)})
	if err != nil {
		return err
	}
	v := viewOf(d)
	v.Policy, v.Script, v.Data = policy(made().onPaper, ""), template.JS(made().onPaper), template.JS(data) // Marshal escapes <, > and &
	return made().ExecuteTemplate(w, "report.html.tmpl", v)
}

// Shell is the live page, which holds nothing of a run. The one that only shows it has no verbs.
func Shell(readOnly bool) []byte {
	v := view{Style: template.CSS(made().style), Script: template.JS(made().onLine), ReadOnly: readOnly, Numbers: numbersOf(nil), Bar: barOf(nil)}
	var b bytes.Buffer
	if err := made().ExecuteTemplate(&b, "live.html.tmpl", v); err != nil {
		panic("page: " + err.Error()) // it depends on nothing, and a test makes it
	}
	return b.Bytes()
}

// numbered are events with the numbers by which the pictures and the table of events know them.
func numbered(events []telemetry.Event) any {
	type event struct {
		ID int64 `json:"id"`
		telemetry.Event
	}
	all := make([]event, len(events))
	for i, e := range events {
		all[i] = event{e.ID, e}
	}
	return all
}

// orEmpty has an empty list written as one, and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
