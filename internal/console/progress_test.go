package console

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"attrmigrate/internal/prose"
)

// underWay is a run at 20 records a second.
func underWay() (gauge, *meter) {
	m := newMeter(gauge{done: 29_110})
	m.add(m.samples[0].at.Add(15*time.Second), gauge{done: 29_410})
	return gauge{total: 48_211, done: 29_410, notes: []note{{"updated", int64(29_294), -1},
		{"unchanged", int64(112), 5}, {"failed", int64(4), 3}, {"throttled", int64(9), 4}}}, m
}

func TestBarLine(t *testing.T) {
	for _, tt := range []struct {
		name  string
		width int
		want  string
	}{
		{"wide: everything", 200, " 61% ▕████████████████████████                ▏ 29,410/48,211  20.0/s  eta 15m40s  unchanged 112  failed 4  throttled 9"},
		{"a common terminal: what is least important is left out", 80, " 61% ▕█████████       ▏ 29,410/48,211  20.0/s  eta 15m40s  failed 4"},
		{"narrow: how far, how fast, how long", 60, " 61% ▕███████     ▏ 29,410/48,211  20.0/s  eta 15m40s"},
		{"very narrow: how far", 34, " 61% ▕████    ▏ 29,410/48,211"},
		{"no room for words", 20, " 61% ▕████    ▏"},
		{"no room at all", 3, " 6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, m := underWay()
			if got := (&bar{meter: m}).line(p, tt.width); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestBarOfALaterStart: the bar counts the run, as all else does, and not what this start does of it.
func TestBarOfALaterStart(t *testing.T) {
	var out bytes.Buffer
	g, m := underWay() // which this start has found at 29,110
	newBar(&out, m).show(g)
	if want := "\r 61% ▕█████████       ▏ 29,410/48,211  20.0/s  eta 15m40s  failed 4"; out.String() != want {
		t.Errorf("got  %q\nwant %q", &out, want)
	}
}

// TestBarFits holds every frame to one line of the terminal, with no word cut on one of any use.
func TestBarFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gauge{total: rapid.Int64Range(0, 1e9).Draw(t, "total")}
		g.done = rapid.Int64Range(0, g.total).Draw(t, "done")
		g.notes = []note{{"failed", rapid.Int64Range(0, g.done).Draw(t, "failed"), 3}}
		m := newMeter(gauge{})
		m.add(m.samples[0].at.Add(time.Second), g)
		width := rapid.IntRange(0, 300).Draw(t, "width")
		line := (&bar{meter: m}).line(g, width)
		if n := utf8.RuneCountInString(line); n >= max(width, 1) {
			t.Fatalf("%d columns in a terminal of %d: %q", n, width, line)
		}
		if width > 2*barFrame && !strings.Contains(line, "▏") {
			t.Fatalf("the bar is cut: %q", line)
		}
	})
}

// TestBarLeavesNothing draws a long frame and then a short one over it.
func TestBarLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p, m := underWay()
		width := 200
		b := &bar{out: &out, meter: m, width: func() int { return width }}
		b.show(p)
		long := out.String()
		out.Reset()
		width = 60
		b.finish(p)
		short := out.String()
		if got, want := utf8.RuneCountInString(short)-1, utf8.RuneCountInString(long); got != want {
			t.Errorf("the second frame fills %d columns, and the first filled %d\n%q\n%q", got, want, long, short)
		}
		if !strings.HasPrefix(short, "\r") || !strings.HasSuffix(short, " \n") {
			t.Errorf("%q does not begin at the line's beginning and end with a new line", short)
		}
	})
}

func TestSpan(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    time.Duration
		want string
	}{
		{"never negative", -time.Second, "0s"},
		{"seconds with a tenth", 9500 * time.Millisecond, "9.5s"},
		{"whole seconds", 42 * time.Second, "42s"},
		{"minutes and seconds", 15*time.Minute + 40*time.Second, "15m40s"},
		{"no zero unit", 40 * time.Minute, "40m"},
		{"hours and minutes", 11*time.Hour + 6*time.Minute + 40*time.Second, "11h7m"},
		{"rounded into the next unit", time.Hour - time.Millisecond, "1h"},
		{"rounded to whole seconds", 9990 * time.Millisecond, "10s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := prose.Span(tt.d); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestPrintable(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"plain text stays", `tiers "A" ü.csv`, `tiers "A" ü.csv`},
		{"an escape sequence", "a\x1b[31mb", `a\x1b[31mb`},
		{"a new line", "a\nb", `a\nb`},
		{"what is no UTF-8", "a\xffb", `a\xffb`},
		{"text that turns around", "a\u202eb", `a\u202eb`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := prose.Printable(tt.text); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestWrap: what people read is broken between words, and only on a terminal.
func TestWrap(t *testing.T) {
	const line = "costs    up to 1,996 updates, 20s at 100/s; up to 1,996 users counted as active this month"
	tests := []struct {
		name  string
		width int
		want  string
	}{
		{"no terminal", 0, line},
		{"wide", 200, line},
		{"narrow", 60, "costs    up to 1,996 updates, 20s at 100/s; up to 1,996 \n         users counted as active this month"},
		{"too narrow for anything", 12, line},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := prose.Wrap(line, test.width); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
