package main

import (
	"slices"
	"time"
)

// series is a rate over time, for a plot. Its points are a second apart, from the first accepted update.
type series struct {
	Name    string    `json:"name"` // of the file
	Title   string    `json:"title"`
	Allowed []float64 `json:"allowed"` // updates a second
	Lines   []line    `json:"lines"`
}

type line struct {
	Label    string `json:"label"`
	Accepted []int  `json:"accepted"` // in each second
}

// perSecond counts times, in milliseconds, in n seconds from a moment on.
func perSecond(times []int64, from int64, n int) []int {
	counts := make([]int, n)
	for _, at := range times {
		if i := (at - from) / 1000; at >= from && i < int64(n) {
			counts[i]++
		}
	}
	return counts
}

// within counts the times from one moment until before another.
func within(times []int64, from, to int64) int {
	n := 0
	for _, at := range times {
		if from <= at && at < to {
			n++
		}
	}
	return n
}

// counted is the number of requests until a moment, between two samples by interpolation.
func counted(samples []sample, at int64, of func(sample) int64) float64 {
	i, _ := slices.BinarySearchFunc(samples, at, func(s sample, at int64) int { return int(s.At - at) })
	switch {
	case len(samples) == 0 || i == 0:
		return 0
	case i == len(samples):
		return float64(of(samples[i-1]))
	}
	before, after := samples[i-1], samples[i]
	part := float64(at-before.At) / float64(max(1, after.At-before.At))
	return float64(of(before)) + part*float64(of(after)-of(before))
}

// callsPerSecond is the mean of accepted updates and reads in a time from a moment on.
func callsPerSecond(samples []sample, from int64, d time.Duration) float64 {
	accepted := func(s sample) int64 { return s.Received - s.Throttled + s.Reads }
	to := from + d.Milliseconds()
	return (counted(samples, to, accepted) - counted(samples, from, accepted)) / d.Seconds()
}

// throttledShare is the part of the updates received in a time that was throttled.
func throttledShare(samples []sample, from, to int64) float64 {
	between := func(of func(sample) int64) float64 { return counted(samples, to, of) - counted(samples, from, of) }
	received := between(func(s sample) int64 { return s.Received })
	if received == 0 {
		return 0
	}
	return between(func(s sample) int64 { return s.Throttled }) / received
}

// median is the middle of the values, or the mean of the two there.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
