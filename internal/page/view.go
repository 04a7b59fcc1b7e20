package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// view is what the templates are given: what people read, in words.
type view struct {
	Title    string
	Lede     string
	State    string
	Why      string // it stopped
	Hint     string // what to do about that
	Next     string // what is to be done in any case
	Flag     string // that it takes
	Numbers  []number
	Bar      []segment
	Facts    []fact
	Events   []eventRow
	Rows     []row
	Made     moment
	ReadOnly bool

	Policy string
	Style  template.CSS
	Script template.JS
	Data   template.JS
}

// moment is a time in UTC. A script puts it into the reader's zone.
type moment struct{ Time, Text string }

func momentOf(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	t = t.UTC()
	return moment{t.Format(time.RFC3339), t.Format(time.DateTime) + " UTC"}
}

// number is a big one. Key is what the script knows it by.
type number struct{ Key, Label, Text string }

// segment is a part of the bar, in hundredths of the whole.
type segment struct{ Key, X, Width string }

// fact is a line about the run.
type fact struct {
	Label string
	Text  string
	At    moment // instead of the text
	Code  bool   // it is the name of something
}

func viewOf(d Data) view {
	s := d.Standing
	v := view{
		Title: title(d), State: s.State, Lede: lede(s), Why: s.Reason, Hint: s.Hint, Next: next(s),
		Numbers: numbersOf(&s.Summary), Bar: barOf(&s.Summary), Facts: factsOf(d), Events: eventsOf(d.Events), Rows: rowsOf(d.Series),
		Made: momentOf(d.Made), Style: template.CSS(made().style),
	}
	if s.Asked.Hold && v.Next != "" && s.State != "finished" {
		v.Flag = "--unhold"
	}
	if s.State == "finished" {
		v.Why, v.Hint = "", ""
	}
	return v
}

func title(d Data) string {
	if d.Run != "" {
		return d.Run
	}
	return prose.Some(d.Standing.Inputs, 1)
}

// lede says in a sentence how far the run came.
func lede(s rundir.Standing) string {
	if s.Rows == 0 {
		return "There was no record to apply."
	}
	done := s.Rows - s.Remaining
	text := fmt.Sprintf("%s of %s finished in %s of work", prose.Count(done), prose.Plural(s.Rows, "record"), prose.Span(seconds(s.Elapsed)))
	if s.Paused > 0 {
		text += ", paused for " + prose.Span(seconds(s.Paused))
	}
	return text + "."
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// next says how a run goes on that has not ended.
func next(s rundir.Standing) string {
	switch {
	case s.State == "finished" && s.Failed > 0:
		return "The errors file lists the " + prose.Plural(s.Failed, "record") + " that failed, with the " + prose.Either(s.Failed, "reason: mend it", "reason of each: mend them") + " there, and apply that file."
	case s.State == "finished", s.HeldBy != nil:
		return ""
	case s.Asked.Hold:
		return "Somebody has stopped the run and holds it. It goes on where it stands with the same command and"
	default:
		return "The same command again goes on where it stands."
	}
}

// numbersOf are the big ones; those of no run are for a script to fill in.
func numbersOf(s *report.Summary) []number {
	all := []struct {
		key, label string
		of         func(*report.Summary) int64
	}{
		{"done", "finished", func(s *report.Summary) int64 { return s.Rows - s.Remaining }},
		{"remaining", "remaining", func(s *report.Summary) int64 { return s.Remaining }},
		{"updated", "updated", func(s *report.Summary) int64 { return s.Updated }},
		{"unchanged", "unchanged", func(s *report.Summary) int64 { return s.Unchanged }},
		{"skipped", "skipped", func(s *report.Summary) int64 { return s.Skipped }},
		{"awaiting", "awaiting verification", func(s *report.Summary) int64 { return s.Awaiting }},
		{"failed", "failed", func(s *report.Summary) int64 { return s.Failed }},
		{"throttled", "calls throttled", func(s *report.Summary) int64 { return s.Throttled }},
	}
	numbers := make([]number, len(all))
	for i, n := range all {
		numbers[i] = number{n.key, n.label, "–"}
		if s != nil {
			numbers[i].Text = prose.Count(n.of(s))
		}
	}
	return numbers
}

// barOf is what became of all records, side by side.
func barOf(s *report.Summary) []segment {
	if s == nil {
		s = &report.Summary{}
	}
	whole := float64(max(s.Rows, 1))
	x := 0.0
	var bar []segment
	for _, part := range []struct {
		key string
		n   int64
	}{{"updated", s.Updated}, {"awaiting", s.Awaiting}, {"unchanged", s.Unchanged}, {"skipped", s.Skipped}, {"failed", s.Failed}} {
		width := 100 * float64(part.n) / whole
		bar = append(bar, segment{part.key, decimal(x), decimal(width)})
		x += width
	}
	return bar
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', 3, 64) }

// factsOf says what the run is, when it was and at which pace.
func factsOf(d Data) []fact {
	s := d.Standing
	ended := "Ended"
	if s.HeldBy != nil || s.State == "killed" {
		ended = "Last saved"
	}
	facts := []fact{
		{Label: "Input", Text: strings.Join(s.Inputs, ", "), Code: true},
		{Label: "Pool", Text: s.Pool, Code: true},
		{Label: "Endpoint", Text: s.Endpoint, Code: true},
		{Label: "Started", At: momentOf(s.StartedAt)},
		{Label: ended, At: momentOf(s.SavedAt)},
		{Label: "Time at work", Text: prose.Span(seconds(s.Elapsed))},
		{Label: "Time paused", Text: spanOrNone(s.Paused)},
		{Label: "Starts", Text: prose.Count(starts(d))},
		{Label: "Accepted", Text: paceText(s.PerSecond) + " updates a second, on average"},
		{Label: "Updates sent", Text: fmt.Sprintf("%s, %s of all calls throttled", prose.Plural(s.Attempts, "call"), prose.Count(s.Throttled))},
		{Label: "Allowed", Text: perSecond(&s.Rate.PerSecond) + reason(s.Rate.Reason)},
		{Label: "Ceiling of updates", Text: perSecond(s.Effective.Rate)},
		{Label: "Ceiling of reads", Text: perSecond(s.Effective.ReadRate)},
		{Label: "Last error", Text: s.LastError},
	}
	kept := facts[:0]
	for _, f := range facts {
		if f.Text != "" || f.At.Text != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func spanOrNone(s float64) string {
	if s == 0 {
		return "none"
	}
	return prose.Span(seconds(s))
}

func reason(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// perSecond is a rate in words; none, and 0, is no limit.
func perSecond(rate *float64) string {
	if rate == nil || *rate == 0 {
		return "no limit"
	}
	return paceText(*rate) + " a second"
}

// paceText is a number a second, as precise as people read it and as the pictures have it: 20, 12.5, 0.25, 1,500.
func paceText(x float64) string {
	if x >= 100 {
		return prose.Count(int64(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
