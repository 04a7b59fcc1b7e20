package control

import (
	"encoding/json"
	"net/http"

	"attrmigrate/internal/telemetry"
)

// Seen is what can be looked at while a command runs. It is read by many goroutines.
type Seen struct {
	// Status is where it stands, as a value that is written as JSON: of a run a [rundir.Standing].
	Status func() any
	// Ended is closed once Status is the last one.
	Ended <-chan struct{}
	// Dir has the events and the series, and Log tells of new events; empty and nil: there are none.
	Dir string
	Log *telemetry.Log
	// Metrics answers as Prometheus asks. Nil: there are none.
	Metrics http.Handler
}

// views are the routes that look.
func views(s Seen) routes {
	streams := make(chan struct{}, mostStreams)
	reading := make(chan struct{}, 1) // a series of days is large: one is in memory at a time
	all := routes{
		{http.MethodGet, "/v1/status", func(w http.ResponseWriter, r *http.Request) { answer(w, http.StatusOK, s.Status()) }},
		{http.MethodGet, "/v1/events", func(w http.ResponseWriter, r *http.Request) {
			select {
			case streams <- struct{}{}:
				defer func() { <-streams }()
				s.stream(w, r)
			default:
				refuse(w, http.StatusServiceUnavailable, "too many are looking on", "close a tab of the page")
			}
		}},
		{http.MethodGet, "/v1/series", func(w http.ResponseWriter, r *http.Request) {
			select {
			case reading <- struct{}{}:
				defer func() { <-reading }()
				s.series(w)
			case <-r.Context().Done():
			}
		}},
	}
	if s.Metrics != nil {
		all = append(all, route{http.MethodGet, "/metrics", s.Metrics.ServeHTTP})
	}
	return all
}

// series answers with what happened so far, in at most so many samples, without a space between: a phone asks for them
// again and again.
func (s Seen) series(w http.ResponseWriter) {
	var all []telemetry.Sample
	if s.Dir != "" {
		read, err := telemetry.ReadSeries(s.Dir)
		if err != nil {
			refuse(w, http.StatusInternalServerError, "the series cannot be read", "")
			return
		}
		all = telemetry.Resample(read, mostSamples)
	}
	if all == nil {
		all = []telemetry.Sample{}
	}
	data, err := json.Marshal(all)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "the series cannot be written", "")
		return
	}
	write(w, http.StatusOK, append(data, '\n'))
}
