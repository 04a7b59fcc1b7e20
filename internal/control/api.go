package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"attrmigrate/internal/rundir"
)

// The bodies of the verbs.
type (
	pauseBody struct {
		For    string `json:"for,omitempty"` // a duration; empty: until somebody says otherwise
		By     string `json:"by,omitempty"`
		Reason string `json:"reason,omitempty"`
	}
	limitsBody struct {
		Rate     json.RawMessage `json:"rate,omitempty"` // a number, or null to lift it
		ReadRate json.RawMessage `json:"read_rate,omitempty"`
		By       string          `json:"by,omitempty"`
		Reason   string          `json:"reason,omitempty"`
	}
	stopBody struct {
		Now    bool   `json:"now,omitempty"`
		By     string `json:"by,omitempty"`
		Reason string `json:"reason,omitempty"`
	}
)

// API is the contract of a run over HTTP: every answer is the whole new status.
func (d *Desk) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, r *http.Request) { answer(w, d.Status(), nil) })
	mux.HandleFunc("POST /v1/pause", verb(func(b pauseBody) (rundir.Standing, error) {
		var until time.Time
		if b.For != "" {
			span, err := time.ParseDuration(b.For)
			if err != nil {
				return d.Status(), err
			}
			until = time.Now().Add(span)
		}
		return d.Pause(order(b.By, b.Reason), until)
	}))
	mux.HandleFunc("POST /v1/unpause", verb(func(b pauseBody) (rundir.Standing, error) { return d.Unpause(order(b.By, b.Reason)) }))
	mux.HandleFunc("POST /v1/stop", verb(func(b stopBody) (rundir.Standing, error) { return d.Stop(order(b.By, b.Reason), b.Now) }))
	mux.HandleFunc("PATCH /v1/limits", verb(func(b limitsBody) (rundir.Standing, error) {
		l := Limits{SetRate: b.Rate != nil, SetReadRate: b.ReadRate != nil}
		if err := errors.Join(number(b.Rate, &l.Rate), number(b.ReadRate, &l.ReadRate)); err != nil {
			return d.Status(), err
		}
		return d.Limit(order(b.By, b.Reason), l)
	}))
	return mux
}

func number(raw json.RawMessage, into **float64) error {
	if raw == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

func order(by, reason string) rundir.Order {
	return rundir.Order{At: time.Now().UTC(), By: by, Reason: reason}
}

// verb decodes a body, which may be empty, and answers with the status.
func verb[B any](do func(B) (rundir.Standing, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body B
		if r.ContentLength != 0 {
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&body); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		s, err := do(body)
		answer(w, s, err)
	}
}

func answer(w http.ResponseWriter, s rundir.Standing, err error) {
	code := http.StatusOK
	switch {
	case errors.Is(err, ErrEnded):
		code = http.StatusConflict
	case err != nil:
		code = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(s)
}
