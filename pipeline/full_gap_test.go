package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestFullGap: a parked record whose gap is full of what no worker has had - later records of its user, rows
// that were refused, rows that ask for nothing - is judged as any other.
func TestFullGap(t *testing.T) {
	large := []sources.Attribute{{Name: "custom:was", Value: strings.Repeat("x", checkpoint.MaxGapBytes/4)}}
	const rows = checkpoint.MaxGapRecords + 100
	tests := []struct {
		name    string
		rows    int
		behind  func(*sources.Change) // what stands behind the first record
		unknown int
	}{
		{"of refused rows", rows, func(c *sources.Change) { c.Err = errors.New("undecodable") }, 1},
		{"of rows that ask for nothing", rows, func(c *sources.Change) { c.Attributes = nil }, 1},
		{"of its user, by bytes", 20, func(c *sources.Change) { c.Username, c.Expect = "user-0", large }, 20},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := changes(test.rows, test.rows)
				for _, c := range all[1:] {
					test.behind(c)
				}
				s := newService()
				s.fault = poison(0)
				got := start(t, pipeline.Config{
					Updater: s, Preparer: &reader{live: s.last}, Rate: pipeline.Unlimited, ReadRate: pipeline.Unlimited, UserInterval: -1, MaxAttempts: 1,
					MaxDuration: 10 * time.Minute,
				}, all, 1)
				unknown := slices.DeleteFunc(got.unknown(), func(user string) bool { return strings.HasSuffix(user, "otherwise") })
				if got.err != nil || len(unknown) != test.unknown || len(got.kept.results) != test.rows {
					t.Errorf("%v: %d unknown, want %d; %d results of %d", got.err, len(unknown), test.unknown, len(got.kept.results), test.rows)
				}
			})
		})
	}
}
