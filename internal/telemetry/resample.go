package telemetry

import "time"

// Resample returns at most so many samples that say the same in longer spans. Sums stay exact, of quantiles the worst is
// kept, of what is a state the last. Spans are of one length, as far as samples can be put together so; one that was
// paused is not put together with one that was not, and none go together over a gap between two starts, as long as that
// leaves room for the rest. Where it does not, a span is paused if any of it was. The samples are in the order of their
// times, and are not changed.
func Resample(samples []Sample, most int) []Sample {
	if len(samples) <= most {
		return samples
	}
	apart, breaks := cut(samples, most)
	total := 0.0
	for _, s := range samples {
		total += s.Seconds
	}
	for span := total / float64(max(1, most-breaks)); ; span *= 1.1 {
		if out, ok := resample(samples, most, span, apart); ok {
			return out
		}
	}
}

// cut says which neighbours must not go together, and how often that is. It is the strictest rule that leaves half of
// the room.
func cut(samples []Sample, most int) (apart func(a, b Sample) bool, breaks int) {
	gap := func(a, b Sample) bool { return b.At.Sub(a.At)-spanOf(b) > leastGap }
	for _, apart := range []func(a, b Sample) bool{
		func(a, b Sample) bool { return a.Paused != b.Paused || gap(a, b) },
		gap,
	} {
		breaks := 1
		for i := range len(samples) - 1 {
			if apart(samples[i], samples[i+1]) {
				breaks++
			}
		}
		if breaks <= most/2 {
			return apart, breaks
		}
	}
	return func(Sample, Sample) bool { return false }, 1
}

// leastGap is how long nothing was noted where a start ended and the next began; a sample says how long it is, whatever the machine
// does.
const leastGap = time.Second

func spanOf(s Sample) time.Duration { return time.Duration(s.Seconds * float64(time.Second)) }

// resample puts neighbours together up to a span, and gives up where that leaves too many. Two spans that follow each
// other unbroken are longer than one, so twice the average is enough, whatever the samples.
func resample(samples []Sample, most int, span float64, apart func(a, b Sample) bool) ([]Sample, bool) {
	const tolerance = 1e-6 // of sums of floating-point numbers
	out := make([]Sample, 0, max(1, most))
	for i, s := range samples {
		last := len(out) - 1
		switch {
		case i > 0 && out[last].Seconds+s.Seconds <= span+tolerance && !apart(samples[i-1], s):
			out[last] = together(out[last], s)
		case len(out) >= max(1, most):
			return nil, false
		default:
			out = append(out, s)
		}
	}
	return out, true
}

// together is what two samples say as one.
func together(a, b Sample) Sample {
	sum := b // states are the last one's
	sum.Seconds = round(a.Seconds+b.Seconds, 1000)
	sum.Accepted += a.Accepted
	sum.Unchanged += a.Unchanged
	sum.Skipped += a.Skipped
	sum.Throttled += a.Throttled
	sum.Paused = a.Paused || b.Paused
	sum.Failed = united(a.Failed, b.Failed, func(x, y int64) int64 { return x + y })
	sum.Latency = united(a.Latency, b.Latency, func(x, y Quantiles) Quantiles {
		return Quantiles{P50: max(x.P50, y.P50), P95: max(x.P95, y.P95), P99: max(x.P99, y.P99)}
	})
	return sum
}

// mostNames is how many classes or APIs are told apart; there are about ten. What is beyond has one name.
const (
	mostNames = 50
	otherName = "other"
)

// united is a map with the names of both.
func united[V any](a, b map[string]V, sum func(x, y V) V) map[string]V {
	if len(a)+len(b) == 0 {
		return nil
	}
	out := make(map[string]V, max(len(a), len(b)))
	for _, m := range []map[string]V{a, b} {
		for name, v := range m {
			if _, known := out[name]; !known && len(out) >= mostNames {
				name = otherName
			}
			if before, known := out[name]; known {
				v = sum(before, v)
			}
			out[name] = v
		}
	}
	return out
}
