package rundir

import (
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// Standing is where a run stands, for programs: what `status --json` prints, and what every verb answers.
type Standing struct {
	report.Summary
	State     string    `json:"state"` // running, pausing, paused, stopping; then how it ended, also killed
	Asked     Asked     `json:"asked"`
	Effective Effective `json:"effective"`
	// Expiring is how many access tokens of the records that remain expire in the pause that is asked for or, where that
	// has no end, within the hour; nil: there is no pause, or no token, or no process that knows.
	Expiring  *int64           `json:"tokens_expiring,omitempty"`
	Inputs    []string         `json:"inputs"`
	Pool      string           `json:"pool"`
	Endpoint  string           `json:"endpoint"`
	Position  sources.Position `json:"position"`
	Parked    int              `json:"parked"`
	Reads     int64            `json:"reads"` // users read before they were changed
	Rate      checkpoint.Rate  `json:"rate"`
	Hint      string           `json:"hint,omitempty"`
	LastError string           `json:"last_error,omitempty"`
	SavedAt   time.Time        `json:"saved_at,omitzero"`
	HeldBy    *checkpoint.Info `json:"held_by,omitempty"`
}

// Effective is what is in force, whatever was asked.
type Effective struct {
	Paused   bool     `json:"paused"`           // nothing is under way
	Reason   string   `json:"reason,omitempty"` // why it is paused, and by whom
	Rate     *float64 `json:"rate"`             // the ceiling of updates, a second; nil: there is none
	ReadRate *float64 `json:"read_rate"`        // the ceiling of reads
}

// Standing is the status of a run as its directory has it, of which that was asked.
func (s *Status) Standing(asked Asked) Standing {
	out := Standing{
		Summary: report.Summarize(s.State), State: s.Phase(), Asked: asked, Inputs: s.State.Inputs,
		Pool: s.State.Fingerprint[ByPool], Endpoint: s.State.Fingerprint[ByEndpoint],
		Position: s.State.Position, Parked: len(s.State.Parked), Reads: s.State.Counts.Reads, Rate: s.State.Rate, Hint: s.State.Hint, LastError: s.State.LastError,
		SavedAt: s.State.SavedAt.UTC(),
		Effective: Effective{
			Paused: s.Phase() == "paused", Rate: orNone(s.State.Rate.Ceiling), ReadRate: orNone(s.State.Rate.Reads),
		},
	}
	if out.Effective.Paused && asked.Paused && asked.PauseOrder != nil {
		out.Effective.Reason = asked.PauseOrder.String()
	}
	if s.Held {
		out.HeldBy = &s.Holder
	} else {
		out.Rate.Reason = inTheEnd(out.Rate.Reason)
	}
	return out
}

// inTheEnd is why the rate was what it was when a start ended. How long ago a throttle was then says nothing now, and nobody probes.
func inTheEnd(reason string) string {
	how, at, ok := strings.Cut(reason, " ago at ")
	if !ok || !strings.HasPrefix(how, "throttled ") {
		return reason
	}
	return "throttled at " + strings.TrimSuffix(at, ", probing upwards")
}

func orNone(perSecond float64) *float64 {
	if perSecond == 0 {
		return nil
	}
	return &perSecond
}
