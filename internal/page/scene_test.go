package page_test

import (
	"math"
	"math/rand/v2"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/page"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// began is when the runs of these tests did.
var began = time.Date(2026, 11, 28, 18, 0, 0, 0, time.UTC)

// scene is a run of some hours, told as a script: at 20 a second, throttled, slowed down, paused, killed, gone on with.
type scene struct {
	rng       *rand.Rand
	now       time.Time
	remaining int64
	rate      float64
	ceiling   float64
	data      page.Data
}

func newScene(records int64) *scene {
	return &scene{rng: rand.New(rand.NewPCG(7, 7)), now: began, remaining: records, rate: 20, ceiling: 20}
}

func (s *scene) event(kind telemetry.Kind, by, from, to, reason string) {
	s.data.Events = append(s.data.Events, telemetry.Event{ID: int64(len(s.data.Events) + 1), At: s.now, Kind: kind, By: by, From: from, To: to, Reason: reason})
}

// work adds samples of ten seconds.
func (s *scene) work(span time.Duration, throttled bool) {
	for range int(span / (10 * time.Second)) {
		s.now = s.now.Add(10 * time.Second)
		x := telemetry.Sample{At: s.now, Seconds: 10, Rate: s.rate, Ceiling: s.ceiling, ReadCeiling: 80}
		if throttled {
			s.rate = max(6, s.rate*0.8)
			x.Throttled = int64(s.rng.IntN(30))
		} else if s.rate < s.ceiling {
			s.rate = min(s.ceiling, s.rate*1.02)
		}
		x.Accepted = min(s.remaining, int64(10*s.rate)-int64(s.rng.IntN(4)))
		x.Unchanged = min(s.remaining-x.Accepted, int64(s.rng.IntN(12)))
		if s.rng.IntN(12) == 0 {
			x.Failed = map[string]int64{[]string{"not_found", "invalid", "alias"}[s.rng.IntN(3)]: 1 + int64(s.rng.IntN(3))}
		}
		s.remaining = max(0, s.remaining-x.Accepted-x.Unchanged)
		wave := 1 + 0.3*math.Sin(float64(len(s.data.Series))/40)
		x.Latency = map[string]telemetry.Quantiles{
			"AdminUpdateUserAttributes": {P50: 42 * wave, P95: 95*wave + s.rng.Float64()*20, P99: 180*wave + s.rng.Float64()*120},
			"AdminGetUser":              {P50: 24 * wave, P95: 61*wave + s.rng.Float64()*12, P99: 110*wave + s.rng.Float64()*70},
		}
		x.Remaining = s.remaining
		s.data.Series = append(s.data.Series, x)
	}
}

func (s *scene) pause(span time.Duration) {
	for range int(span / (10 * time.Second)) {
		s.now = s.now.Add(10 * time.Second)
		s.data.Series = append(s.data.Series, telemetry.Sample{At: s.now, Seconds: 10, Rate: s.rate, Ceiling: s.ceiling, ReadCeiling: 80, Remaining: s.remaining, Paused: true})
	}
}

// evening is a run with all that can be marked in a picture.
func evening() page.Data {
	s := newScene(180_000)
	s.event(telemetry.Started, "", "", "", "")
	s.work(40*time.Minute, false)
	s.event(telemetry.Throttled, "", "20", "16", "")
	s.work(4*time.Minute, true)
	s.event(telemetry.Unthrottled, "", "", "", "")
	s.work(25*time.Minute, false)
	s.event(telemetry.Rate, "ann@host by page", "20", "10", "the campaign mail goes out")
	s.ceiling, s.rate = 10, 10
	s.work(20*time.Minute, false)
	s.event(telemetry.Paused, "ann@host by command", "", "2026-11-28T20:00:00Z", "support called: <b>logins</b> are slow")
	s.pause(15 * time.Minute)
	s.event(telemetry.Unpaused, "ann@host by command", "", "", "")
	s.event(telemetry.Rate, "ann@host by page", "10", "default", "")
	s.ceiling = 20
	s.work(20*time.Minute, false)
	s.now = s.now.Add(18 * time.Minute) // it was killed
	s.event(telemetry.Started, "", "", "", "")
	s.work(30*time.Minute, false)
	s.event(telemetry.Stopping, "ann@host by command", "", "", "enough for tonight")
	s.event(telemetry.Stopped, "", "", "", "stopped by ann@host by command: enough for tonight")
	s.data.Run, s.data.Made = "loyalty.run", s.now.Add(time.Second)
	s.data.Standing = standing(s, "stopped")
	return s.data
}

func standing(s *scene, state string) rundir.Standing {
	var at checkpoint.State
	at.Phase, at.Total, at.StartedAt, at.SavedAt = checkpoint.Stopped, 180_000, began, s.now
	for _, x := range s.data.Series {
		at.Counts.Updated += x.Accepted
		at.Counts.Unchanged += x.Unchanged
		at.Counts.Throttled += x.Throttled
		for _, n := range x.Failed {
			at.Counts.Failed += n
		}
		if x.Paused {
			at.Paused += 10 * time.Second
		} else {
			at.Elapsed += 10 * time.Second
		}
	}
	at.Reason = "stopped by ann@host by command: enough for tonight"
	at.Counts.Updated -= 1_204
	at.Counts.Awaiting, at.Counts.Attempts = 1_204, at.Counts.Updated+at.Counts.Throttled+37
	twenty, eighty := 20.0, 80.0
	return rundir.Standing{
		Summary: report.Summarize(at), State: state, Inputs: []string{"loyalty.csv"}, Pool: "us-east-1_Ab12Cd34E",
		Endpoint: "https://cognito-idp.us-east-1.amazonaws.com", Rate: checkpoint.Rate{PerSecond: 20, Reason: "--rate", Ceiling: 20, Reads: 80},
		Effective: rundir.Effective{Rate: &twenty, ReadRate: &eighty}, SavedAt: s.now, Asked: rundir.Asked{Hold: true},
	}
}
