package telemetry

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// How many are held in memory: of a run that goes on for days, the last events, and all samples in spans that are twice as
// long each time there are too many.
const (
	mostEvents  = 5_000
	mostSamples = 4_000
)

// ReadEvents reads the events of a run directory, of very many the last; none, where there is no file. A run may be at
// work there.
func ReadEvents(dir string) (all []Event, err error) {
	_, _, err = readLines(filepath.Join(dir, EventsJSONL), func(n int64, line []byte) {
		e, ok := parseEvent(line)
		if !ok {
			return
		}
		if len(all) == 2*mostEvents {
			all = append(all[:0], all[mostEvents:]...)
		}
		e.ID = n
		all = append(all, e)
	})
	if len(all) > mostEvents {
		all = slices.Clone(all[len(all)-mostEvents:])
	}
	return all, err
}

func parseEvent(line []byte) (e Event, ok bool) {
	if json.Unmarshal(line, &e) != nil || e.Kind == "" || !inTime(&e.At) {
		return Event{}, false
	}
	return e, true
}

// ReadSeries reads the samples of a run directory, in the order of their times; none, where there is no file. Of
// very many it sums up neighbours, as [Resample] does. A run may be at work there.
func ReadSeries(dir string) (all []Sample, err error) {
	_, _, err = readLines(filepath.Join(dir, SeriesJSONL), func(_ int64, line []byte) {
		s, ok := parseSample(line)
		if !ok {
			return
		}
		if len(all) == mostSamples {
			all = Resample(all, mostSamples/2)
		}
		all = append(all, s)
	})
	slices.SortStableFunc(all, func(a, b Sample) int { return a.At.Compare(b.At) })
	return all, err
}

func parseSample(line []byte) (s Sample, ok bool) {
	if json.Unmarshal(line, &s) != nil || !inTime(&s.At) || !s.plausible() {
		return Sample{}, false
	}
	return s, true
}

// plausible tells whether a sample can be one of a run: what is damaged must not spoil the sums of the others.
func (s Sample) plausible() bool {
	const most, longest = 1 << 40, 30 * 24 * time.Hour
	counts := []int64{s.Accepted, s.Unchanged, s.Skipped, s.Throttled, s.Remaining}
	for _, n := range s.Failed {
		counts = append(counts, n)
	}
	for _, n := range counts {
		if n < 0 || n > most {
			return false
		}
	}
	numbers := []float64{s.Seconds, s.Rate, s.Ceiling, s.ReadCeiling}
	for _, q := range s.Latency {
		numbers = append(numbers, q.P50, q.P95, q.P99)
	}
	return s.Seconds <= longest.Seconds() && !slices.ContainsFunc(numbers, func(v float64) bool { return !(v >= 0 && v <= most) })
}

// inTime tells whether a moment can be written again, and puts it in UTC.
func inTime(at *time.Time) bool {
	*at = at.UTC()
	return !at.IsZero() && at.Year() > 1 && at.Year() < 9999
}
