package console

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"

	"attrmigrate/internal/prose"
)

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
	return &bar{out: out, meter: m, begun: m.samples[0].done, width: func() int { return cmp.Or(Columns(out), 80) }}
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
		if text := strings.Join(texts, "  "); len(text) <= room || text == "" {
			return text
		}
	}
}
