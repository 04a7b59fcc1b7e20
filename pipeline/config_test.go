package pipeline_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
)

// TestConfig: a value that no run can have is refused by New, and named.
func TestConfig(t *testing.T) {
	tests := []struct {
		name string
		set  func(*pipeline.Config)
		want string // "" : taken
	}{
		{"defaults", func(*pipeline.Config) {}, ""},
		{"no source", func(c *pipeline.Config) { c.Source = nil }, "no source"},
		{"no updater", func(c *pipeline.Config) { c.Updater = nil }, "no updater"},
		{"negative rate", func(c *pipeline.Config) { c.Rate = -1 }, "rate is -1"},
		{"rate that is no number", func(c *pipeline.Config) { c.Rate = math.NaN() }, "rate is NaN"},
		{"infinite rate", func(c *pipeline.Config) { c.Rate = math.Inf(1) }, "rate is +Inf"},
		{"unlimited rate", func(c *pipeline.Config) { c.Rate = pipeline.Unlimited }, ""},
		{"negative read rate", func(c *pipeline.Config) { c.ReadRate = -1 }, "read rate -1"},
		{"negative workers", func(c *pipeline.Config) { c.Workers = -1 }, "workers are -1"},
		{"too many workers", func(c *pipeline.Config) { c.Workers = 1 << 40 }, "want 1 to 4096"},
		{"ahead", func(c *pipeline.Config) { c.Ahead, c.Preparer = 256, &reader{} }, ""},
		{"nobody reads, and so none is", func(c *pipeline.Config) { c.Ahead = -1 }, ""},
		{"negative ahead", func(c *pipeline.Config) { c.Ahead, c.Preparer = -1, &reader{} }, "ahead is -1"},
		{"too far ahead", func(c *pipeline.Config) { c.Ahead, c.Preparer = 4090, &reader{} }, "want 0 to 4064"},
		{"negative attempts", func(c *pipeline.Config) { c.MaxAttempts = -1 }, "max attempts are -1"},
		{"negative limit", func(c *pipeline.Config) { c.Limit = -1 }, "limit is -1"},
		{"negative base", func(c *pipeline.Config) { c.Backoff.Base = -1 }, "backoff base is -1ns"},
		{"negative cap", func(c *pipeline.Config) { c.Backoff.Cap = -1 }, "backoff cap is -1ns"},
		{"negative duration", func(c *pipeline.Config) { c.MaxDuration = -time.Second }, "max duration is -1s"},
		{"negative drain timeout", func(c *pipeline.Config) { c.DrainTimeout = -1 }, "drain timeout is -1ns"},
		{"negative save interval", func(c *pipeline.Config) { c.SaveInterval = -1 }, "save interval is -1ns"},
		{"negative throttle limit", func(c *pipeline.Config) { c.ThrottleLimit = -1 }, "throttle limit is -1ns"},
		{"no interval of a user", func(c *pipeline.Config) { c.UserInterval = -1 }, ""},
		{"negative budget", func(c *pipeline.Config) { c.Budget = pipeline.Budget{Given: true, Records: -1} }, "budget is -1 records"},
		{"budget over all", func(c *pipeline.Config) { c.Budget = pipeline.Budget{Given: true, Percent: 101} }, "101%"},
		{"negative records", func(c *pipeline.Config) { c.Resume = checkpoint.State{Records: -1} }, "records is -1"},
		{"parked before the mark", func(c *pipeline.Config) {
			c.Resume = checkpoint.State{Records: 5, Counts: checkpoint.Counts{Updated: 5}, Parked: []int64{3}}
		}, "parked record 3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := pipeline.Config{Source: &list{}, Updater: newService()}
			test.set(&cfg)
			_, err := pipeline.New(cfg)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
