package console

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// shownEvents is how many of the last events the status tells.
const shownEvents = 5

// ShowStatus writes where a run stands.
func ShowStatus(w io.Writer, width int, v View) {
	line := Printer(w, width)
	if v.Work != nil {
		showWork(line, &v)
		return
	}
	s := &v.Standing
	line("run", "%s: %s", v.Dir, s.State)
	showAsked(line, &v)
	line("input", "%s", prose.Some(s.Inputs, maxInputs))
	line("pool", "%s, %s", s.Pool, s.Endpoint)
	line("rows", "%s of %s finished, %s %s", prose.Count(v.done()), prose.Count(s.Rows), prose.Count(s.Remaining),
		prose.Either(s.Remaining, "remains", "remain"))
	line("", "%s", outcomes(s.Summary))
	if n := int64(s.Parked); n > 0 {
		line("parked", "%s, whose attempts were used up: the next start takes %s last", prose.Plural(n, "row"), prose.Either(n, "it", "them"))
	}
	line("calls", "%s of updates, %s of users read, %s of all throttled", prose.Count(s.Attempts), prose.Count(s.Reads), prose.Count(s.Throttled))
	if !s.SavedAt.IsZero() { // a run that is paused before its first call has saved nothing
		line("saved", "%s, after %s of work%s", s.SavedAt.Local().Format(time.DateTime), prose.Span(seconds64(s.Elapsed)), pausedFor(s.Paused))
	}
	switch {
	case s.State == string(checkpoint.Finished):
	case v.Ended():
		line("rate", "%s in the end: %s", rateText(s.Rate.PerSecond), rateReason(s.Rate.Reason))
	default:
		line("rate", "%s: %s", rateText(s.Rate.PerSecond), rateReason(s.Rate.Reason))
	}
	if left, ok := v.ETA(); ok {
		line("eta", "%s at %.1f/s%s: about %s", prose.Span(left), v.Pace(), ofAll(&v), clock(v.At.Add(left), v.At, minutes))
	}
	showGoingOn(line, &v)
	if s.LastError != "" {
		line("error", "%s (the last of any attempt)", s.LastError)
	}
	showEvents(line, &v)
	showFiles(line, &v)
}

// ofAll says of a pace that it is not that of the last minute.
func ofAll(v *View) string {
	if v.Elsewhere {
		return ", the pace so far"
	}
	return ""
}

// showAsked tells what people have asked of the run, and what is in force of it.
func showAsked(line func(head, format string, args ...any), v *View) {
	s, head := &v.Standing, "asked"
	for _, text := range []string{pauseAsked(s.Asked, v.At), ceilingsAsked(s.Asked, v.At)} {
		if text != "" {
			line(head, "%s", text)
			head = ""
		}
	}
	if head == "" && !v.Ended() || v.paused() {
		line("in force", "%s", inForce(s))
	}
	if text := expiringText(s); text != "" {
		line(watch, "%s", text)
	}
	if v.isHeld() {
		line("hold", "%s", holdText(s.Asked, v.At))
	}
}

// holdText is who holds a run, since when and why.
func holdText(a rundir.Asked, at time.Time) string {
	if a.HoldOrder == nil {
		return "no start goes on"
	}
	return "no start goes on" + given(a.HoldOrder, at) + because(a.HoldOrder.Reason)
}

// inForce is what holds of a run at work, whatever was asked.
func inForce(s *rundir.Standing) string {
	state := "not paused"
	switch s.State {
	case "paused":
		state = "paused" + byWhom(s.Effective.Reason)
	case "pausing":
		state = "pausing" + byWhom(s.Effective.Reason) + ", calls are under way"
	}
	return state + "; " + cmp.Or(ceilings(s.Effective.Rate, s.Effective.ReadRate), "no ceiling")
}

// showGoingOn tells who is at work, or why nobody is, and how it goes on.
func showGoingOn(line func(head, format string, args ...any), v *View) {
	s := &v.Standing
	if s.HeldBy != nil && !v.Ended() {
		line("by", "process %d on %s", s.HeldBy.PID, s.HeldBy.Host)
	}
	switch {
	case s.State == string(checkpoint.Finished):
		return
	case v.paused() && s.Asked.Paused:
		line("then", "attrmigrate unpause %s", rundir.Called(v.Dir, v.Leads))
		return
	case !v.Ended():
		return
	}
	if s.Reason != "" {
		line("why", "%s", StopReason(s.Reason))
	}
	if s.Hint != "" && !v.isHeld() {
		line("", "hint: %s", s.Hint)
	}
	if v.Aside {
		line("next", "nothing: it was set aside for another run")
		return
	}
	again := " again"
	if v.isHeld() {
		again = ""
	}
	line("next", "%s%s continues at %s", sameCommand(v.isHeld()), again, position(s))
}

// showEvents tells what happened last.
func showEvents(line func(head, format string, args ...any), v *View) {
	head := "events"
	for _, e := range v.Events[max(0, len(v.Events)-shownEvents):] {
		line(head, "%s %s", clock(e.At, v.At, seconds), eventText(e))
		head = ""
	}
}

// showFiles names the files that people look into next.
func showFiles(line func(head, format string, args ...any), v *View) {
	dir := rundir.Dir{Path: v.Dir, Volume: rundir.Volume{Private: v.Elsewhere, Leads: v.Leads}}
	if undo := dir.File(report.UndoJSONL); disk.Exists(undo) {
		line("undo", "%s: apply it to go back", undo)
	}
	if n := v.Standing.Failed; n > 0 {
		line("failed", "%s: %s says why%s", prose.Plural(n, "row"), dir.ErrorsFile(), oncePublished(v, dir.ErrorsFile()))
	}
	pictures(line, &dir)
}

// oncePublished says when a file of a run in S3 is there that is not yet.
func oncePublished(v *View, file string) string {
	switch {
	case !v.Elsewhere || disk.Exists(file):
		return ""
	case v.Ended():
		return ", once the same command has published it"
	default:
		return ", once the run has stopped"
	}
}

func seconds64(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// pausedFor is how long a run was paused beside its work.
func pausedFor(s float64) string {
	if s < 1 {
		return ""
	}
	return fmt.Sprintf(", and %s of pauses", prose.Span(seconds64(s)))
}

// position names the line at which reading goes on.
func position(s *rundir.Standing) string {
	name := "the beginning"
	if p := s.Position; p.Line > 0 && p.Input < len(s.Inputs) {
		name = fmt.Sprintf("%s:%d", s.Inputs[p.Input], p.Line)
	}
	return name
}

// StatusJSON writes the same for programs.
func StatusJSON(w io.Writer, s rundir.Standing) error {
	s.Reason, s.Rate.Reason = StopReason(s.Reason), rateReason(s.Rate.Reason)
	return prose.PrintJSON(w, s)
}
