package telemetry

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
)

// TestReadEvents: what is none of ours is passed over, and counts as a line.
func TestReadEvents(t *testing.T) {
	long := `{"at":"2026-11-29T11:00:00Z","event":"paused","reason":"` + strings.Repeat("x", 10<<20) + "\"}\n"
	for _, tt := range []struct {
		name, text string
		ids        []int64
	}{
		{"nothing", "", nil},
		{"events", whole + whole, []int64{1, 2}},
		{"with the line ends of Windows", strings.ReplaceAll(whole+whole, "\n", "\r\n"), []int64{1, 2}},
		{"a line that is being written", whole + whole[:20], []int64{1}},
		{"empty lines", "\n\n" + whole, []int64{3}},
		{"zeros", "\x00\x00\n" + whole, []int64{2}},
		{"other JSON", "[]\n{}\n3\n\"x\"\n{\"event\":\"paused\"}\n{\"at\":\"2026-11-29T11:00:00Z\"}\n" + whole, []int64{7}},
		{"of a newer program", `{"at":"2026-11-29T11:00:00Z","event":"moved","where":{"a":1}}` + "\n" + whole, []int64{1, 2}},
		{"of a time that cannot be written", `{"at":"9999-12-31T23:59:59-23:00","event":"paused"}` + "\n" + whole, []int64{2}},
		{"a line of ten megabytes", whole + long + whole, []int64{1, 3}},
		{"no text at all", "\xff\xfe\x01\n" + whole, []int64{2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, EventsJSONL, tt.text)
			events, err := ReadEvents(dir)
			var ids []int64
			for _, e := range events {
				ids = append(ids, e.ID)
			}
			if err != nil || !reflect.DeepEqual(ids, tt.ids) {
				t.Errorf("the lines %v are events, want %v: %v", ids, tt.ids, err)
			}
		})
	}
}

// TestReadNothing: a run of an earlier version has no such files.
func TestReadNothing(t *testing.T) {
	dir := t.TempDir()
	events, err := ReadEvents(dir)
	series, err2 := ReadSeries(dir)
	if len(events)+len(series) > 0 || err != nil || err2 != nil {
		t.Errorf("%v, %v, %v, %v", events, err, series, err2)
	}
}

// TestReadSeries: what cannot be a sample is passed over; after a clock was set back they stand in the order of time.
func TestReadSeries(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, SeriesJSONL, `{"at":"2026-11-29T12:00:10Z","seconds":10,"accepted":1}
{"at":"2026-11-29T11:00:10Z","seconds":10,"accepted":2}
{"at":"2026-11-29T12:00:20Z","seconds":10,"accepted":-3}
{"at":"2026-11-29T12:00:20Z","seconds":10,"accepted":9000000000000000000}
{"at":"2026-11-29T12:00:20Z","seconds":1e300}
{"at":"2026-11-29T12:00:20Z","seconds":10,"failed":{"x":-1}}
{"at":"2026-11-29T12:00:20Z","seconds":10,"latency":{"x":{"p50":-1}}}
{"at":"2026-11-29T12:00:20Z","seconds":10,"rate":-1}
{"seconds":10,"accepted":4}
{"at":"2026-11-29T12:00:10Z","seconds":10,"accepted":5}
`)
	series, err := ReadSeries(dir)
	var got []int64
	for _, s := range series {
		got = append(got, s.Accepted)
	}
	if err != nil || fmt.Sprint(got) != "[2 1 5]" {
		t.Errorf("samples are %v, %v", got, err)
	}
}

// days is the series of a run of 4.6 days, as it is written.
func days(t testing.TB, dir string, lines int) (bytes int64) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, SeriesJSONL))
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range lines {
		s := Sample{At: noon.Add(time.Duration(i)*10*time.Second + time.Duration(random.IntN(1000))*time.Millisecond), Seconds: 10.001, Accepted: 190 + random.Int64N(20),
			Failed: map[string]int64{"not_found": random.Int64N(3), "invalid": 1}, Throttled: random.Int64N(10), Remaining: int64(200 * (lines - i)),
			Rate: round(20+random.Float64(), 100), Ceiling: 25, ReadCeiling: 80,
			Latency: map[string]Quantiles{update: {round(30+random.Float64(), 10), 81.2, 210}, read: {22.4, 48.3, 120}}}
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(w, "%s\n", data)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestDays: 4.6 days are read within a moment, in bounded memory, and lose nothing of their sums.
func TestDays(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes and reads forty thousand lines")
	}
	dir := t.TempDir()
	const lines = 40_000
	size := days(t, dir, lines)
	if size/lines > 320 {
		t.Errorf("a line has %d bytes", size/lines)
	}
	began := time.Now()
	series, err := ReadSeries(dir)
	took := time.Since(began)
	if err != nil || len(series) > mostSamples || len(series) < mostSamples/8 {
		t.Fatalf("%d samples, %v", len(series), err)
	}
	small := Resample(series, 2000)
	var seconds, longest float64
	for _, s := range small {
		seconds += s.Seconds
		longest = max(longest, s.Seconds)
	}
	if len(small) > 2000 || seconds < 10.001*lines-1 || seconds > 10.001*lines+1 || longest > 8*seconds/float64(len(small)) {
		t.Errorf("%d samples of %.0f s, the longest of %.0f s", len(small), seconds, longest)
	}
	t.Logf("%d lines of %d bytes: %d samples in %s, then %d of at most %.0f s", lines, size/lines, len(series), took, len(small), longest)
}

// TestReadBounded: a file of any size takes no more memory than a small one.
func TestReadBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads as many megabytes")
	}
	dir := t.TempDir()
	for _, name := range []string{EventsJSONL, SeriesJSONL} {
		text := strings.Repeat(`{"at":"2026-11-29T11:00:00Z","event":"paused","seconds":10,"reason":"`+strings.Repeat("x", 100)+"\"}\n", 30_000)
		write(t, dir, name, text+strings.Repeat("garbage", 2<<20))
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	events, err := ReadEvents(dir)
	series, err2 := ReadSeries(dir)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	if err != nil || err2 != nil || len(events) != mostEvents || events[len(events)-1].ID != 30_000 || len(series) > mostSamples || held > 12<<20 {
		t.Errorf("%d events, %d samples in %d bytes, %v, %v", len(events), len(series), held, err, err2)
	}
	runtime.KeepAlive(events)
	runtime.KeepAlive(series)
}

// FuzzReadEvents: whatever stands in the file, what is read of it can be written, and a start goes on behind it.
func FuzzReadEvents(f *testing.F) {
	for _, seed := range []string{"", whole, whole + whole[:30], "\x00\x00\n" + whole, `{"at":"0001-01-01T00:00:00Z","event":"x"}` + "\n", "\r\n{\"event\":\"\\ud800\"}\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		write(t, dir, EventsJSONL, string(data))
		before, err := ReadEvents(dir)
		if err != nil {
			t.Fatal(err)
		}
		l, err := Open(disk.OS{}, dir)
		if err != nil {
			t.Fatal(err)
		}
		mine, err := l.Event(Event{At: noon, Kind: Paused, Reason: string(data)})
		if err != nil || mine.ID != int64(bytes.Count(data, []byte("\n")))+1 {
			t.Fatalf("%+v, %v", mine, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		after, err := ReadEvents(dir)
		if err != nil || len(after) != len(before)+1 || after[len(before)] != mine {
			t.Fatalf("there were %+v, and are %+v, %v", before, after, err)
		}
		if _, err := json.Marshal(after); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzReadSeries: whatever stands in the file, what is read of it can be written and put together, and no sum overflows.
func FuzzReadSeries(f *testing.F) {
	for _, seed := range []string{"", `{"at":"2026-11-29T12:00:10Z","seconds":10,"accepted":1,"failed":{"x":2},"latency":{"x":{"p50":1}}}` + "\n", "{}\n\x00"} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, data []byte, most int) {
		dir := t.TempDir()
		write(t, dir, SeriesJSONL, string(data))
		series, err := ReadSeries(dir)
		if err != nil {
			t.Fatal(err)
		}
		out := Resample(series, most)
		if len(out) > max(1, most) {
			t.Errorf("%d samples are %d", len(series), len(out))
		}
		for i, s := range out {
			if s.Accepted < 0 || i > 0 && s.At.Before(out[i-1].At) {
				t.Errorf("a sample is %+v", s)
			}
		}
		if _, err := json.Marshal(out); err != nil {
			t.Fatal(err)
		}
	})
}
