package console

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

const (
	barInterval = 200 * time.Millisecond
	logInterval = 10 * time.Second
)

// gauge is how far something is that takes a while.
type gauge struct {
	done, total int64
	state       string        // why it does not go on, or not for long; empty: it goes on
	paused      time.Duration // how long it was paused
	notes       []note        // shown behind the numbers
}

// note is a word or two on how it goes.
type note struct {
	name  string
	value any
	rank  int // 0 is the most important; on a narrow terminal the bar leaves the others out. -1: log only
}

// RunGauge is how far a run is.
func RunGauge(status func() rundir.Standing) func() gauge {
	return func() gauge {
		s := status()
		return gauge{
			done: max(0, s.Rows-s.Remaining), total: s.Rows, state: stateText(&s), paused: seconds64(s.Paused),
			notes: runNotes(&s),
		}
	}
}

// runNotes are how a run goes, skipped records and a ceiling that was set only where there are some.
func runNotes(s *rundir.Standing) []note {
	notes := []note{{"updated", s.Updated, -1}, {"unchanged", s.Unchanged, 5}}
	if s.Skipped > 0 {
		notes = append(notes, note{"skipped", s.Skipped, 5})
	}
	notes = append(notes, note{"failed", s.Failed, 3}, note{"throttled", s.Throttled, 4},
		note{"rate", rateText(s.Rate.PerSecond), -1}, note{"why", rateReason(s.Rate.Reason), -1})
	if s.Asked.Rate != nil { // it may not be in force yet
		notes = append(notes, note{"ceiling", rateText(s.Rate.Ceiling), 2})
	}
	return notes
}

// stateText is why a run does not go on, or not for long: paused by ann@host: support called. Empty: it goes on.
func stateText(s *rundir.Standing) string {
	switch s.State {
	case "paused":
		return "paused" + byWhom(s.Effective.Reason)
	case "pausing", "stopping":
		return s.State
	default:
		return ""
	}
}

// byWhom is who, and why, as people read it: by ann@host: support called.
func byWhom(reason string) string {
	by, why, _ := strings.Cut(reason, ": ")
	if by == "" {
		return ""
	}
	return " by " + who(by) + because(why)
}

// Watch shows how something goes, and the events of it that come, until the function that it returns is called. It calls
// read from a goroutine of its own.
func Watch(read func() gauge, events <-chan telemetry.Event, o Options, stderr io.Writer, log *slog.Logger) (end func()) {
	meter := newMeter(read())
	var s shower
	switch o.Kind(stderr) {
	case "bar":
		s = newBar(stderr, meter)
	case "log":
		s = &progressLog{log: log, meter: meter}
	default:
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() { // it owns the meter and what shows it until it has ended
		defer close(ended)
		tick := time.NewTicker(s.interval())
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				g := read()
				meter.add(now, g)
				s.show(g)
			case e := <-events:
				s.tell(e)
			case <-done:
				for len(events) > 0 { // the last may be why it ended
					s.tell(<-events)
				}
				s.finish(read())
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(done)
		<-ended
	})
}

// shower shows how something goes. It is used by one goroutine.
type shower interface {
	interval() time.Duration
	show(gauge)
	tell(telemetry.Event)
	finish(gauge)
}

// Kind resolves auto: a bar is for terminals only.
func (o Options) Kind(stderr io.Writer) string {
	if o.Progress != "auto" {
		return o.Progress
	}
	if Columns(stderr) > 0 {
		return "bar"
	}
	return "log"
}

// progressLog shows how something goes by lines of a log.
type progressLog struct {
	log   *slog.Logger
	meter *meter
}

func (*progressLog) interval() time.Duration { return logInterval }

func (p *progressLog) show(g gauge) {
	eta := "unknown"
	if d, ok := p.meter.eta(g); ok {
		eta = prose.Span(d)
	}
	args := []any{"done", g.done, "total", g.total, "per_second", fmt.Sprintf("%.1f", p.meter.pace()), "eta", eta}
	if g.state != "" {
		args = append(args, "state", g.state)
	}
	for _, n := range g.notes {
		args = append(args, n.name, n.value)
	}
	p.log.Info("progress", args...)
}

func (p *progressLog) tell(e telemetry.Event) {
	if !isTold(e) {
		return
	}
	args := []any{}
	for _, a := range [][2]string{{"by", who(e.By)}, {"from", e.From}, {"to", e.To}, {"reason", e.Reason}} {
		if a[1] != "" {
			args = append(args, a[0], a[1])
		}
	}
	p.log.Info(string(e.Kind), args...)
}

func (*progressLog) finish(gauge) {}

func rateText(perSecond float64) string {
	if perSecond == 0 {
		return "off"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", perSecond), ".0") + "/s"
}
