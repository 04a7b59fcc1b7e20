package cli

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

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

// runGauge is how far a run is.
func runGauge(r *pipeline.Runner) func() gauge {
	return func() gauge {
		p := r.Progress()
		return gauge{done: p.Done, total: p.Total, notes: []note{
			{"updated", p.Counts.Updated, -1},
			{"unchanged", p.Counts.Unchanged, 5},
			{"failed", p.Counts.Failed, 3},
			{"throttled", p.Counts.Throttled, 4},
			{"rate", rateText(p.Rate.PerSecond), -1},
			{"why", rateReason(p.Rate.Reason), -1},
		}}
	}
}

// counter is how many of how many users were read. It is set by one goroutine and shown by another.
type counter struct{ done, total atomic.Int64 }

func (c *counter) set(done, total int64) {
	c.done.Store(done)
	c.total.Store(total)
}

func (c *counter) gauge() gauge { return gauge{done: c.done.Load(), total: c.total.Load()} }

// watchProgress shows how something goes until the function that it returns is called. It calls read
// from a goroutine of its own.
func watchProgress(read func() gauge, o outputOptions, stderr io.Writer, log *slog.Logger) (end func()) {
	meter := newMeter(read().done)
	var (
		interval time.Duration
		show     func(gauge)
		finish   = func(gauge) {}
	)
	switch o.kind(stderr) {
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
	f, ok := terminalOf(w).(*os.File)
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

func newMeter(done int64) *meter { return &meter{samples: []sample{{time.Now(), done}}} }

func (m *meter) add(at time.Time, done int64) {
	m.samples = append(m.samples, sample{at, done})
	for len(m.samples) > 2 && at.Sub(m.samples[0].at) > meterSpan {
		m.samples = m.samples[1:]
	}
}

// pace is how many are done a second.
func (m *meter) pace() float64 {
	first, last := m.samples[0], m.samples[len(m.samples)-1]
	if d := last.at.Sub(first.at).Seconds(); d > 0 {
		return float64(last.done-first.done) / d
	}
	return 0
}

// eta is the time that the others take at that pace, if one can tell.
func (m *meter) eta(g gauge) (time.Duration, bool) {
	pace := m.pace()
	if pace <= 0 || g.total <= g.done {
		return 0, false
	}
	return time.Duration(float64(g.total-g.done) / pace * float64(time.Second)), true
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

// bar is the progress bar: one line that is drawn again and again. It lets progressbar draw in memory
// and writes each frame at once, so that no frame is seen half drawn.
type bar struct {
	out   io.Writer
	meter *meter
	begun int64      // what was done before this start: the bar is sized to the others
	width func() int // columns of the terminal
	drawn int        // columns that the last frame filled
}

func newBar(out io.Writer, m *meter) *bar {
	return &bar{out: out, meter: m, begun: m.samples[0].done, width: func() int { return cmp.Or(columns(out), 80) }}
}

func (b *bar) show(g gauge) {
	g.done, g.total = g.done-b.begun, g.total-b.begun
	line := b.line(g, b.width())
	filled := utf8.RuneCountInString(line)
	rest := strings.Repeat(" ", max(0, b.drawn-filled)) // of the last frame
	b.drawn = filled
	fmt.Fprint(b.out, "\r", line, rest) // a terminal that is gone is no reason to stop the run
}

// finish shows how it ended and begins a new line.
func (b *bar) finish(g gauge) {
	b.meter.add(time.Now(), g.done)
	b.show(g)
	fmt.Fprintln(b.out)
}

// barFrame is what stands around the bar and the text: "100% ▕▏ ", and the last column, which is left
// free, since some terminals begin a new line there.
const barFrame = 9

// line draws a frame for a terminal of so many columns.
func (b *bar) line(g gauge, width int) string {
	size := min(max(width/5, 8), 40)
	drawing := progressbar.NewOptions64(max(1, g.total),
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetWidth(size),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetTheme(progressbar.Theme{
			Saucer: "█", SaucerPadding: " ", BarStart: "▕", BarEnd: "▏",
		}),
	)
	_ = drawing.Set64(min(g.done, g.total)) // it fails only beyond the total
	drawing.Describe(b.text(g, width-barFrame-size))
	percent, rest, _ := strings.Cut(strings.TrimSpace(drawing.String()), "%")
	line := []rune(fmt.Sprintf("%3s%%%s", percent, strings.Replace(rest, "▏  ", "▏ ", 1)))
	return string(line[:min(len(line), max(width-1, 0))])
}

// text is what stands behind the bar; where there is no room, the less important parts are left out.
func (b *bar) text(g gauge, room int) string {
	type part struct {
		text string
		rank int
	}
	parts := []part{
		{fmt.Sprintf("%s/%s", prose.Count(g.done), prose.Count(g.total)), 0},
		{fmt.Sprintf("%.1f/s", b.meter.pace()), 1},
	}
	if d, ok := b.meter.eta(g); ok {
		parts = append(parts, part{"eta " + prose.Span(d), 2})
	}
	for _, n := range g.notes {
		if v, ok := n.value.(int64); ok && n.rank >= 0 {
			parts = append(parts, part{n.name + " " + prose.Count(v), n.rank})
		}
	}
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
