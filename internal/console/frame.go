package console

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/telemetry"
)

// row is a line of a screen. Where there are more than there is room for, those of the highest rank are left out first.
type row struct {
	head, text string // without a head it goes on the row above
	rank       int
}

// whole is the head of a row that begins at the left edge.
const whole = "\n"

// frame is what a terminal of some size shows of a run: lines that fit, without their ends.
func frame(v View, width, height int) []string {
	var rows []row
	if v.Work != nil {
		rows = workRows(v, width)
	} else {
		rows = slices.Concat(progressRows(v, width), stateRows(v), seriesRows(v, width), eventRows(v))
	}
	if v.Problem != "" {
		rows = append(rows, row{watch, v.Problem, 1})
	}
	lines := []string{title(v, width)}
	for _, r := range fitting(rows, max(height-1, 1)) { // under the title
		line := prose.Printable(r.text)
		if r.head != whole {
			line = fmt.Sprintf("%-9s %s", r.head, line)
		}
		lines = append(lines, prose.Cut(line, width))
	}
	return lines[:min(len(lines), max(height, 1))]
}

// fitting are as many rows as there is room for, the most important ones. A head stays with what it is of.
func fitting(rows []row, room int) []row {
	for len(rows) > room {
		worst := 0
		for i, r := range rows {
			if r.rank > rows[worst].rank { // of the same, the first: that is the oldest event
				worst = i
			}
		}
		if next := worst + 1; next < len(rows) && rows[next].head == "" {
			rows[next].head = rows[worst].head
		}
		rows = slices.Delete(rows, worst, worst+1)
	}
	return rows
}

// title is the run and its state, and the time at the right.
func title(v View, width int) string {
	now := v.At.Local().Format(seconds)
	name := prose.Cut(prose.Printable(v.Dir+": "+v.State()), max(width-len(now)-1, 1))
	if prose.Width(name)+1+len(now) > width {
		return prose.Cut(name, width)
	}
	return prose.Pad(name, width-len(now)) + now
}

// what is looked at.
func what(v View) string {
	if v.Work != nil {
		return v.Work.Command
	}
	return "run"
}

// footer is how one leaves.
func footer(v View, width int) string {
	if v.Ended() {
		return ""
	}
	return prose.Cut("q leaves, and the "+what(v)+" goes on", width)
}

// progressRows are how far it is.
func progressRows(v View, width int) []row {
	s := &v.Standing
	rows := []row{{whole, barText(v.done(), s.Rows, width), 0}}
	switch left, ok := v.ETA(); {
	case ok:
		rows = append(rows, row{"eta", fmt.Sprintf("%s, about %s", prose.Span(left), clock(v.At.Add(left), v.At, minutes)), 1})
	case v.Standing.State == "running":
		rows = append(rows, row{"eta", "not known yet", 6})
	}
	return append(rows, row{"records", outcomes(s.Summary), 2})
}

// barText is a bar with its numbers; of nothing, all is done.
func barText(done, total int64, width int) string {
	size := int64(min(max(width/3, 8), 60))
	full, percent := size, int64(100)
	if total > 0 {
		part := float64(min(done, total)) / float64(total)
		full, percent = int64(part*float64(size)), int64(part*100)
	}
	return fmt.Sprintf("%3d%% ▕%s%s▏ %s/%s", percent, strings.Repeat("█", int(full)), strings.Repeat(" ", int(size-full)), prose.Count(done), prose.Count(total))
}

// stateRows are what holds the run up or limits it.
func stateRows(v View) []row {
	s := &v.Standing
	var rows []row
	head, pause := "asked", pauseAsked(s.Asked, v.At)
	switch {
	case v.onlyAsked():
		rows = append(rows, row{s.State, strings.TrimPrefix(pause, "to pause, "), 0})
		pause = ""
	case v.paused():
		rows = append(rows, row{s.State, strings.TrimSpace(byWhom(s.Effective.Reason)), 0})
	}
	for _, text := range []string{pause, ceilingsAsked(s.Asked, v.At)} {
		if text != "" {
			rows = append(rows, row{head, text, 3})
			head = ""
		}
	}
	if v.isHeld() {
		rows = append(rows, row{"hold", holdText(s.Asked, v.At), 1})
	}
	if !v.Ended() {
		rows = append(rows, row{"rate", rateText(s.Rate.PerSecond) + ": " + rateReason(s.Rate.Reason), 3})
	}
	worked := prose.Span(seconds64(s.Elapsed)) + " of work" + pausedFor(s.Paused)
	rows = append(rows, row{"worked", worked, 7})
	if s.LastError != "" {
		rows = append(rows, row{"error", s.LastError, 4})
	}
	if v.Ended() && s.Reason != "" && s.Reason != s.State {
		rows = append(rows, row{"why", StopReason(s.Reason), 0})
	}
	return rows
}

// seriesRows are what was accepted and throttled lately, and how long calls take.
func seriesRows(v View, width int) []row {
	if len(v.Series) == 0 {
		return nil
	}
	const heads, words = 10, 14
	columns := max(width-heads-words, 1)
	last := v.Series[len(v.Series)-1]
	shown := v.Series[max(0, len(v.Series)-columns):]
	accepted, most := curve(shown, func(s telemetry.Sample) float64 { return perSecond(s.Accepted, s) })
	rows := []row{{"accepted", fmt.Sprintf("%s %.1f/s", sparkline(accepted, most, columns), perSecond(last.Accepted, last)), 4}}
	throttled, most := curve(shown, func(s telemetry.Sample) float64 { return float64(s.Throttled) })
	if most > 0 {
		rows = append(rows, row{"throttled", fmt.Sprintf("%s %s", sparkline(throttled, most, columns), prose.Count(last.Throttled)), 4})
	}
	span := last.At.Sub(shown[0].At) + seconds64(shown[0].Seconds)
	rows = append(rows, row{"", "the last " + prose.Span(span), 8})
	return append(rows, latencyRows(last)...)
}

// latencyRows are how long the calls of each API took.
func latencyRows(s telemetry.Sample) []row {
	var rows []row
	head := "latency"
	for _, api := range slices.Sorted(maps.Keys(s.Latency)) {
		q := s.Latency[api]
		rows = append(rows, row{head, fmt.Sprintf("p50 %s  p95 %s  p99 %s  %s", milliseconds(q.P50), milliseconds(q.P95), milliseconds(q.P99), api), 5})
		head = ""
	}
	return rows
}

func milliseconds(ms float64) string {
	if ms < 1000 {
		return fmt.Sprintf("%.0fms", ms)
	}
	return prose.Span(time.Duration(ms * float64(time.Millisecond)))
}

// eventRows are the last events, the newest last.
func eventRows(v View) []row {
	var rows []row
	head := "events"
	last := v.Events[max(0, len(v.Events)-10):]
	for i, e := range last {
		rank := 5
		if i < len(last)-3 {
			rank = 9
		}
		rows = append(rows, row{head, clock(e.At, v.At, seconds) + " " + eventText(e), rank})
		head = ""
	}
	return rows
}
