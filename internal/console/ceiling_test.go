package console

import (
	"testing"

	"attrmigrate/checkpoint"
)

// TestByFlags: what the pipeline says of its limits is told by the flags that set them, and what an older program
// saved stays as it is.
func TestByFlags(t *testing.T) {
	tests := []struct {
		name, reason, rate, wantReason, wantRate string
	}{
		{"budget", "too many records failed: 3 of 7 records, the failure budget allows 2", "ceiling",
			"too many records failed: 3 of 7 records, --max-failures allows 2", "--rate"},
		{"saved before", "too many records failed: 3 of 7 records, --max-failures allows 2", "--rate",
			"too many records failed: 3 of 7 records, --max-failures allows 2", "--rate"},
		{"others", "the limit is reached", "unlimited", "the limit is reached", "unlimited"},
		{"throttled", "", "throttled 3s ago at 21.0/s, probing upwards", "", "throttled 3s ago at 21.0/s, probing upwards"},
		{"set live", "", "set live", "", "set live"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ByFlags(checkpoint.State{Reason: test.reason, Rate: checkpoint.Rate{PerSecond: 20, Reason: test.rate}})
			if got.Reason != test.wantReason || got.Rate.Reason != test.wantRate {
				t.Errorf("%q, %q; want %q, %q", got.Reason, got.Rate.Reason, test.wantReason, test.wantRate)
			}
		})
	}
}
