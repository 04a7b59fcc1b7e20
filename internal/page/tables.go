package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/telemetry"
)

// eventRow is a line of the table of events, which has a number that the pictures refer to.
type eventRow struct {
	ID                         int64
	At                         moment
	What, From, To, By, Reason string
	Until                      moment // instead of To
}

// said is what people read of a kind.
var said = map[telemetry.Kind]string{
	telemetry.Rate: "rate set", telemetry.ReadRate: "read rate set", telemetry.Throttled: "throttled", telemetry.Unthrottled: "throttles over",
	telemetry.Budget: "too many failed", telemetry.Stopping: "stop asked for",
}

func eventsOf(events []telemetry.Event) []eventRow {
	rows := make([]eventRow, len(events))
	for i, e := range events {
		what := said[e.Kind]
		if what == "" {
			what = string(e.Kind)
		}
		rows[i] = eventRow{ID: e.ID, At: momentOf(e.At), What: what, From: e.From, To: e.To, By: e.By, Reason: e.Reason}
		if until, err := time.Parse(time.RFC3339, e.To); err == nil { // of a pause
			rows[i].Until = momentOf(until)
		}
	}
	return rows
}

func starts(d Data) int {
	n := 0
	for _, e := range d.Events {
		if e.Kind == telemetry.Started {
			n++
		}
	}
	return max(n, 1)
}

// row is a stretch of the series, in words.
type row struct {
	Until                                         moment
	Accepted, Pace, Allowed, Ceiling, Throttled   string
	Failed, Why, Remaining, Slow, State, Duration string
}

// rowsOf is the series in a few rows.
func rowsOf(series []telemetry.Sample) []row {
	var rows []row
	for _, s := range telemetry.Resample(series, mostRows) {
		rows = append(rows, rowOf(s))
	}
	return rows
}

func rowOf(s telemetry.Sample) row {
	r := row{
		Until: momentOf(s.At), Duration: prose.Span(time.Duration(s.Seconds * float64(time.Second))), Accepted: prose.Count(s.Accepted), Pace: "–",
		Allowed: short(s.Rate), Ceiling: short(s.Ceiling), Throttled: prose.Count(s.Throttled), Remaining: prose.Count(s.Remaining),
	}
	if s.Seconds > 0 {
		r.Pace = fmt.Sprintf("%.1f", float64(s.Accepted)/s.Seconds)
	}
	var failed int64
	var why []string
	for _, class := range slices.Sorted(maps.Keys(s.Failed)) {
		failed += s.Failed[class]
		why = append(why, fmt.Sprintf("%s %s", prose.Count(s.Failed[class]), class))
	}
	r.Failed, r.Why = prose.Count(failed), strings.Join(why, ", ")
	slow := 0.0
	for _, q := range s.Latency {
		slow = max(slow, q.P95)
	}
	if slow > 0 {
		r.Slow = fmt.Sprintf("%.0f ms", slow)
	}
	if s.Paused {
		r.State = "paused"
	}
	return r
}

// short is a rate in a cell.
func short(perSecond float64) string {
	if perSecond == 0 {
		return "none"
	}
	return paceText(perSecond)
}
