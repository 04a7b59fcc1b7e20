package telemetry

import (
	"testing"
	"time"

	"attrmigrate/internal/disk"
)

// TestLogWaitsForDays: a run that is paused for two days before its first update has all of its events once it is
// recorded, the last of them too, and a series that goes back to its beginning.
func TestLogWaitsForDays(t *testing.T) {
	dir := t.TempDir()
	l := New(disk.OS{}, dir, true, func(err error) { t.Error(err) })
	event(t, l, Event{At: noon, Kind: Started}, 1)
	event(t, l, Event{At: noon, Kind: Paused}, 2)
	const days = 2 * 24 * 3600 / 10
	for n := range days {
		if err := l.Sample(Sample{At: noon.Add(time.Duration(n+1) * 10 * time.Second), Seconds: 10, Paused: true}); err != nil {
			t.Fatal(err)
		}
	}
	event(t, l, Event{At: noon, Kind: Unpaused}, 3)
	if len(l.samples) > mostWaiting {
		t.Errorf("%d samples wait in memory", len(l.samples))
	}
	if err := l.Begin(); err != nil {
		t.Fatal(err)
	}
	event(t, l, Event{At: noon, Kind: Finished}, 4)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	events, err := ReadEvents(dir)
	if err != nil || len(events) != 4 || events[2].Kind != Unpaused {
		t.Errorf("%v, %v", events, err)
	}
	series, err := ReadSeries(dir)
	seconds := 0.0
	for _, s := range series {
		seconds += s.Seconds
	}
	if err != nil || seconds != days*10 {
		t.Errorf("a series of %.0f s, want %d: %v", seconds, days*10, err)
	}
}
