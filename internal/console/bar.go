package console

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/telemetry"
)

// bar is the progress bar: one line that is drawn again and again. It lets progressbar draw in memory
// and writes each frame at once, so that no frame is seen half drawn.
type bar struct {
	out   io.Writer
	meter *meter
	width func() int // columns of the terminal
	drawn int        // columns that the last frame filled
}

func newBar(out io.Writer, m *meter) *bar {
	return &bar{out: out, meter: m, width: func() int { return cmp.Or(Columns(out), 80) }}
}

func (b *bar) show(g gauge) {
	line := b.line(g, b.width())
	filled := prose.Width(line)
	rest := strings.Repeat(" ", max(0, b.drawn-filled)) // of the last frame
	b.drawn = filled
	fmt.Fprint(b.out, "\r", line, rest) // a terminal that is gone is no reason to stop the run
}

func (*bar) interval() time.Duration { return barInterval }

// tell writes what happened above the bar.
func (b *bar) tell(e telemetry.Event) {
	if !isTold(e) {
		return
	}
	head, rest := eventParts(e)
	text := prose.Wrap(fmt.Sprintf("%-8s %s", head, prose.Printable(strings.TrimPrefix(rest, ": "))), b.width())
	first, others, more := strings.Cut(text, "\n")
	fmt.Fprint(b.out, "\r", prose.Pad(first, b.drawn), "\n")
	if more {
		fmt.Fprintln(b.out, others)
	}
	b.drawn = 0
}

// finish shows how it ended and begins a new line.
func (b *bar) finish(g gauge) {
	b.meter.add(time.Now(), g)
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
	line := fmt.Sprintf("%3s%%%s", percent, strings.Replace(rest, "▏  ", "▏ ", 1))
	return cropped(line, width-1)
}

// cropped is the beginning of a line that fits into so many columns.
func cropped(line string, columns int) string {
	if prose.Width(line) <= columns {
		return line
	}
	return strings.TrimSuffix(prose.Cut(line+"…", columns+1), "…")
}

// text is what stands behind the bar; where there is no room, the less important parts are left out.
func (b *bar) text(g gauge, room int) string {
	type part struct {
		text string
		rank int
	}
	parts := []part{
		{fmt.Sprintf("%s/%s", prose.Count(g.done), prose.Count(g.total)), 0},
	}
	if g.state != "" {
		const least = 6 // of paused there is always room for
		rest := room - prose.Width(parts[0].text) - 2
		parts = append(parts, part{prose.Cut(prose.Printable(g.state), max(rest, least)), 1})
	} else {
		parts = append(parts, part{fmt.Sprintf("%.1f/s", b.meter.pace()), 1})
	}
	if d, ok := b.meter.eta(g); ok {
		parts = append(parts, part{"eta " + prose.Span(d), 2})
	}
	for _, n := range g.notes {
		if v, ok := n.value.(int64); ok && n.rank >= 0 {
			parts = append(parts, part{n.name + " " + prose.Count(v), n.rank})
		} else if n.rank >= 0 {
			parts = append(parts, part{fmt.Sprint(n.name, " ", n.value), n.rank})
		}
	}
	for most := 5; ; most-- {
		var texts []string
		for _, part := range parts {
			if part.rank <= most {
				texts = append(texts, part.text)
			}
		}
		if text := strings.Join(texts, "  "); prose.Width(text) <= room || text == "" {
			return text
		}
	}
}
