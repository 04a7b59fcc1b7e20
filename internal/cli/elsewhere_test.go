package cli

import (
	"testing"

	"attrmigrate/internal/s3"
)

// TestInputInTheRunsPlace: an input is not where a run in S3 writes a report of that name.
func TestInputInTheRunsPlace(t *testing.T) {
	for _, tt := range []struct {
		place, input string
		refused      bool
	}{
		{"s3://runs/loyalty", "s3://runs/loyalty/errors.csv", true},
		{"s3://runs/loyalty/", "s3://runs/loyalty/plan.jsonl", true},
		{"s3://runs", "s3://runs/undo.jsonl", true},
		{"s3://runs/loyalty", "s3://runs/loyalty/loyalty.csv", false},
		{"s3://runs/loyalty", "s3://runs/loyalty/deeper/errors.csv", false},
		{"s3://runs/loyalty/deeper", "s3://runs/loyalty/errors.csv", false},
		{"s3://runs/loyalty", "s3://others/loyalty/errors.csv", false},
		{"s3://runs/loyalty", "loyalty/errors.csv", false},
		{"s3://runs/loyalty", "-", false},
	} {
		place, err := s3.ParseURL(tt.place)
		if err != nil {
			t.Fatal(err)
		}
		if err := holdsInput(place, []string{tt.input}); (err != nil) != tt.refused {
			t.Errorf("%s in %s: %v", tt.input, tt.place, err)
		}
	}
}
