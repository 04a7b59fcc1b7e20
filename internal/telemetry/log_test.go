package telemetry

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/disk"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

// event writes one, and holds its ID against what it is to be.
func event(t *testing.T, l *Log, e Event, id int64) {
	t.Helper()
	if got, err := l.Event(e); err != nil || got.ID != id {
		t.Errorf("%s has the ID %d, want %d: %v", e.Kind, got.ID, id, err)
	}
}

const whole = `{"at":"2026-11-29T11:00:00Z","event":"started"}` + "\n"

// TestLogGoesOn: a start goes on behind what earlier ones have written; what was torn off at the end goes.
func TestLogGoesOn(t *testing.T) {
	for _, tt := range []struct {
		name, before, want string
		id                 int64
	}{
		{"the first", "", "", 1},
		{"the second", whole, whole, 2},
		{"a line was torn", whole + `{"at":"2026-11-`, whole, 2},
		{"the first line was torn", `{"at":"2026-11-`, "", 1},
		{"only its end is missing", whole + strings.TrimSuffix(whole, "\n"), whole, 2},
		{"zeros at the end", whole + strings.Repeat("\x00", 100_000), whole, 2},
		{"a damaged line has its number", whole + "\x00\x00\x00\n" + whole, whole + "\x00\x00\x00\n" + whole, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, EventsJSONL, tt.before)
			l, err := Open(disk.OS{}, dir)
			if err != nil {
				t.Fatal(err)
			}
			event(t, l, Event{At: noon, Kind: Finished}, tt.id)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if got, want := content(t, dir, EventsJSONL), tt.want+`{"at":"2026-11-29T12:00:00Z","event":"finished"}`+"\n"; got != want {
				t.Errorf("events.jsonl is\n%s, want\n%s", got, want)
			}
			events, err := ReadEvents(dir)
			if err != nil || len(events) == 0 || events[len(events)-1].ID != tt.id {
				t.Errorf("events are read as %v, %v", events, err)
			}
		})
	}
}

// TestLogWaits: a run that is not recorded leaves no file, and one that is has all of its events.
func TestLogWaits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		anew   bool
		begin  bool
		ids    [2]int64
		events string
	}{
		{"refused", false, false, [2]int64{2, 3}, whole},
		{"recorded", false, true, [2]int64{2, 3}, whole + `{"at":"2026-11-29T12:00:00Z","event":"paused"}` + "\n" + `{"at":"2026-11-29T12:00:00Z","event":"stopped"}` + "\n"},
		{"refused, where another run was", true, false, [2]int64{1, 2}, whole},
		{"recorded, where another run was", true, true, [2]int64{1, 2}, `{"at":"2026-11-29T12:00:00Z","event":"paused"}` + "\n" + `{"at":"2026-11-29T12:00:00Z","event":"stopped"}` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, EventsJSONL, whole)
			l := New(disk.OS{}, dir, tt.anew, func(err error) { t.Error(err) })
			event(t, l, Event{At: noon, Kind: Paused}, tt.ids[0])
			if err := l.Sample(Sample{At: noon, Seconds: 10}); err != nil {
				t.Error(err)
			}
			if tt.begin {
				if err := errors.Join(l.Begin(), l.Begin()); err != nil {
					t.Error(err)
				}
			}
			event(t, l, Event{At: noon, Kind: Stopped}, tt.ids[1])
			if err := errors.Join(l.Close(), l.Close()); err != nil {
				t.Error(err)
			}
			if got := content(t, dir, EventsJSONL); got != tt.events {
				t.Errorf("events.jsonl is\n%s, want\n%s", got, tt.events)
			}
			if got := content(t, dir, SeriesJSONL) != ""; got != tt.begin {
				t.Errorf("there is a series: %v", got)
			}
			if _, err := l.Event(Event{At: noon, Kind: Paused}); !errors.Is(err, os.ErrClosed) {
				t.Errorf("an event after the end: %v", err)
			}
		})
	}
}

// fullDisk takes only the first bytes of a write while it is full, and cuts nothing off where it is stubborn.
type fullDisk struct {
	disk.FS
	full, stubborn bool
}

type fullFile struct {
	disk.File
	on *fullDisk
}

var errFull = errors.New("no space left on device")

func (d *fullDisk) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	f, err := d.FS.OpenFile(path, flag, mode)
	return fullFile{f, d}, err
}

func (f fullFile) Write(b []byte) (int, error) {
	if !f.on.full {
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:min(7, len(b))])
	return n, errors.Join(err, errFull)
}

func (f fullFile) Truncate(size int64) error {
	if f.on.stubborn {
		return errFull
	}
	return f.File.Truncate(size)
}

// TestLogOnAFullDisk: it is told once, and what is written when there is room again stands on lines of its own.
func TestLogOnAFullDisk(t *testing.T) {
	for _, tt := range []struct {
		name     string
		stubborn bool
		ids      []int64
	}{
		{"what was written in part is cut off", false, []int64{1, 0, 0, 2, 3}},
		{"or ended, where it cannot be", true, []int64{1, 0, 0, 4, 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, told := t.TempDir(), 0
			on := &fullDisk{FS: disk.OS{}, stubborn: tt.stubborn}
			l := New(on, dir, true, func(error) { told++ })
			if err := l.Begin(); err != nil {
				t.Fatal(err)
			}
			heard, end := l.Listen()
			defer end()
			for i, id := range tt.ids {
				on.full = id == 0
				got, err := l.Event(Event{At: noon, Kind: Rate})
				if got.ID != id || (err != nil) != on.full {
					t.Errorf("event %d has the ID %d, want %d: %v", i, got.ID, id, err)
				}
				if e := <-heard; e.ID != id {
					t.Errorf("who listens has the ID %d, want %d", e.ID, id)
				}
			}
			if err := l.Close(); err != nil || told != 1 {
				t.Errorf("it was told %d times, %v", told, err)
			}
			events, err := ReadEvents(dir)
			if err != nil || len(events) != 3 || events[1].ID != tt.ids[3] || events[2].ID != tt.ids[4] {
				t.Errorf("events are read as %v, %v\n%s", events, err, content(t, dir, EventsJSONL))
			}
		})
	}
}

// TestLogWithoutAPlace: where the files cannot be made it is told once, and nothing else fails.
func TestLogWithoutAPlace(t *testing.T) {
	dir, told := t.TempDir(), []string(nil)
	for _, name := range []string{EventsJSONL, SeriesJSONL} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l := New(disk.OS{}, dir, false, func(err error) { told = append(told, err.Error()) })
	_ = l.Begin()
	heard, end := l.Listen()
	defer end()
	if e, err := l.Event(Event{At: noon, Kind: Paused}); err == nil || e.ID != 0 || (<-heard).Kind != Paused {
		t.Errorf("an event: %v, %v", e, err)
	}
	if err := l.Sample(Sample{}); err == nil {
		t.Error("a sample was written")
	}
	if err := l.Close(); err != nil || len(told) != 1 || !strings.Contains(told[0], "is a directory") {
		t.Errorf("it was told %q, and at the end %v", told, err)
	}
}

// TestListen: who does not keep up misses some, and sees it; nobody is held up.
func TestListen(t *testing.T) {
	l := New(disk.OS{}, t.TempDir(), true, nil)
	heard, end := l.Listen()
	for range 100 {
		_, _ = l.Event(Event{At: noon, Kind: Paused})
	}
	first := <-heard
	for range len(heard) {
		<-heard
	}
	event(t, l, Event{At: noon, Kind: Unpaused}, 101)
	if last := <-heard; first.ID != 1 || last.ID != 101 {
		t.Errorf("heard %d first, and %d last", first.ID, last.ID)
	}
	end()
	event(t, l, Event{At: noon, Kind: Paused}, 102)
	if len(heard) > 0 {
		t.Error("it listens still")
	}
}

// TestEventTexts: what people write is kept as it is, as far as a line can hold it.
func TestEventTexts(t *testing.T) {
	for _, tt := range []struct{ name, reason, want string }{
		{"a sentence", `support called, "stop" <b>`, `support called, "stop" <b>`},
		{"lines", "one\ntwo\x00", "one\ntwo\x00"},
		{"what is no UTF-8", "a\xffb", "a\uFFFDb"},
		{"a book", strings.Repeat("ä", 5000), strings.Repeat("ä", 1000) + "…"},
		{"a book of controls", strings.Repeat("\x01", 5000), strings.Repeat("\x01", 2000) + "…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			l, err := Open(disk.OS{}, dir)
			if err != nil {
				t.Fatal(err)
			}
			event(t, l, Event{At: noon, Kind: Paused, By: tt.reason, From: tt.reason, To: tt.reason, Reason: tt.reason}, 1) // the longest line
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			events, err := ReadEvents(dir)
			if err != nil || len(events) != 1 || events[0].Reason != tt.want || len(events[0].By) > 203 {
				t.Errorf("it is read as %+v, %v", events, err)
			}
		})
	}
}
