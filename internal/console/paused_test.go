package console

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// TestPausedBar: a paused run says so, by whom and why, in as much room as there is, and promises no end.
func TestPausedBar(t *testing.T) {
	for _, tt := range []struct {
		name, state string
		width       int
		want        string
	}{
		{"wide", "paused by ann@host: support called", 120, " 61% ▕██████████████          ▏ 29,410/48,211  paused by ann@host: support called  unchanged 112  failed 4  throttled 9"},
		{"a common terminal", "paused by ann@host: support called", 80, " 61% ▕█████████       ▏ 29,410/48,211  paused by ann@host: support called"},
		{"narrow: why is cut", "paused by ann@host: support called", 60, " 61% ▕███████     ▏ 29,410/48,211  paused by ann@host: sup…"},
		{"very narrow", "paused by ann@host: support called", 40, " 61% ▕████    ▏ 29,410/48,211  paused …"},
		{"wide letters", "paused by ann@host: 電話がありました", 60, " 61% ▕███████     ▏ 29,410/48,211  paused by ann@host: 電…"},
		{"what a terminal would take for a command", "paused by ann@host: \x1b[2J", 80, ` 61% ▕█████████       ▏ 29,410/48,211  paused by ann@host: \x1b[2J  failed 4`},
		{"stopping", "stopping", 60, " 61% ▕███████     ▏ 29,410/48,211  stopping  failed 4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, m := underWay()
			g.state = tt.state
			if got := (&bar{meter: m}).line(g, tt.width); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestPauseSpoilsNothing: the pace behind a pause is the one before it, and so is what it tells of the rest, be the pause
// a week long; and a week takes no memory.
func TestPauseSpoilsNothing(t *testing.T) {
	begun := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m := &meter{samples: []sample{{at: begun}}}
	g := gauge{total: 1000}
	now := begun
	for range 10 {
		now, g.done = now.Add(time.Second), g.done+20
		m.add(now, g)
	}
	g.state = "paused"
	if _, ok := m.eta(g); ok {
		t.Error("a paused run tells when it will end")
	}
	for range 100_000 {
		now, g.paused = now.Add(6*time.Second), g.paused+6*time.Second
		m.add(now, g)
	}
	if n := len(m.samples); n > 20 {
		t.Errorf("%d samples are kept", n)
	}
	g.state = ""
	if d, ok := m.eta(g); !ok || d != 40*time.Second || m.pace() != 20 {
		t.Errorf("%s at %g/s, want 40s at 20/s", d, m.pace())
	}
}

// TestEventsAboveTheBar: what somebody does to a run stands above the bar, which is drawn again below.
func TestEventsAboveTheBar(t *testing.T) {
	var out bytes.Buffer
	g, m := underWay()
	b := &bar{out: &out, meter: m, width: func() int { return 60 }}
	b.show(g)
	b.tell(telemetry.Event{Kind: telemetry.Paused, By: "ann@host by command", Reason: "support called, and nobody knows for how long"})
	b.tell(telemetry.Event{Kind: telemetry.Started}) // the command says so itself
	b.tell(telemetry.Event{Kind: telemetry.Rate, From: "20", To: "10", By: "ann@host by page"})
	b.show(g)
	bar := " 61% ▕███████     ▏ 29,410/48,211  20.0/s  eta 15m40s"
	want := "\r" + bar +
		"\rpaused   by ann@host: support called, and nobody knows for \n         how long\n" +
		"\rrate     20/s → 10/s by ann@host (page)\n" +
		"\r" + bar
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestPausedLog: without a terminal, the lines of the log say the same.
func TestPausedLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		ten := 10.0
		s := rundir.Standing{Summary: report.Summary{Rows: 100, Remaining: 90, Updated: 10}, State: "running", Rate: checkpoint.Rate{PerSecond: 20, Reason: "ceiling", Ceiling: 20}}
		events := make(chan telemetry.Event, 1)
		o := Options{Progress: "log"}
		var seen sync.Mutex // of s, which Watch reads beside this goroutine
		end := Watch(RunGauge(func() rundir.Standing {
			seen.Lock()
			defer seen.Unlock()
			return s
		}), events, o, &out, NewLog(&out, o))
		time.Sleep(time.Second)
		events <- telemetry.Event{Kind: telemetry.Paused, By: "ann@host by command", Reason: "support called"}
		synctest.Wait()
		seen.Lock()
		s.State, s.Effective.Reason, s.Asked.Rate = "paused", "ann@host by command: support called", &ten
		seen.Unlock()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		end()
		for _, want := range []string{
			`msg=paused by=ann@host reason="support called"`,
			`msg=progress done=10 total=100 per_second=0.0 eta=unknown state="paused by ann@host: support called" updated=10`,
			`rate=20/s why=--rate ceiling=20/s`, // the other is only asked for,
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s\nis not in\n%s", want, out.String())
			}
		}
	})
}
