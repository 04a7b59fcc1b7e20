package telemetry

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sums are what must not change.
type sums struct {
	accepted, unchanged, skipped, throttled int64
	failed                                  map[string]int64
	worst                                   map[string]Quantiles
	seconds                                 time.Duration
}

func sumsOf(series []Sample) sums {
	t := sums{failed: map[string]int64{}, worst: map[string]Quantiles{}}
	for _, s := range series {
		t.accepted, t.unchanged, t.skipped, t.throttled = t.accepted+s.Accepted, t.unchanged+s.Unchanged, t.skipped+s.Skipped, t.throttled+s.Throttled
		for class, n := range s.Failed {
			t.failed[class] += n
		}
		for api, q := range s.Latency {
			w := t.worst[api]
			t.worst[api] = Quantiles{max(w.P50, q.P50), max(w.P95, q.P95), max(w.P99, q.P99)}
		}
		t.seconds += time.Duration(s.Seconds*1000+0.5) * time.Millisecond
	}
	return t
}

// drawSeries draws the samples of some starts.
func drawSeries(t *rapid.T) (series []Sample) {
	at := noon
	for range rapid.IntRange(1, 4).Draw(t, "starts") {
		at = at.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "gap")) * time.Second)
		for range rapid.IntRange(0, 40).Draw(t, "samples") {
			span := time.Duration(rapid.IntRange(1, 20_000).Draw(t, "span")) * time.Millisecond
			at = at.Add(span)
			s := Sample{At: at, Seconds: span.Seconds(), Accepted: rapid.Int64Range(0, 300).Draw(t, "accepted"), Throttled: rapid.Int64Range(0, 2).Draw(t, "throttled"),
				Remaining: rapid.Int64Range(0, 300).Draw(t, "remaining"), Rate: rapid.Float64Range(0, 25).Draw(t, "rate"), Paused: rapid.IntRange(0, 20).Draw(t, "paused") == 0}
			if rapid.Bool().Draw(t, "more") {
				s.Unchanged, s.Skipped = 1, 2
				s.Failed = map[string]int64{rapid.SampledFrom([]string{"not_found", "invalid"}).Draw(t, "class"): 3}
				s.Latency = map[string]Quantiles{rapid.SampledFrom([]string{update, read}).Draw(t, "api"): {1, rapid.Float64Range(1, 50).Draw(t, "p95"), 60}}
			}
			series = append(series, s)
		}
	}
	return series
}

// TestResample: no sum changes, the worst stays the worst, the end is the end, and the samples that are given stay.
func TestResample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series := drawSeries(t)
		before := sumsOf(series)
		most := rapid.IntRange(1, 80).Draw(t, "most")
		out := Resample(series, most)
		if len(out) > most && len(series) > most {
			t.Fatalf("%d samples are %d, of %d", len(series), len(out), most)
		}
		if got := sumsOf(out); !reflect.DeepEqual(got, before) {
			t.Fatalf("the sums were %+v and are %+v", before, got)
		}
		if got := sumsOf(series); !reflect.DeepEqual(got, before) {
			t.Fatal("the samples that were given are changed")
		}
		for i, s := range out {
			if i > 0 && s.At.Before(out[i-1].At) {
				t.Fatalf("%s comes after %s", s.At, out[i-1].At)
			}
		}
		if n := len(out); n > 0 {
			last, end := out[n-1], series[len(series)-1]
			if !last.At.Equal(end.At) || last.Remaining != end.Remaining || last.Rate != end.Rate {
				t.Fatalf("the end was %+v and is %+v", end, last)
			}
		}
	})
}

// TestResampleShows: what is to be seen is there when ten days are put into 2,000 spans.
func TestResampleShows(t *testing.T) {
	var series []Sample
	at := noon
	for i := range 86_400 {
		at = at.Add(10 * time.Second)
		s := Sample{At: at, Seconds: 10, Accepted: 200, Paused: i >= 40_000 && i < 40_003}
		switch i {
		case 20_000:
			s.Throttled = 1
		case 60_000:
			at = at.Add(2 * time.Second) // a start was killed, and the next one begun
			s.At = at
		}
		series = append(series, s)
	}
	out := Resample(series, 2000)
	var throttled, paused, gaps int
	for i, s := range out {
		if s.Throttled > 0 {
			throttled++
		}
		if s.Paused {
			paused++
			if s.Seconds != 30 {
				t.Errorf("a pause of 30 s takes %v s", s.Seconds)
			}
		}
		if i > 0 && s.At.Sub(out[i-1].At)-spanOf(s) >= 2*time.Second {
			gaps++
		}
	}
	if len(out) > 2000 || len(out) < 1500 || throttled != 1 || paused != 1 || gaps != 1 {
		t.Errorf("%d samples, %d throttled, %d paused, %d gaps", len(out), throttled, paused, gaps)
	}
	// A guardian pauses it every twenty seconds: the pauses are more than there is room for, and are seen all the same.
	for i := range series {
		series[i].Paused = i%2 == 0
	}
	out = Resample(series, 2000)
	for _, s := range out {
		if !s.Paused {
			t.Fatal("a pause is not seen")
		}
	}
}

// TestResampleNames: names that a damaged file makes up do not pile up.
func TestResampleNames(t *testing.T) {
	var series []Sample
	for i := range 1000 {
		series = append(series, Sample{At: noon.Add(time.Duration(i) * time.Second), Seconds: 1, Failed: map[string]int64{string(rune('a' + i)): 1}})
	}
	out := Resample(series, 1)
	sum := int64(0)
	for _, n := range out[0].Failed {
		sum += n
	}
	if len(out) != 1 || len(out[0].Failed) > mostNames+1 || out[0].Failed[otherName] == 0 || sum != 1000 {
		t.Errorf("there are %d names of %d records, and %d others", len(out[0].Failed), sum, out[0].Failed[otherName])
	}
}
