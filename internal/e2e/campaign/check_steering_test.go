package campaign

import (
	"testing"
	"time"
)

// TestCheckSteering plants violations, and what looks like one and is none.
func TestCheckSteering(t *testing.T) {
	base := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	at := func(seconds float64) time.Time { return base.Add(time.Duration(seconds * float64(time.Second))) }
	pause := func(begin, end float64) Order {
		return Order{Field: "paused", Value: "true", Begin: at(begin), End: at(end), Kept: true}
	}
	unpause := func(begin, end float64) Order {
		return Order{Field: "paused", Value: "false", Begin: at(begin), End: at(end), Kept: true}
	}
	seen := func(seconds float64, paused bool, value string) Sight {
		return Sight{Begin: at(seconds), End: at(seconds + 0.1), Paused: paused, Asked: map[string]string{"paused": value}}
	}
	hold := func(value string, begin, end float64, kept bool) Order {
		return Order{Field: "hold", Value: value, Begin: at(begin), End: at(end), Kept: kept}
	}
	lost, expiring, rate := pause(1, 9), pause(1, 1.1), Order{Field: "rate", Value: "10", Begin: at(1), End: at(2), Kept: true}
	lost.Kept, expiring.Until = false, at(5)
	tests := []struct {
		name string
		give Steered
		want string // the rule; "" for none
	}{
		{"nothing", Steered{Arrivals: []time.Time{at(1)}}, ""},
		{"sent while paused", Steered{Orders: []Order{pause(1, 1.1)}, Sights: []Sight{seen(1.2, true, "true")}, Arrivals: []time.Time{at(1.5)}}, SentPaused},
		{"sent before it was paused", Steered{Orders: []Order{pause(1, 1.1)}, Sights: []Sight{seen(1.6, true, "true")}, Arrivals: []time.Time{at(1.5)}}, ""},
		{"sent more than a second later", Steered{Orders: []Order{pause(1, 1.1)}, Arrivals: []time.Time{at(2.2)}}, SentPaused},
		{"sent before a run in S3 has looked", Steered{Elsewhere: true, Orders: []Order{pause(1, 1.1)}, Arrivals: []time.Time{at(3.2)}}, ""},
		{"sent after a run in S3 has looked", Steered{Elsewhere: true, Orders: []Order{pause(1, 1.1)}, Arrivals: []time.Time{at(5.2)}}, SentPaused},
		{"sent once it went on", Steered{Orders: []Order{pause(1, 1.1), unpause(3, 3.1)}, Sights: []Sight{seen(1.2, true, "true")}, Arrivals: []time.Time{at(3.01)}}, ""},
		{"somebody else lets it go on at once", Steered{Orders: []Order{pause(1, 2), unpause(1.5, 1.6)}, Arrivals: []time.Time{at(4)}}, ""},
		{"sent over a pause's end", Steered{Orders: []Order{expiring}, Arrivals: []time.Time{at(5.5)}}, ""},
		{"sent before a pause's end", Steered{Orders: []Order{expiring}, Arrivals: []time.Time{at(4.5)}}, SentPaused},
		{"a pause without an end replaces it", Steered{Orders: []Order{expiring, pause(3, 3.1)}, Arrivals: []time.Time{at(5.5)}}, SentPaused},
		{"a pause forgotten", Steered{Orders: []Order{pause(1, 1.1)}, Sights: []Sight{seen(2, false, "false")}}, Forgotten},
		{"a pause that was over", Steered{Orders: []Order{expiring}, Sights: []Sight{seen(6, false, "false")}}, ""},
		{"a pause that nobody asked for", Steered{Sights: []Sight{seen(2, false, "true")}}, Forgotten},
		{"a pause of which no answer came, kept", Steered{Orders: []Order{lost}, Sights: []Sight{seen(10, false, "true")}}, ""},
		{"a pause of which no answer came, lost", Steered{Orders: []Order{lost}, Sights: []Sight{seen(10, false, "false")}}, ""},
		{"it comes back later", Steered{Orders: []Order{lost, unpause(10, 11)}, Sights: []Sight{seen(12, false, "true")}}, Forgotten},
		{"sent though it was stopped", Steered{Orders: []Order{hold("true", 1, 1.1, true)}, Arrivals: []time.Time{at(2.2)}}, SentHeld},
		{"sent as it was stopped", Steered{Orders: []Order{hold("true", 1, 1.1, true)}, Arrivals: []time.Time{at(1.5)}}, ""},
		{"sent once it was let go on", Steered{Orders: []Order{hold("true", 1, 1.1, true), hold("false", 5, 9, false)}, Arrivals: []time.Time{at(6)}}, ""},
		{"sent before it was let go on", Steered{Orders: []Order{hold("true", 1, 1.1, true), hold("false", 5, 9, false)}, Arrivals: []time.Time{at(4)}}, SentHeld},
		{"a rate forgotten", Steered{Orders: []Order{rate}, Sights: []Sight{{Begin: at(3), End: at(4), Asked: map[string]string{"rate": "null"}}}}, Forgotten},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := CheckSteering(tt.give)
			if tt.want == "" && len(found) > 0 || tt.want != "" && (len(found) == 0 || found[0].Rule != tt.want) {
				t.Errorf("found %v, want %q", found, tt.want)
			}
		})
	}
}
