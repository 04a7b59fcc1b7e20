package rundir

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
)

func write(t testing.TB, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, AskedJSON), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAskedIsReadStrictly(t *testing.T) {
	const remedy = "look at it and remove it; a pause, a rate or a hold that it has is forgotten then"
	for _, tt := range []struct{ name, text, want, hint string }{
		{"garbage", "pause!", "invalid character 'p'", remedy},
		{"empty", "", "unexpected EOF", remedy},
		{"cut short", `{"version":1,"hold":tr`, "unexpected EOF", remedy},
		{"zeros", "\x00\x00\x00", "invalid character", remedy},
		{"a list", `[]`, "it is no JSON object", remedy},
		{"a word that it does not know", `{"version":1,"holds":true}`, `it has a member "holds" that this program does not know`, remedy},
		{"twice the same", `{"version":1,"hold":true,"hold":false}`, `duplicate object member name "hold"`, remedy},
		{"two documents", `{"version":1} {"version":1}`, "invalid character '{' after top-level value", remedy},
		{"no version", `{"hold":true}`, "there is no version 0", remedy},
		{"a version below all", `{"version":-1}`, "there is no version -1", remedy},
		{"a newer version", `{"version":2,"night":{"from":"22:00"}}`, "it is of version 2, and this program knows 1",
			"use the program of that version, or a newer one"},
		{"a rate of zero", `{"version":1,"rate":0}`, "a rate of 0, want a number above 0", remedy},
		{"a rate below zero", `{"version":1,"read_rate":-5}`, "a rate of -5, want a number above 0", remedy},
		{"a rate beyond all", `{"version":1,"rate":1e300}`, "and 10,000 at most", remedy},
		{"a moment that is none", `{"version":1,"paused":true,"paused_until":"noon"}`, "paused_until is nothing that it can be", remedy},
		{"too long", `{"version":1}` + strings.Repeat(" ", 70_000), "it has more than 65,536 bytes", remedy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, tt.text)
			_, err := LoadAsked(dir)
			if _, ok := errors.AsType[*AskedError](err); !ok {
				t.Fatalf("got %v, want an *AskedError", err)
			}
			if _, ok := errors.AsType[*refusal.UsageError](err); ok {
				t.Error("it is told as a mistake in the command line")
			}
			begin := filepath.Join(dir, "control.json") + ": what was asked of the run cannot be read: "
			if !strings.HasPrefix(err.Error(), begin) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("text: %v\nwant  %s...%s", err, begin, tt.want)
			}
			if hint := refusal.HintOf(err); hint != tt.hint {
				t.Errorf("hint: %s", hint)
			}
			_, _, err = ChangeAsked(disk.OS{}, dir, func(a *Asked) { a.Hold = false })
			if err == nil {
				t.Error("what could not be read was changed")
			}
			if text, _ := os.ReadFile(filepath.Join(dir, AskedJSON)); string(text) != tt.text {
				t.Error("it was replaced")
			}
		})
	}
}

func TestAskedOfNobody(t *testing.T) {
	if a, err := LoadAsked(t.TempDir()); err != nil || !reflect.DeepEqual(a, Asked{Version: 1}) {
		t.Errorf("got %+v, %v", a, err)
	}
	if a, err := LoadAsked(filepath.Join(t.TempDir(), "no.run")); err != nil || a.Hold {
		t.Errorf("of no directory: %+v, %v", a, err)
	}
}

func TestAskedIsNoLinkAndNoPipe(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(t.TempDir(), "other.json")
	if err := os.WriteFile(other, []byte(`{"version":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, filepath.Join(dir, AskedJSON)); err != nil {
		t.Skip(err)
	}
	if _, err := LoadAsked(dir); err == nil || !strings.Contains(err.Error(), "it is a symbolic link") {
		t.Errorf("a link: %v", err)
	}
	if _, _, err := ChangeAsked(disk.OS{}, dir, func(*Asked) {}); err == nil || !strings.Contains(err.Error(), "is a symbolic link, and a run directory is its owner's alone") {
		t.Errorf("to be changed: %v", err)
	}
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, AskedJSON), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadAsked(dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
}

func TestChangeAskedKeepsWhatOthersAsked(t *testing.T) {
	dir := t.TempDir()
	const each = 10
	var all sync.WaitGroup
	for who := range 4 {
		all.Go(func() {
			for i := range each {
				if _, _, err := ChangeAsked(disk.OS{}, dir, func(a *Asked) {
					rate := 1.0
					if a.Rate != nil {
						rate = *a.Rate + 1
					}
					a.Rate, a.RateOrder = &rate, &Order{By: fmt.Sprint(who, " ", i)}
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	a, err := LoadAsked(dir)
	if err != nil || a.Rate == nil || *a.Rate != 4*each {
		t.Errorf("after %d steps: %+v, %v", 4*each, a, err)
	}
	if info, err := os.Stat(filepath.Join(dir, AskedJSON)); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestChangeAskedRefusesWhatItCouldNotRead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Asked)
		want   string
	}{
		{"not a number", func(a *Asked) { nan := math.NaN(); a.Rate = &nan }, "a rate of NaN, want a number above 0, and 10,000 at most"},
		{"no bound", func(a *Asked) { inf := math.Inf(1); a.ReadRate = &inf }, "a rate of +Inf, want"},
		{"too much", func(a *Asked) { a.HoldOrder = &Order{Reason: strings.Repeat("x", 70_000)} }, "control.json would have more than 65,536 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, _, err := ChangeAsked(disk.OS{}, dir, tt.change); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
			if disk.Exists(filepath.Join(dir, AskedJSON)) {
				t.Error("it was written")
			}
		})
	}
}

func TestCheckRateAndPause(t *testing.T) {
	for _, tt := range []struct {
		name      string
		err       error
		want, how string
	}{
		{"25 a second", CheckRate(25), "", ""},
		{"one in a quarter of an hour", CheckRate(0.001), "", ""},
		{"zero", CheckRate(0), "a rate of 0, want a number above 0, and 10,000 at most", "pause is what sends nothing"},
		{"below zero", CheckRate(-3), "a rate of -3, want a number above 0, and 10,000 at most", ""},
		{"half an hour", CheckPause(30 * time.Minute), "", ""},
		{"no time", CheckPause(0), "a pause of 0s, want more than 0s", ""},
		{"time that is over", CheckPause(-time.Minute), "a pause of -1m0s, want more than 0s", ""},
		{"longer than anybody waits", CheckPause(9000 * time.Hour), "a pause of more than a year, want one without an end, or a shorter one", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if tt.err != nil {
				got = tt.err.Error()
				if _, ok := errors.AsType[*refusal.UsageError](tt.err); !ok {
					t.Errorf("it is no mistake in the use: %v", tt.err)
				}
			}
			if got != tt.want || refusal.HintOf(tt.err) != tt.how {
				t.Errorf("got %q, %q", got, refusal.HintOf(tt.err))
			}
		})
	}
}

// FuzzAsked: whatever stands in control.json is refused, or says the same when it was written again.
func FuzzAsked(f *testing.F) {
	for _, text := range []string{
		`{"version":1,"paused":true,"paused_until":"2026-11-29T13:00:00Z","rate":10,"read_rate":null,"hold":false,"pause_order":{"at":"2026-11-29T12:00:00Z","by":"ann@host by command","reason":"support called"}}`,
		`{"version":1,"hold":true,"hold_order":{"at":"2026-11-29T12:00:00+05:30","by":""}}`, `{"version":2}`, `{"version":1,"rate":1e-320}`, "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		write(t, dir, text)
		a, err := LoadAsked(dir)
		if err != nil {
			return
		}
		before, after, err := ChangeAsked(disk.OS{}, dir, func(*Asked) {})
		if err != nil {
			t.Fatalf("%q can be read, and not be written: %v", text, err)
		}
		again, err := LoadAsked(dir)
		if err != nil || !reflect.DeepEqual(before, a) || !reflect.DeepEqual(after, a) || fmt.Sprint(again) == "" {
			t.Fatalf("%q: %v", text, err)
		}
		if again.Hold != a.Hold || again.Paused != a.Paused || !again.PausedUntil.Equal(a.PausedUntil) || (again.Rate == nil) != (a.Rate == nil) {
			t.Errorf("%q: %+v and then %+v", text, a, again)
		}
	})
}

// TestChangeAskedRaced: what another one asked at the same time stays, and the change is made to it.
func TestChangeAskedRaced(t *testing.T) {
	ten := 10.0
	there, races := Asked{Version: askedVersion}, 2
	before, after, err := alter(func(a *Asked) { a.Paused = true }, func() (Asked, error) { return there, nil }, func([]byte) error {
		if races--; races >= 0 {
			there.Rate = &ten
			return fmt.Errorf("control.json: %w", runlog.ErrRaced)
		}
		return nil
	})
	if err != nil || before.Rate != &ten || before.Paused || after.Rate != &ten || !after.Paused {
		t.Errorf("before is %+v, after %+v (%v)", before, after, err)
	}
	_, _, err = alter(func(*Asked) {}, func() (Asked, error) { return there, nil }, func([]byte) error { return runlog.ErrRaced })
	if !errors.Is(err, runlog.ErrRaced) {
		t.Errorf("who loses every race is told %v", err)
	}
}
