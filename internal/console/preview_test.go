package console

import (
	"testing"

	"attrmigrate/internal/audit"
)

// TestNoChanges: where no record can be applied, the preview does not say that nothing is deleted.
func TestNoChanges(t *testing.T) {
	for _, test := range []struct {
		name string
		of   audit.Preflight
		want string
	}{
		{"none can be applied", audit.Preflight{Rows: 3, Bad: 3}, ""},
		{"nothing is left of any", audit.Preflight{Rows: 3, Emptied: 3}, "3 values taken for empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := changes(&test.of, "row"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
