package console

import (
	"fmt"
	"io"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
)

// ShowSteered writes where a run stands that somebody has just steered. In commands its directory is called otherwise.
func ShowSteered(w io.Writer, dir, called string, s rundir.Standing) {
	line := Printer(w, Columns(w))
	line(s.State, "%s: %s of %s finished", dir, prose.Count(s.Rows-s.Remaining), prose.Plural(s.Rows, "row"))
	switch s.State {
	case "pausing", "paused":
		if s.Effective.Reason != "" {
			line("why", "%s", s.Effective.Reason)
		}
		if s.Asked.Paused && !s.Asked.PausedUntil.IsZero() {
			line("until", "%s", dateTime(s.Asked.PausedUntil))
		}
		if text := expiringText(&s); text != "" {
			line(watch, "%s", text)
		}
		if s.Asked.Paused {
			line("next", "attrmigrate unpause %s", called)
		}
	case "running":
	default:
		if s.Asked.Hold {
			line("why", "%s", s.Asked.HoldOrder)
			line("next", "the run is on hold: the same command with --unhold continues it")
		}
		return
	}
	line("rate", "%s of updates at most, %s of reads", ceilingText(s.Effective.Rate), ceilingText(s.Effective.ReadRate))
}

// expiringText tells how many access tokens do not outlast a pause; empty: all do.
func expiringText(s *rundir.Standing) string {
	if s.Expiring == nil || *s.Expiring == 0 {
		return ""
	}
	when := "within the hour"
	if !s.Asked.PausedUntil.IsZero() {
		when = "in this pause"
	}
	return fmt.Sprintf("%s of the rows that remain will expire %s: %s fail then", prose.Plural(*s.Expiring, "access token"), when, prose.Either(*s.Expiring, "its row will", "their rows will"))
}

// ShowAsked writes what people have asked of a run that is about to go on, and how it is taken back: by commands that name its
// directory as it is called in them.
func ShowAsked(w io.Writer, called string, a rundir.Asked, now time.Time) {
	line := Printer(w, Columns(w))
	if a.PausedAt(now) {
		until := "somebody says so"
		if !a.PausedUntil.IsZero() {
			until = dateTime(a.PausedUntil)
		}
		line("paused", "until %s, since %s by %s", until, dateTime(since(a.PauseOrder)), a.PauseOrder)
		line("", "to let it go on: attrmigrate unpause %s", called)
	}
	if a.Rate != nil || a.ReadRate != nil {
		line("rate", "%s, asked by %s", limits(a), a.RateOrder)
		line("", "to have those of this command: attrmigrate rate --read-rate default %s default", called)
	}
}

func limits(a rundir.Asked) string {
	switch {
	case a.ReadRate == nil:
		return ceilingText(a.Rate) + " of updates at most"
	case a.Rate == nil:
		return ceilingText(a.ReadRate) + " of reads at most"
	default:
		return fmt.Sprintf("%s of updates at most, %s of reads", ceilingText(a.Rate), ceilingText(a.ReadRate))
	}
}

func ceilingText(perSecond *float64) string {
	if perSecond == nil {
		return "any number"
	}
	return fmt.Sprintf("%g/s", *perSecond)
}

func since(o *rundir.Order) (at time.Time) {
	if o != nil {
		at = o.At
	}
	return at
}

// dateTime is a moment as people here read it.
func dateTime(at time.Time) string { return at.Local().Format(time.DateTime) }
