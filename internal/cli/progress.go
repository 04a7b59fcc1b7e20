package cli

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode/utf8"

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

// bar is the progress bar: one line that is drawn again and again. It lets progressbar draw in memory
// and writes each frame at once, so that no frame is seen half drawn.
type bar struct {
	out   io.Writer
	meter *meter
	begun int64      // records that were done before this start: the bar is sized to the others
	width func() int // columns of the terminal
	drawn int        // columns that the last frame filled
}

func newBar(out io.Writer, m *meter) *bar {
	return &bar{out: out, meter: m, begun: m.samples[0].done, width: func() int { return cmp.Or(columns(out), 80) }}
}

func (b *bar) show(p pipeline.Progress) {
	p.Done, p.Total = p.Done-b.begun, p.Total-b.begun
	line := b.line(p, b.width())
	filled := utf8.RuneCountInString(line)
	rest := strings.Repeat(" ", max(0, b.drawn-filled)) // of the last frame
	b.drawn = filled
	fmt.Fprint(b.out, "\r", line, rest) // a terminal that is gone is no reason to stop the run
}

// finish shows how it ended and begins a new line.
func (b *bar) finish(p pipeline.Progress) {
	b.meter.add(time.Now(), p.Done)
	b.show(p)
	fmt.Fprintln(b.out)
}

// barFrame is what stands around the bar and the text: "100% ▕▏ ", and the last column, which is left
// free, since some terminals begin a new line there.
const barFrame = 9

// line draws a frame for a terminal of so many columns.
func (b *bar) line(p pipeline.Progress, width int) string {
	size := min(max(width/5, 8), 40)
	drawing := progressbar.NewOptions64(max(1, p.Total),
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetWidth(size),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetTheme(progressbar.Theme{
			Saucer: "█", SaucerPadding: " ", BarStart: "▕", BarEnd: "▏",
		}),
	)
	_ = drawing.Set64(min(p.Done, p.Total)) // it fails only beyond the total
	drawing.Describe(b.text(p, width-barFrame-size))
	percent, rest, _ := strings.Cut(strings.TrimSpace(drawing.String()), "%")
	line := []rune(fmt.Sprintf("%3s%%%s", percent, strings.Replace(rest, "▏  ", "▏ ", 1)))
	return string(line[:min(len(line), max(width-1, 0))])
}

// text is what stands behind the bar; where there is no room, the less important parts are left out.
func (b *bar) text(p pipeline.Progress, room int) string {
	type part struct {
		text string
		rank int // 0 is the most important
	}
	parts := []part{
		{fmt.Sprintf("%s/%s", count(p.Done), count(p.Total)), 0},
		{fmt.Sprintf("%.1f/s", b.meter.pace()), 1},
	}
	if d, ok := b.meter.eta(p); ok {
		parts = append(parts, part{"eta " + span(d), 2})
	}
	parts = append(parts,
		part{"unchanged " + count(p.Counts.Unchanged), 5},
		part{"failed " + count(p.Counts.Failed), 3},
		part{"throttled " + count(p.Counts.Throttled), 4},
	)
	for most := 5; ; most-- {
		var texts []string
		for _, part := range parts {
			if part.rank <= most {
				texts = append(texts, part.text)
			}
		}
		if text := strings.Join(texts, "  "); len(text) <= room || text == "" {
			return text
		}
	}
}
