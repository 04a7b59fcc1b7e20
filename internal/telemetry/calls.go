package telemetry

import (
	"context"
	"errors"
	"math"
	"sort"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"attrmigrate/pipeline"
)

// How a call came out, as indices.
const (
	okCall = iota
	throttledCall
	failedCall
	results // their number
)

// resultNames are what metrics call them.
var resultNames = [results]string{"ok", "throttled", "failed"}

// bounds are the upper ends of the buckets of durations. The service answers in 20 to 200 ms, from afar in half a second;
// what takes longer than 20 s has met a time-out.
var bounds = [...]time.Duration{
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 20 * time.Second,
}

// longestCall is what a longer one counts as.
const longestCall = 10 * time.Minute

// callCounts are those of one API. A throttled call is in no duration: it is answered at once, and would hide how long the
// others take.
type callCounts struct {
	api     string
	results [results]int64
	buckets [len(bounds) + 1]int64 // not cumulative; the last is of what takes longer
	sum     time.Duration
	since   *hdrhistogram.Histogram // microseconds, since the last sample
}

func newCallCounts(api string) *callCounts {
	return &callCounts{api: api, since: hdrhistogram.New(1, longestCall.Microseconds(), 2)}
}

func (c *callCounts) add(call pipeline.Call) {
	if call.Throttled {
		c.results[throttledCall]++
		return
	}
	if failed(call.Err) {
		c.results[failedCall]++
	} else {
		c.results[okCall]++
	}
	took := min(max(call.Took, 0), longestCall)
	c.buckets[sort.Search(len(bounds), func(i int) bool { return took <= bounds[i] })]++
	c.sum += took
	_ = c.since.RecordValue(took.Microseconds()) // it is within the bounds
}

// failed tells whether an error is the service's, or that there was no answer. Others are of what was answered: a user who
// was read is not as the record expects.
func failed(err error) bool {
	if err == nil {
		return false
	}
	_, answer := errors.AsType[pipeline.Answer](err)
	return answer || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// quantiles are those since they were asked for last; false: there was no call.
func (c *callCounts) quantiles() (Quantiles, bool) {
	if c.since.TotalCount() == 0 {
		return Quantiles{}, false
	}
	at := c.since.ValueAtPercentiles([]float64{50, 95, 99})
	c.since.Reset()
	millis := func(percent float64) float64 { return significant(float64(at[percent])/1000, 0) }
	return Quantiles{P50: millis(50), P95: millis(95), P99: millis(99)}, true
}

// significant rounds to two digits and one more, and no more coarsely than to so many parts of one: a low rate does not
// become none.
func significant(v, parts float64) float64 {
	if v <= 0 {
		return 0
	}
	return round(v, min(max(parts, math.Pow(10, 2-math.Floor(math.Log10(v)))), 1e300))
}

// round rounds to parts of one.
func round(v, parts float64) float64 { return math.Round(v*parts) / parts }
