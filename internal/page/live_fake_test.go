package page_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	pages "attrmigrate/internal/page"
	"attrmigrate/internal/telemetry"
)

const aToken = "Z3VzdGF2LWtsaW10LXdhcy1oZXJlLWluLTE5MDc"

// contract answers as a run does that stands still, so that a picture of it is always the same. It takes notes of what
// it was asked for.
type contract struct {
	*httptest.Server
	readOnly bool
	noSeries bool // it cannot be read

	streams chan string // Last-Event-ID of each

	mu    sync.Mutex
	data  pages.Data
	asked []string      // METHOD PATH BODY of the verbs
	hung  chan struct{} // ends the streams there are
}

func newContract(t *testing.T, d pages.Data, readOnly bool) *contract {
	c := &contract{data: d, hung: make(chan struct{}), readOnly: readOnly, streams: make(chan string, 10)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pages.CSP())
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(pages.Shell(readOnly))
	})
	mux.HandleFunc("GET /v1/status", func(w http.ResponseWriter, r *http.Request) { c.answer(w) })
	mux.HandleFunc("GET /v1/series", func(w http.ResponseWriter, r *http.Request) {
		if c.noSeries {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"error":"the series cannot be read"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(append([]telemetry.Sample{}, telemetry.Resample(d.Series, 2000)...))
	})
	mux.HandleFunc("GET /v1/events", c.stream)
	mux.HandleFunc("/v1/", c.verb)
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && r.Header.Get("Authorization") != "Bearer "+aToken {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"the token is missing, or is another run's"}`)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { c.hangUp(); c.Close() })
	return c
}

func (c *contract) answer(w http.ResponseWriter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = json.NewEncoder(w).Encode(c.data.Standing)
}

// hangUp ends the streams, as a lost connection does.
func (c *contract) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.hung)
	c.hung = make(chan struct{})
}

func (c *contract) stream(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	hung, data := c.hung, c.data
	c.mu.Unlock()
	c.streams <- r.Header.Get("Last-Event-ID")
	last, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	w.Header().Set("Content-Type", "text/event-stream")
	for _, e := range data.Events {
		if line, _ := json.Marshal(e); e.ID > last {
			fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.ID, e.Kind, line)
		}
	}
	for tick := time.Tick(50 * time.Millisecond); ; {
		fmt.Fprint(w, "event: status\ndata: ")
		c.answer(w)
		fmt.Fprint(w, "\n")
		w.(http.Flusher).Flush()
		select {
		case <-hung:
			return
		case <-r.Context().Done():
			return
		case <-tick:
		}
	}
}

// verb does what it is told, at once.
func (c *contract) verb(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	text, _ := json.Marshal(body)
	c.mu.Lock()
	c.asked = append(c.asked, r.Method+" "+r.URL.Path+" "+string(text))
	s := &c.data.Standing
	switch r.URL.Path {
	case "/v1/pause":
		s.State, s.Asked.Paused, s.Effective.Paused = "paused", true, true
	case "/v1/unpause":
		s.State, s.Asked.Paused, s.Effective.Paused = "running", false, false
	case "/v1/limits":
		if rate, ok := body["rate"].(float64); ok {
			s.Asked.Rate, s.Effective.Rate = &rate, &rate
		}
	case "/v1/stop":
		s.State, s.Asked.Hold = "stopped", true
	}
	c.mu.Unlock()
	c.answer(w)
}

func (c *contract) notes() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.asked, "\n")
}
