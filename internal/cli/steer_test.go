package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"attrmigrate/internal/control"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// TestShowsLimits: what is printed of a ceiling is what is in force, and not what was before: of a lifted one the events tell it.
func TestShowsLimits(t *testing.T) {
	ordered := time.Date(2026, 11, 29, 13, 35, 9, 123456789, time.UTC)
	event := func(kind telemetry.Kind, after time.Duration, to string) string {
		return fmt.Sprintf(`{"at":%q,"event":%q,"to":%q}`+"\n", ordered.Add(after).Format("2006-01-02T15:04:05.000Z07:00"), kind, to)
	}
	set, lift, liftReads := control.Limits{SetRate: true, Rate: new(40.0)}, control.Limits{SetRate: true}, control.Limits{SetReadRate: true}
	for _, test := range []struct {
		name        string
		limits      control.Limits
		before, now *float64 // 5 was asked for before
		events      string
		waited      time.Duration
		want        bool
	}{
		{"set, not in force", set, new(5.0), new(5.0), "", 20 * time.Second, false},
		{"set, in force", set, new(5.0), new(40.0), "", 0, true},
		{"lifted, not told", lift, new(5.0), new(5.0), event(telemetry.Rate, -time.Minute, "5"), 4 * time.Second, false},
		{"lifted, told and not in force yet", lift, new(5.0), new(5.0), event(telemetry.Rate, 0, "20"), 4 * time.Second, false},
		{"lifted, told and in force", lift, new(5.0), new(20.0), event(telemetry.Rate, 0, "20"), 0, true},
		{"lifted, to none, not in force yet", lift, new(5.0), new(5.0), event(telemetry.Rate, 0, "off"), 0, false},
		{"lifted, to none", lift, new(5.0), nil, event(telemetry.Rate, 0, "off"), 0, true},
		{"lifted, while one of before is not in force yet", lift, new(5.0), new(7.0), event(telemetry.Rate, -time.Second, "7"), 0, false},
		{"lifted, and set anew by somebody else", lift, new(5.0), new(8.0), event(telemetry.Rate, 0, "20") + event(telemetry.Rate, time.Second, "8"), 0, true},
		{"lifted, where that changes nothing", lift, new(5.0), new(5.0), "", 15 * time.Second, true},
		{"lifted, where there was none", lift, nil, new(20.0), "", 0, true},
		{"reads lifted, updates told", liftReads, new(5.0), new(5.0), event(telemetry.Rate, 0, "5"), 0, false},
		{"reads lifted, told and in force", liftReads, new(5.0), new(80.0), event(telemetry.ReadRate, 0, "80") + event(telemetry.Rate, 0, "20"), 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := heard{dir: t.TempDir(), order: rundir.Order{At: ordered}, waited: test.waited, longest: farLatest}
			h.before = rundir.Asked{Rate: test.before, ReadRate: test.before}
			h.Effective = rundir.Effective{Rate: test.now, ReadRate: test.now}
			if err := os.WriteFile(filepath.Join(h.dir, telemetry.EventsJSONL), []byte(test.events), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := showsLimits(test.limits)(h); got != test.want {
				t.Errorf("it shows them: %v, want %v", got, test.want)
			}
		})
	}
}
