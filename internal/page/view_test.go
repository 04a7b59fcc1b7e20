package page

import "testing"

// TestPaceText: as the pictures have it (rate, in words.js).
func TestPaceText(t *testing.T) {
	for x, want := range map[float64]string{20: "20", 12.5: "12.5", 0.25: "0.25", 8.388608000000001: "8.39", 99.97: "100", 123.4: "123", 1500: "1,500"} {
		if got := paceText(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
}
