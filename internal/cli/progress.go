package cli

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"attrmigrate/pipeline"
)

const (
	barInterval = 200 * time.Millisecond
	logInterval = 10 * time.Second
)

// watchProgress shows how a run goes until the function that it returns is called.
func watchProgress(r *pipeline.Runner, o outputOptions, stderr io.Writer, log *slog.Logger) (end func()) {
	meter := newMeter(r.Progress())
	var (
		interval time.Duration
		show     func(pipeline.Progress)
		finish   = func(pipeline.Progress) {}
	)
	switch o.kind(stderr) {
	case "bar":
		b := newBar(stderr, meter)
		interval, show, finish = barInterval, b.show, b.finish
	case "log":
		interval, show = logInterval, func(p pipeline.Progress) { logProgress(log, p, meter) }
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
				p := r.Progress()
				meter.add(now, p.Done)
				show(p)
			case <-done:
				finish(r.Progress())
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// kind resolves auto: a bar is for terminals only.
func (o outputOptions) kind(stderr io.Writer) string {
	if o.progress != "auto" {
		return o.progress
	}
	if columns(stderr) > 0 {
		return "bar"
	}
	return "log"
}

// columns is the width of a terminal, or 0 if w is none.
func columns(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width == 0 {
		return 80
	}
	return width
}

// meter measures the pace of the last seconds, which a resumed run has not inherited.
type meter struct {
	samples []sample // oldest first, over at most meterSpan
}

type sample struct {
	at   time.Time
	done int64
}

const meterSpan = 15 * time.Second

func newMeter(p pipeline.Progress) *meter {
	return &meter{samples: []sample{{time.Now(), p.Done}}}
}

func (m *meter) add(at time.Time, done int64) {
	m.samples = append(m.samples, sample{at, done})
	for len(m.samples) > 2 && at.Sub(m.samples[0].at) > meterSpan {
		m.samples = m.samples[1:]
	}
}

// pace is records finished a second.
func (m *meter) pace() float64 {
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	if d := last.at.Sub(first.at).Seconds(); d > 0 {
		return float64(last.done-first.done) / d
	}
	return 0
}

// eta is the time that the remaining records take at that pace, if one can tell.
func (m *meter) eta(p pipeline.Progress) (time.Duration, bool) {
	pace := m.pace()
	if pace <= 0 || p.Total <= p.Done {
		return 0, false
	}
	return time.Duration(float64(p.Total-p.Done) / pace * float64(time.Second)), true
}

func logProgress(log *slog.Logger, p pipeline.Progress, m *meter) {
	eta := "unknown"
	if d, ok := m.eta(p); ok {
		eta = span(d)
	}
	log.Info("progress", "done", p.Done, "total", p.Total, "per_second", fmt.Sprintf("%.1f", m.pace()),
		"eta", eta, "updated", p.Counts.Updated, "unchanged", p.Counts.Unchanged, "failed", p.Counts.Failed,
		"throttled", p.Counts.Throttled, "rate", rateText(p.Rate.PerSecond), "why", p.Rate.Reason)
}

func rateText(perSecond float64) string {
	if perSecond == 0 {
		return "off"
	}
	return fmt.Sprintf("%.1f/s", perSecond)
}

// bar is the progress bar, sized to the records that remained when this start began.
type bar struct {
	out   io.Writer
	bar   *progressbar.ProgressBar
	meter *meter
	begun int64 // records done before this start
	width int
}

func newBar(out io.Writer, m *meter) *bar {
	return &bar{out: out, meter: m, begun: m.samples[0].done}
}

func (b *bar) show(p pipeline.Progress) {
	width := cmp.Or(columns(b.out), 80)
	text := b.text(p, width)
	if b.bar == nil || width != b.width {
		b.width = width
		b.bar = b.make(p, width-len([]rune(text)))
	}
	b.bar.Describe(text)
	_ = b.bar.Set64(p.Done - b.begun) // a terminal that is gone is no reason to stop the run
}

// barFrame is what stands beside the bar and the text: " 61% ▕▏ " and the last column.
const barFrame = 10

// make builds a bar that fits into the columns given, with its frame.
func (b *bar) make(p pipeline.Progress, columns int) *progressbar.ProgressBar {
	return progressbar.NewOptions64(max(1, p.Total-b.begun),
		progressbar.OptionSetWriter(b.out),
		progressbar.OptionSetWidth(min(max(columns-barFrame-8, 4), 40)),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetTheme(progressbar.Theme{
			Saucer: "█", SaucerPadding: " ", BarStart: "▕", BarEnd: "▏",
		}),
	)
}

// text is what stands behind the bar; on a narrow terminal the less important parts are left out.
func (b *bar) text(p pipeline.Progress, width int) string {
	parts := []string{
		fmt.Sprintf("%s/%s", count(p.Done), count(p.Total)),
		fmt.Sprintf("%.1f/s", b.meter.pace()),
	}
	if d, ok := b.meter.eta(p); ok {
		parts = append(parts, "eta "+span(d))
	}
	for _, n := range []struct {
		name  string
		count int64
	}{{"failed", p.Counts.Failed}, {"throttled", p.Counts.Throttled}, {"unchanged", p.Counts.Unchanged}} {
		parts = append(parts, fmt.Sprintf("%s %s", n.name, count(n.count)))
	}
	room := width - barFrame - 6
	text := parts[0]
	for _, part := range parts[1:] {
		if len(text)+2+len(part) > room {
			break
		}
		text += "  " + part
	}
	return text
}

// finish shows how it ended and begins a new line.
func (b *bar) finish(p pipeline.Progress) {
	b.show(p)
	fmt.Fprintln(b.out)
}
