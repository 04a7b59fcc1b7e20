package console

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/pipeline"
)

const (
	barInterval = 200 * time.Millisecond
	logInterval = 10 * time.Second
)

// gauge is how far something is that takes a while.
type gauge struct {
	done, total int64
	notes       []note // shown behind the numbers
}

// note is a word or two on how it goes.
type note struct {
	name  string
	value any
	rank  int // 0 is the most important; on a narrow terminal the bar leaves the others out. -1: log only
}

// RunGauge is how far a run is.
func RunGauge(r *pipeline.Runner) func() gauge {
	return func() gauge {
		p := r.Progress()
		skipped := []note{{"skipped", p.Counts.Skipped, 5}}
		if p.Counts.Skipped == 0 { // few ask for it
			skipped = nil
		}
		return gauge{done: p.Done, total: p.Total, notes: slices.Concat([]note{
			{"updated", p.Counts.Updated, -1},
			{"unchanged", p.Counts.Unchanged, 5},
		}, skipped, []note{
			{"failed", p.Counts.Failed, 3},
			{"throttled", p.Counts.Throttled, 4},
			{"rate", rateText(p.Rate.PerSecond), -1},
			{"why", rateReason(p.Rate.Reason), -1},
		})}
	}
}

// Watch shows how something goes until the function that it returns is called. It calls read
// from a goroutine of its own.
func Watch(read func() gauge, o Options, stderr io.Writer, log *slog.Logger) (end func()) {
	meter := newMeter(read().done)
	var (
		interval time.Duration
		show     func(gauge)
		finish   = func(gauge) {}
	)
	switch o.Kind(stderr) {
	case "bar":
		b := newBar(stderr, meter)
		interval, show, finish = barInterval, b.show, b.finish
	case "log":
		interval, show = logInterval, func(g gauge) { logProgress(log, g, meter) }
	default:
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() { // it owns the meter and the bar until it has ended
		defer close(ended)
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				g := read()
				meter.add(now, g.done)
				show(g)
			case <-done:
				finish(read())
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(done)
		<-ended
	})
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

func logProgress(log *slog.Logger, g gauge, m *meter) {
	eta := "unknown"
	if d, ok := m.eta(g); ok {
		eta = prose.Span(d)
	}
	args := []any{"done", g.done, "total", g.total, "per_second", fmt.Sprintf("%.1f", m.pace()), "eta", eta}
	for _, n := range g.notes {
		args = append(args, n.name, n.value)
	}
	log.Info("progress", args...)
}

func rateText(perSecond float64) string {
	if perSecond == 0 {
		return "off"
	}
	return fmt.Sprintf("%.1f/s", perSecond)
}
