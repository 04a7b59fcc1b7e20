package main

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	tests := []struct {
		name   string
		values []float64
		want   float64
	}{
		{"nothing", nil, 0},
		{"one", []float64{4}, 4},
		{"odd, out of order", []float64{9, 1, 5}, 5},
		{"even: the mean of the two in the middle", []float64{1, 100, 2, 4}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.values)
			if got := median(tt.values); got != tt.want {
				t.Errorf("median is %g, want %g", got, tt.want)
			}
			if !slices.Equal(tt.values, before) {
				t.Errorf("the values are in another order: %v", tt.values)
			}
		})
	}
}

func TestPerSecond(t *testing.T) {
	times := []int64{99, 100, 1099, 1100, 2500, 3099, 3100, 9999}
	if got, want := perSecond(times, 100, 3), []int{2, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("in each second %v, want %v", got, want)
	}
}

func TestWithin(t *testing.T) {
	if got := within([]int64{9, 10, 15, 20, 21}, 10, 20); got != 2 {
		t.Errorf("%d, want 2: the first moment counts, the last does not", got)
	}
}

// samplesOfTest are those of a server with 100 updates a second, 20 of them throttled, and 50 reads, from the first
// second on.
var samplesOfTest = []sample{{1000, 0, 0, 0}, {2000, 100, 20, 50}, {3000, 200, 40, 100}}

func TestCounted(t *testing.T) {
	tests := []struct {
		name string
		at   int64
		want float64
	}{
		{"before the first sample", 500, 0},
		{"at a sample", 2000, 100},
		{"between two", 2250, 125},
		{"behind the last", 9000, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := counted(samplesOfTest, tt.at, func(s sample) int64 { return s.Received }); got != tt.want {
				t.Errorf("%g, want %g", got, tt.want)
			}
		})
	}
}

func TestCallsPerSecond(t *testing.T) {
	if got := callsPerSecond(samplesOfTest, 1500, time.Second); got != 130 {
		t.Errorf("%g, want 130: 80 updates accepted and 50 reads", got)
	}
}

func TestThrottledShare(t *testing.T) {
	if got := throttledShare(samplesOfTest, 1100, 2900); math.Abs(got-0.2) > 1e-9 {
		t.Errorf("%g, want 0.2", got)
	}
	if got := throttledShare(samplesOfTest, 0, 500); got != 0 {
		t.Errorf("%g of no updates, want 0", got)
	}
}

func TestSeriesOfCourse(t *testing.T) {
	c := &course{
		scenario: scenario{name: "n", title: "t", quota: 4, rate: 3, runs: 2, length: 3 * time.Second,
			changes: []quotaChange{{2 * time.Second, 2}}},
		observation: observation{Accepted: map[string][]int64{"a": {1000, 1001, 3000}, "b": {2000}}},
		pools:       []string{"a", "b"}, first: 1000,
	}
	s := c.series()
	if want := []float64{4, 4, 2}; !slices.Equal(s.Allowed, want) {
		t.Errorf("allowed %v, want %v: the quota, which is less than both runs ask for", s.Allowed, want)
	}
	want := []line{{"run 1", []int{2, 0, 1}}, {"run 2", []int{0, 1, 0}}, {"accepted", []int{2, 1, 1}}}
	if !slices.EqualFunc(s.Lines, want, func(a, b line) bool { return a.Label == b.Label && slices.Equal(a.Accepted, b.Accepted) }) {
		t.Errorf("lines %v, want %v", s.Lines, want)
	}
	if got := c.accepted(0, 2*time.Second); got != 1.5 {
		t.Errorf("accepted %g/s, want 1.5", got)
	}
	if got := c.accepted(0, 2*time.Second, "b"); got != 0.5 {
		t.Errorf("accepted of b %g/s, want 0.5", got)
	}
}
