package console

import (
	"fmt"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
)

// showWork writes where a plan stands.
func showWork(line func(head, format string, args ...any), v *View) {
	w := v.Work
	line(w.Command, "%s: %s", v.Dir, w.State)
	line("pool", "%s", w.Pool)
	line("doing", "%s", doing(w))
	if left, ok := workETA(w, v.At); ok {
		line("eta", "%s: about %s", prose.Span(left), clock(v.At.Add(left), v.At, minutes))
	}
	line("begun", "%s, %s ago", w.StartedAt.Local().Format(time.DateTime), prose.Span(v.At.Sub(w.StartedAt)))
	if w.HeldBy != nil {
		line("by", "process %d on %s", w.HeldBy.PID, w.HeldBy.Host)
	}
}

// workRows are a plan on a screen.
func workRows(v View, width int) []row {
	w := v.Work
	rows := []row{{"doing", doing(w), 0}}
	if w.Total > 0 {
		rows = append([]row{{whole, barText(w.Done, w.Total, width), 1}}, rows...)
	}
	if left, ok := workETA(w, v.At); ok {
		rows = append(rows, row{"eta", fmt.Sprintf("%s, about %s", prose.Span(left), clock(v.At.Add(left), v.At, minutes)), 2})
	}
	return append(rows, row{"begun", prose.Span(v.At.Sub(w.StartedAt)) + " ago", 3})
}

// doing is what a plan does, and how far it is.
func doing(w *rundir.Work) string {
	switch {
	case w.Doing == "":
		return "looking through the inputs"
	case w.Total == 0:
		return w.Doing
	default:
		return fmt.Sprintf("%s: %s of about %s", w.Doing, prose.Count(w.Done), prose.Count(w.Total))
	}
}

// workETA is how long the reading takes yet, if it can be told.
func workETA(w *rundir.Work, at time.Time) (time.Duration, bool) {
	spent := at.Sub(w.StartedAt)
	if w.State != "running" || w.Done <= 0 || w.Total <= w.Done || spent <= 0 {
		return 0, false
	}
	return time.Duration(float64(w.Total-w.Done) / float64(w.Done) * float64(spent)), true
}

// gauge is how far it is, for lines of a log.
func (v *View) gauge() gauge {
	if w := v.Work; w != nil {
		return gauge{done: w.Done, total: w.Total, notes: []note{{"doing", w.Doing, -1}}}
	}
	return RunGauge(func() rundir.Standing { return v.Standing })()
}
