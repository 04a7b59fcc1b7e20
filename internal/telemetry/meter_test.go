package telemetry

import (
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

const (
	update = "AdminUpdateUserAttributes"
	read   = "AdminGetUser"
)

// refused is what the service says; errUnexpected is what we say of what it says.
type refused struct{ error }

func (refused) Answer() bool { return true }

var (
	errRefused    = refused{errors.New("refused")}
	errUnexpected = errors.New("not as expected")
)

// TestMeter: a sample has what happened since the last one, totals all of it.
func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMeter(update, read, time.Now())
		for range 90 {
			m.Called(pipeline.Call{Reading: true, Took: 20 * time.Millisecond})
			m.Called(pipeline.Call{Took: 40 * time.Millisecond})
		}
		for range 10 {
			m.Called(pipeline.Call{Took: 3 * time.Second, Err: errRefused})
			m.Called(pipeline.Call{Took: time.Millisecond, Err: errRefused, Throttled: true})
		}
		m.Called(pipeline.Call{Reading: true, Took: 20 * time.Millisecond, Err: errUnexpected})
		for o, class := range map[pipeline.Outcome]string{pipeline.Updated: "", pipeline.AwaitingVerification: "", pipeline.Unchanged: "", pipeline.Skipped: "", pipeline.Failed: "not_found"} {
			m.Finished(o, class)
		}
		success := time.Now()
		time.Sleep(10 * time.Second)
		p := pipeline.Progress{Total: 100, Done: 5, Rate: checkpoint.Rate{PerSecond: 12.3456, Ceiling: 20, Reads: 80}, Pause: pipeline.Paused}
		want := Sample{
			At: time.Now().UTC(), Seconds: 10, Accepted: 2, Unchanged: 1, Skipped: 1, Failed: map[string]int64{"not_found": 1}, Throttled: 10, Remaining: 95,
			Rate: 12.35, Ceiling: 20, ReadCeiling: 80, Paused: true,
			Latency: map[string]Quantiles{update: {40.2, 3010, 3010}, read: {20.1, 20.1, 20.1}},
		}
		if got := m.Sample(time.Now(), p); !reflect.DeepEqual(got, want) {
			t.Errorf("the sample is\n%+v, want\n%+v", got, want)
		}
		time.Sleep(time.Second)
		if got := m.Sample(time.Now(), pipeline.Progress{}); !reflect.DeepEqual(got, Sample{At: time.Now().UTC(), Seconds: 1}) {
			t.Errorf("the sample of a second in which nothing happened is %+v", got)
		}
		got := m.Totals()
		wantRecords := map[string]int64{"updated": 1, "unchanged": 1, "awaiting_verification": 1, "skipped": 1, "failed": 1}
		wantCalls := map[CallKey]int64{{update, "ok"}: 90, {update, "throttled"}: 10, {update, "failed"}: 10, {read, "ok"}: 91, {read, "throttled"}: 0, {read, "failed"}: 0}
		if !reflect.DeepEqual(got.Records, wantRecords) || !reflect.DeepEqual(got.Calls, wantCalls) || got.Throttles != 10 || !got.LastSuccess.Equal(success) {
			t.Errorf("the totals are %+v", got)
		}
		h := got.Durations[update]
		if h.Count != 100 || h.Sum < 33.59 || h.Sum > 33.61 || h.Buckets[1] != (Bucket{0.025, 0}) || h.Buckets[2] != (Bucket{0.05, 90}) || h.Buckets[8] != (Bucket{5, 100}) || h.Buckets[10] != (Bucket{20, 100}) {
			t.Errorf("the durations of updates are %+v", h)
		}
	})
}

// TestMeterOfExtremes: a call that takes no time, or longer than any histogram has room for, is one.
func TestMeterOfExtremes(t *testing.T) {
	m := NewMeter(update, read, time.Now())
	for _, took := range []time.Duration{-time.Second, 0, time.Nanosecond, 24 * time.Hour} {
		m.Called(pipeline.Call{Took: took})
	}
	h := m.Totals().Durations[update]
	if h.Count != 4 || h.Buckets[10].Count != 3 {
		t.Errorf("the durations are %+v", h)
	}
	if q := m.Sample(time.Now(), pipeline.Progress{}).Latency[update]; q.P50 > 0.01 || q.P99 < 590_000 {
		t.Errorf("the quantiles are %+v", q)
	}
}

// TestCalledAllocatesNothing: the dispatcher tells of each call.
func TestCalledAllocatesNothing(t *testing.T) {
	m := NewMeter(update, read, time.Now())
	c := pipeline.Call{Took: 42 * time.Millisecond}
	if n := testing.AllocsPerRun(1000, func() { m.Called(c); m.Finished(pipeline.Updated, "") }); n > 0 {
		t.Errorf("a call takes %v allocations", n)
	}
}

// BenchmarkCalled is what a call costs the dispatcher.
func BenchmarkCalled(b *testing.B) {
	m := NewMeter(update, read, time.Now())
	for i := range b.N {
		m.Called(pipeline.Call{Reading: i%2 == 0, Took: time.Duration(i%1000) * time.Millisecond})
	}
}

// TestLowRates: a rate that is next to nothing is none that has no limit.
func TestLowRates(t *testing.T) {
	for _, tt := range []struct {
		rate, sample float64
		text         string
	}{
		{17.3456, 17.35, "17.3"}, {1234.56, 1234.56, "1234.6"}, {0.25, 0.25, "0.25"}, {0.0041, 0.0041, "0.0041"}, {1e-9, 1e-9, "1e-09"}, {1. / 3, 0.333, "0.333"}, {0, 0, "off"},
	} {
		m := NewMeter(update, read, noon)
		s := m.Sample(noon.Add(time.Second), pipeline.Progress{Rate: checkpoint.Rate{PerSecond: tt.rate}})
		if text := RateText(tt.rate); text != tt.text || s.Rate != tt.sample {
			t.Errorf("%g: %q, and %g in a sample", tt.rate, text, s.Rate)
		}
	}
}
