package console

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

var renew = flag.Bool("renew", false, "write today's screens as those that are wanted")

// noon is when the runs of these tests are looked at.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.Local)

// goingOn is a run in the middle of its work, paused a while ago and slowed down since.
func goingOn() View {
	ten := 10.0
	v := View{Dir: "loyalty.run", At: noon, Standing: rundir.Standing{
		Summary: report.Summary{Rows: 48_211, Remaining: 18_801, Updated: 29_294, Unchanged: 112, Failed: 4, Attempts: 29_310, Throttled: 12,
			Elapsed: 3000, Paused: 720, PerSecond: 9.8},
		State: "running", Rate: checkpoint.Rate{PerSecond: 10, Reason: "ceiling", Ceiling: 10, Reads: 80}, Reads: 29_420,
		Asked:     rundir.Asked{Rate: &ten, RateOrder: &rundir.Order{At: noon.Add(-20 * time.Minute), By: "ann@host by command", Reason: "campaign mail at noon"}},
		Effective: rundir.Effective{Rate: &ten}, Inputs: []string{"loyalty.csv"}, Pool: "us-east-1_Ab12Cd34E", Endpoint: "AWS",
		SavedAt: noon, HeldBy: &checkpoint.Info{PID: 4711, Host: "host"},
	}}
	for i := range 40 {
		s := telemetry.Sample{At: noon.Add(time.Duration(i-40) * 10 * time.Second), Seconds: 10, Accepted: 100, Rate: 10, Ceiling: 10,
			Latency: map[string]telemetry.Quantiles{"AdminGetUser": {P50: 12, P95: 31, P99: 60}, "AdminUpdateUserAttributes": {P50: 42, P95: 90, P99: 1210}}}
		switch {
		case i < 8:
			s.Accepted, s.Rate = int64(200-i), 20
		case i < 12:
			s.Accepted, s.Paused = 0, true
		case i == 20:
			s.Accepted, s.Throttled = 71, 12
		}
		v.Series = append(v.Series, s)
	}
	for i, e := range []telemetry.Event{
		{Kind: telemetry.Started, To: "20", Reason: "48,211 rows"},
		{Kind: telemetry.Paused, To: noon.Add(-30 * time.Minute).UTC().Format(time.RFC3339), By: "ann@host by command", Reason: "support called"},
		{Kind: telemetry.Unpaused, By: "bob@laptop by page"},
		{Kind: telemetry.Rate, From: "20", To: "10", By: "ann@host by command", Reason: "campaign mail at noon"},
		{Kind: telemetry.Throttled, From: "10", To: "7.1"},
		{Kind: telemetry.Unthrottled, From: "7.1", To: "10", Reason: "12 calls throttled in 20s"},
	} {
		e.ID, e.At = int64(i+1), noon.Add(time.Duration(i-60)*time.Minute)
		v.Events = append(v.Events, e)
	}
	return v
}

// pausedNow is the same run, paused again.
func pausedNow() View {
	v := goingOn()
	v.Standing.State, v.Standing.Effective.Paused = "paused", true
	v.Standing.Effective.Reason = "ann@host by command: 電話がありました"
	v.Standing.Asked.Paused, v.Standing.Asked.PausedUntil = true, noon.Add(25*time.Minute)
	v.Standing.Asked.PauseOrder = &rundir.Order{At: noon.Add(-5 * time.Minute), By: "ann@host by command", Reason: "電話がありました"}
	return v
}

// killedNow is the same run, killed while it was paused, and held by somebody.
func killedNow() View {
	v := pausedNow()
	v.Standing.State, v.Standing.HeldBy = "killed", nil
	v.Standing.Asked.Hold, v.Standing.Asked.HoldOrder = true, &rundir.Order{At: noon.Add(-time.Minute), By: "bob@laptop by page", Reason: "change freeze"}
	v.Series, v.Events = nil, nil
	return v
}

// TestFrames: the screens of a run at terminals of several sizes (go test -run TestFrames -renew writes them anew).
func TestFrames(t *testing.T) {
	for name, v := range map[string]View{"running": goingOn(), "paused": pausedNow(), "killed": killedNow()} {
		for _, size := range [][2]int{{40, 12}, {60, 24}, {80, 24}, {120, 40}} {
			file := fmt.Sprintf("%s_%dx%d", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				got := strings.Join(frame(v, size[0], size[1]), "\n") + "\n"
				golden(t, file+".txt", got)
			})
		}
	}
}

// TestStatusText: what status prints of the same runs.
func TestStatusText(t *testing.T) {
	for name, v := range map[string]View{"running": goingOn(), "paused": pausedNow(), "killed": killedNow()} {
		t.Run(name, func(t *testing.T) {
			golden(t, "status_"+name+".txt", screen(func(w *strings.Builder) { ShowStatus(w, 80, v) }))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *renew {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(string(want), "\r\n", "\n") != got {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestFramesFit: whatever there is to say, no line is wider than the terminal and no frame higher, and nothing in it is a
// command to the terminal.
func TestFramesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom([]View{goingOn(), pausedNow(), killedNow()}).Draw(t, "run")
		v.Dir = rapid.StringMatching(`[a-z日本\x1b]{1,80}\.run`).Draw(t, "dir")
		v.Standing.LastError = rapid.String().Draw(t, "error")
		v.Standing.Effective.Reason = rapid.String().Draw(t, "reason")
		v.Events = append(v.Events, telemetry.Event{At: noon, Kind: telemetry.Paused, Reason: rapid.String().Draw(t, "event")})
		v.Standing.Rows = rapid.Int64Range(0, 1e9).Draw(t, "rows")
		v.Standing.Remaining = rapid.Int64Range(0, v.Standing.Rows).Draw(t, "remaining")
		width, height := rapid.IntRange(1, 200).Draw(t, "width"), rapid.IntRange(1, 60).Draw(t, "height")
		lines := frame(v, width, height)
		if len(lines) > height {
			t.Fatalf("%d lines in a terminal of %d", len(lines), height)
		}
		for _, line := range lines {
			if w := prose.Width(line); w > width {
				t.Fatalf("%d columns in a terminal of %d: %q", w, width, line)
			}
			if strings.ContainsAny(line, "\x1b\n\r\t") {
				t.Fatalf("a command to the terminal: %q", line)
			}
		}
	})
}
