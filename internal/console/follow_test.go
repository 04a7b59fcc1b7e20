package console

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// glass is a terminal as people see it: a main screen and another one, of the commands that are sent to it. It fails the test
// for any other.
type glass struct {
	t        *testing.T
	lines    []string // of the screen that is drawn on
	row      int
	written  bool     // in that row, since the cursor came there
	main     []string // below each other, where nothing is drawn
	other    bool
	cursor   bool
	width    int
	frames   int
	widest   int
	received bytes.Buffer
}

var commandOrText = regexp.MustCompile(`\x1b\[[?\d]*[A-Za-z]|\r\n|\n|[^\x1b\r\n]+`)

func (g *glass) Write(p []byte) (int, error) {
	g.received.Write(p)
	for _, part := range commandOrText.FindAllString(string(p), -1) {
		switch part {
		case "\x1b[?1049h":
			g.other, g.lines, g.row = true, nil, 0
		case "\x1b[?1049l":
			g.other = false
		case "\x1b[?25l", "\x1b[?25h":
			g.cursor = part == "\x1b[?25h"
		case "\x1b[?7l", "\x1b[?7h":
		case clearLine:
			if !g.written && g.row < len(g.lines) {
				g.lines[g.row] = ""
			}
		case home:
			g.row, g.written = 0, false
			g.frames++
		case clearRest:
			g.lines = g.lines[:min(len(g.lines), g.row+1)]
		case "\r\n", "\n":
			g.row, g.written = g.row+1, false
		default:
			if strings.HasPrefix(part, "\x1b") {
				g.t.Errorf("the terminal does not know %q", part)
			}
			if !g.other {
				g.main = append(g.main, part)
				continue
			}
			for len(g.lines) <= g.row {
				g.lines = append(g.lines, "")
			}
			g.lines[g.row], g.written = part, true
			g.widest = max(g.widest, prose.Width(part))
		}
	}
	return len(p), nil
}

// TestFollow: the screen is drawn once a second, keeps to a terminal that is made smaller, and leaves what was seen last
// where people read on; it ends with the run.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &glass{t: t, width: 80}
		term := &Terminal{out: g, size: func() (int, int) { return g.width, 24 }, reset: func() {}}
		_, _ = g.Write([]byte(screenOn))
		begun := time.Now()
		v, err := term.Follow(t.Context(), func(context.Context) (View, error) {
			v := goingOn()
			switch seen := time.Since(begun); {
			case seen >= 5*time.Second:
				v.Standing.State, v.Standing.Remaining = "finished", 0
			case seen >= 3*time.Second:
				g.width, g.widest = 60, 0
				v = pausedNow()
			}
			return v, nil
		})
		if err != nil || v.Standing.State != "finished" || g.frames != 6 || time.Since(begun) != 5*time.Second {
			t.Errorf("%s, %v, after %d frames and %s", v.Standing.State, err, g.frames, time.Since(begun))
		}
		if g.widest > 59 {
			t.Errorf("a line of %d columns in a terminal of %d", g.widest, g.width)
		}
		if !strings.HasPrefix(g.lines[0], "loyalty.run: finished") || g.cursor {
			t.Errorf("the screen shows\n%s", strings.Join(g.lines, "\n"))
		}
		term.Close(v)
		if g.other || !g.cursor || len(g.main) == 0 || !strings.HasPrefix(g.main[0], "loyalty.run: finished") {
			t.Errorf("left is\n%s", strings.Join(g.main, "\n"))
		}
		if text := strings.Join(g.main, "\n"); strings.Contains(text, "q leaves") {
			t.Errorf("left is how one leaves:\n%s", text)
		}
	})
}

// TestFollowKeys: q leaves at once, and Ctrl-C is what it is elsewhere; other keys do nothing.
func TestFollowKeys(t *testing.T) {
	for key, want := range map[byte]error{'q': ErrLeft, ctrlC: context.Canceled} {
		synctest.Test(t, func(t *testing.T) {
			keys := make(chan byte, 2)
			keys <- 'x'
			keys <- key
			term := &Terminal{out: &glass{t: t}, size: func() (int, int) { return 80, 24 }, keys: keys}
			begun := time.Now()
			_, err := term.Follow(t.Context(), func(context.Context) (View, error) { return goingOn(), nil })
			if !errors.Is(err, want) || time.Since(begun) != 0 {
				t.Errorf("%v after %s, want %v at once", err, time.Since(begun), want)
			}
		})
	}
}

// TestFollowUnseen: a file system that fails for a moment is told and looked at again; a run that is not there any more ends it.
func TestFollowUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &glass{t: t, other: true}
		term := &Terminal{out: g, size: func() (int, int) { return 80, 24 }}
		looks := 0
		var told []string
		v, err := term.Follow(t.Context(), func(context.Context) (View, error) {
			told = append(told, strings.Join(g.lines, "\n"))
			switch looks++; {
			case looks == 2:
				return View{}, errors.New("stale file handle")
			case looks > 3:
				return View{}, &rundir.NoRunError{Dir: "loyalty.run"}
			}
			return goingOn(), nil
		})
		if _, gone := errors.AsType[*rundir.NoRunError](err); !gone || v.Dir != "loyalty.run" {
			t.Errorf("%v, %v", v, err)
		}
		if !strings.Contains(told[2], "watch     stale file handle") || strings.Contains(told[3], "stale") {
			t.Errorf("it shows\n%s\nand then\n%s", told[2], told[3])
		}
	})
}

// TestFollowLines: without a terminal there is a line every ten seconds, one for each event, and one for the end.
func TestFollowLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		begun := time.Now()
		_, err := FollowLines(t.Context(), &out, func(context.Context) (View, error) {
			v := goingOn()
			v.At = time.Now()
			seen := int64(v.At.Sub(begun) / time.Second)
			v.Standing.Remaining -= 10 * seen
			if seen >= 4 {
				v.Events = append(v.Events, telemetry.Event{ID: 7, At: v.At, Kind: telemetry.Unpaused, By: "ann@host by page"})
			}
			if seen >= 25 {
				v.Standing.State, v.Standing.Reason = "stopped", "too many records failed: 5 of 9 records, the failure budget allows 4"
			}
			return v, nil
		})
		var got []string
		for line := range strings.Lines(out.String()) {
			_, line, _ = strings.Cut(strings.TrimSpace(line), "level=INFO ")
			got = append(got, line)
		}
		const rest = " updated=29294 unchanged=112 failed=4 throttled=12 rate=10/s why=--rate ceiling=10/s"
		want := []string{
			"msg=progress done=29410 total=48211 per_second=0.0 eta=unknown" + rest,
			`msg=unpaused by="ann@host (page)"`,
			"msg=progress done=29510 total=48211 per_second=10.0 eta=31m10s" + rest,
			"msg=progress done=29610 total=48211 per_second=10.0 eta=31m" + rest,
			`msg=stopped done=29660 total=48211 updated=29294 failed=4 reason="too many records failed: 5 of 9 records, --max-failures allows 4"`,
		}
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%v, got\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// TestFollowInterrupted: an interrupt ends the watching, and nothing else.
func TestFollowInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 90*time.Second, context.Canceled)
		defer cancel()
		look := func(context.Context) (View, error) { return goingOn(), nil }
		if _, err := FollowLines(ctx, &bytes.Buffer{}, look); err == nil {
			t.Error("it has not ended")
		}
		term := &Terminal{out: &glass{t: t}, size: func() (int, int) { return 80, 24 }}
		if _, err := term.Follow(ctx, look); err == nil {
			t.Error("it has not ended")
		}
	})
}
