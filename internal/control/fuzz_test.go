package control

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/rundir"
)

// FuzzRequest: whatever is sent to port and socket is answered as documented, in JSON where it says so. Nothing is asked of the run by
// who has no token, comes to another host, is to read only, or was refused. No answer says the token.
func FuzzRequest(f *testing.F) {
	const port, readOnly, socket = 0, 1, 2
	const authorized = "Authorization: Bearer " + string(aToken) + "\r\nContent-Type: application/json\r\n"
	for _, path := range []string{"/", "/v1/status", "/v1/events", "/v1/series", "/metrics", "/v1", "//v1/status", "/v1/status?x=1", "/%2e%2e/control.json"} {
		f.Add(port, "GET "+path, "127.0.0.1:8080", authorized, "")
		f.Add(socket, "HEAD "+path, "", "Last-Event-ID: 1\r\n", "")
	}
	for _, verb := range []string{"POST /v1/pause", "POST /v1/unpause", "PATCH /v1/limits", "POST /v1/stop", "OPTIONS *", "DELETE /v1/stop"} {
		f.Add(port, verb, "localhost", authorized, `{"reason":"x"}`)
		f.Add(readOnly, verb, "[::1]:1", authorized, `{"rate":1}`)
		f.Add(port, verb, "example.com", authorized+"Sec-Fetch-Site: cross-site\r\n", `{}`)
		f.Add(port, verb, "127.0.0.1", "Authorization: Bearer x\r\nOrigin: null\r\n", `{"now":true}`)
		f.Add(socket, verb, "", "Transfer-Encoding: chunked\r\n", `{"rate":null,"read_rate":3.5,"by":"x"}`)
	}
	f.Fuzz(func(t *testing.T, place int, line, host, header, body string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + header + "\r\n")))
		if err != nil {
			t.Skip("net/http refuses it")
		}
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		gone, leave := context.WithCancel(t.Context())
		if leave(); r.URL.Path == "/v1/events" { // else it would go on
			r = r.WithContext(gone)
		}
		s, w := newScene(t), httptest.NewRecorder()
		place = int(uint(place) % 3)
		handler := http.Handler(s.atSocket())
		if place != socket {
			handler = s.atPort(place == readOnly)
		}
		handler.ServeHTTP(w, r)

		if !slices.Contains([]int{200, 400, 401, 403, 404, 405, 413, 415}, w.Code) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w.Header().Get("Content-Type") == "application/json" && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d is no JSON: %s", w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), string(aToken)) {
			t.Errorf("it says the token: %s", w.Body)
		}
		if w.Code != 200 || place == readOnly || r.Method == http.MethodGet || r.Method == http.MethodHead {
			unsteered(t, s)
		}
		if place == socket {
			return
		}
		stranger := !strings.Contains(header, string(aToken)) || !local(r.Host)
		if shell := r.URL.Path == "/" && w.Code == 200; stranger && !shell && w.Code != 401 && w.Code != 403 {
			t.Errorf("a stranger at %q is answered %d %s", r.Host, w.Code, w.Body)
		}
		if w.Header().Get("X-Frame-Options") != "DENY" || w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("the answer is not hardened: %v", w.Header())
		}
	})
}

// FuzzBodies: whatever comes, a verb is done or refused in words, and what is asked is what could have been asked.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{``, `{}`, `null`, `{"for":"1h"}`, `{"rate":1}`, `{"rate":null,"read_rate":3.5}`, `{"now":true,"by":"x"}`, `{"rate":1e-9}`, "{\"reason\":\"\u2028\"}"} {
		for verb := range 4 {
			f.Add(verb, body)
		}
	}
	f.Fuzz(func(t *testing.T, verb int, body string) {
		s, w := newScene(t), httptest.NewRecorder()
		all := verbs(s.Desk, bySocket)
		one := all[uint(verb)%uint(len(all))]
		one.serve(w, ask(one.method, one.path, body))
		asked := s.Status().Asked
		switch w.Code {
		case 200:
			for _, perSecond := range []*float64{asked.Rate, asked.ReadRate} {
				if perSecond != nil && rundir.CheckRate(*perSecond) != nil {
					t.Errorf("%q set a rate of %v", body, *perSecond)
				}
			}
			if kept, err := rundir.LoadAsked(s.cfg.Dir); err != nil || kept.Paused != asked.Paused || kept.Hold != asked.Hold {
				t.Errorf("%q: kept %+v, %v", body, kept, err)
			}
		case 400, 413:
			var said refusedBody
			if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || said.Error == "" {
				t.Errorf("%q: %v %s", body, err, w.Body)
			}
			unsteered(t, s)
		default:
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}
