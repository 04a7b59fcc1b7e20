package control

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/rundir"
)

// TestVerbs asks at the socket, and looks at what came of it, and at what is answered.
func TestVerbs(t *testing.T) {
	ten := 10.0
	for _, test := range []struct {
		name, method, path, body string
		want                     rundir.Asked
	}{
		{"pause", "POST", "/v1/pause", `{"by": "ann@host by command", "reason": "support called"}`,
			rundir.Asked{Paused: true, PauseOrder: &rundir.Order{By: "ann@host by command", Reason: "support called"}}},
		{"pause without a word", "POST", "/v1/pause", ``, rundir.Asked{Paused: true, PauseOrder: &rundir.Order{By: Operator() + " by api"}}},
		{"unpause", "POST", "/v1/unpause", `{}`, rundir.Asked{PauseOrder: &rundir.Order{By: Operator() + " by api"}}},
		{"rate", "PATCH", "/v1/limits", `{"rate": 10}`, rundir.Asked{Rate: &ten, RateOrder: &rundir.Order{By: Operator() + " by api"}}},
		{"read rate", "PATCH", "/v1/limits", `{"read_rate": 1e1}`, rundir.Asked{ReadRate: &ten, RateOrder: &rundir.Order{By: Operator() + " by api"}}},
		{"rates lifted", "PATCH", "/v1/limits", `{"rate": null, "read_rate": null}`, rundir.Asked{RateOrder: &rundir.Order{By: Operator() + " by api"}}},
		{"stop", "POST", "/v1/stop", `{"now": true}`, rundir.Asked{Hold: true, HoldOrder: &rundir.Order{By: Operator() + " by api"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t)
			var answers [2]rundir.Standing
			for i := range answers { // asked twice, it is as it was asked once
				w := httptest.NewRecorder()
				s.atSocket().ServeHTTP(w, ask(test.method, test.path, test.body))
				if err := json.Unmarshal(w.Body.Bytes(), &answers[i]); err != nil || w.Code != 200 {
					t.Fatalf("%d %v: %s", w.Code, err, w.Body)
				}
			}
			for _, got := range answers {
				for _, o := range []*rundir.Order{got.Asked.PauseOrder, got.Asked.RateOrder, got.Asked.HoldOrder} {
					if o != nil {
						o.At = time.Time{}
					}
				}
				test.want.Version = got.Asked.Version
				want, _ := json.Marshal(test.want)
				if has, _ := json.Marshal(got.Asked); string(has) != string(want) {
					t.Errorf("asked %s, want %s", has, want)
				}
			}
		})
	}
}

// TestPauseFor has an end.
func TestPauseFor(t *testing.T) {
	s, w := newScene(t), httptest.NewRecorder()
	s.atSocket().ServeHTTP(w, ask("POST", "/v1/pause", `{"for": "30m"}`))
	asked := s.Status().Asked
	if left := time.Until(asked.PausedUntil); !asked.Paused || left < 29*time.Minute || left > 30*time.Minute {
		t.Errorf("%d, paused for %s", w.Code, left)
	}
}

// TestByPort: whoever has the token is this user; who they say that they are is not asked.
func TestByPort(t *testing.T) {
	for site, want := range map[string]string{"": Operator() + " by api", "same-origin": Operator() + " by page"} {
		s, w := newScene(t), httptest.NewRecorder()
		r := ask("POST", "/v1/pause", `{"by": "bob@elsewhere by command"}`)
		r.Header.Set("Sec-Fetch-Site", site)
		if site == "" {
			r.Header.Del("Sec-Fetch-Site")
		}
		s.atPort(false).ServeHTTP(w, r)
		if got := s.Status().Asked.PauseOrder; got == nil || got.By != want {
			t.Errorf("%d by %+v, want %s", w.Code, got, want)
		}
	}
}

// TestBodies are those that ask for nothing that can be done: they change nothing, and are told what is wrong.
func TestBodies(t *testing.T) {
	const pause, limits, stop = "POST /v1/pause", "PATCH /v1/limits", "POST /v1/stop"
	for _, test := range []struct {
		name, verb, body string
		code             int
		says, hint       string
	}{
		{"a name that is not known", pause, `{"foor": "30m"}`, 400, `the body has a name that is not known: "foor"`, "as documented"},
		{"a name in other letters", pause, `{"For": "30m"}`, 400, `not known: "For"`, ""},
		{"a name of another verb", pause, `{"now": true}`, 400, `not known: "now"`, ""},
		{"a name twice", pause, `{"for": "30m", "for": "1h"}`, 400, "the body is no JSON, at byte", ""},
		{"no object", pause, `null`, 400, "the body is no JSON object", `such as {"reason"`},
		{"a list", pause, `[]`, 400, "the body is no JSON object", ""},
		{"cut short", pause, `{"for": "30m"`, 400, "the body is no JSON, at byte 13", ""},
		{"something behind it", pause, `{} {}`, 400, "the body is no JSON, at byte", ""},
		{"bytes that are no text", pause, "{\"reason\": \"\xff\"}", 400, "the body is no JSON, at byte", ""},
		{"a blank", pause, ` `, 400, "the body is no JSON object", ""},
		{"another type", pause, `{"for": 30}`, 400, "for is of another type", ""},
		{"another type of said", stop, `{"reason": ["x"]}`, 400, "reason is of another type", ""},
		{"no truth", stop, `{"now": "yes"}`, 400, "now is of another type", ""},
		{"no duration", pause, `{"for": "soon"}`, 400, "for is no duration", "30m"},
		{"no time", pause, `{"for": "0s"}`, 400, "a pause of 0s", ""},
		{"time that went by", pause, `{"for": "-30m"}`, 400, "a pause of -30m", ""},
		{"an age", pause, `{"for": "1000000h"}`, 400, "more than a year", ""},
		{"a long reason", pause, `{"reason": "` + strings.Repeat("ä", mostReason+1) + `"}`, 400, "500 characters at most", ""},
		{"a long body", pause, `{"reason": "` + strings.Repeat("a", mostBody) + `"}`, 413, "longer than 16384 bytes", ""},
		{"no limit", limits, `{"reason": "slower"}`, 400, "neither rate nor read_rate", `{"rate": 10}`},
		{"nothing", limits, ``, 400, "neither rate nor read_rate", ""},
		{"a rate of nothing", limits, `{"rate": 0}`, 400, "a rate of 0", "pause"},
		{"a rate below", limits, `{"read_rate": -1}`, 400, "a rate of -1", ""},
		{"a rate above all", limits, `{"rate": 1e9}`, 400, "10,000 at most", ""},
		{"a rate beyond numbers", limits, `{"rate": 1e999}`, 400, "rate is no number", ""},
		{"a rate in words", limits, `{"rate": "default"}`, 400, "rate is no number", "null lifts"},
		{"one of two", limits, `{"rate": 10, "read_rate": "10"}`, 400, "read_rate is no number", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, w := newScene(t), httptest.NewRecorder()
			method, path, _ := strings.Cut(test.verb, " ")
			s.atSocket().ServeHTTP(w, ask(method, path, test.body))
			var said refusedBody
			if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if w.Code != test.code || !strings.Contains(said.Error, test.says) || !strings.Contains(said.Hint, test.hint) {
				t.Errorf("%d %q, hint %q", w.Code, said.Error, said.Hint)
			}
			unsteered(t, s)
		})
	}
}

// unsteered tells that nothing was asked of a run.
func unsteered(t *testing.T, s *scene) {
	t.Helper()
	if a := s.Status().Asked; a.Paused || a.Hold || a.Rate != nil || a.ReadRate != nil {
		t.Errorf("asked %+v", a)
	}
}

// TestContentType: what a form of another page can send is no JSON at the port. At the socket, which no page reaches, a body
// is what it is.
func TestContentType(t *testing.T) {
	for kind, code := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON": 200,
		"": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415, "application/json-patch+json": 415, "application/json, text/plain": 415,
	} {
		s, w := newScene(t), httptest.NewRecorder()
		r := ask("POST", "/v1/pause", `{}`)
		r.Header.Set("Content-Type", kind)
		s.atPort(false).ServeHTTP(w, r)
		if w.Code != code || s.Status().Asked.Paused != (code == 200) {
			t.Errorf("%q: %d, want %d", kind, w.Code, code)
		}
		w = httptest.NewRecorder()
		r.Body = io.NopCloser(strings.NewReader(`{"reason": "curl -d"}`))
		s.atSocket().ServeHTTP(w, r)
		if a := s.Status().Asked; w.Code != 200 || a.PauseOrder == nil || a.PauseOrder.Reason != "curl -d" {
			t.Errorf("%q at the socket: %d", kind, w.Code)
		}
	}
}

// TestEnded: a verb for a run that has ended is answered with how it ended.
func TestEnded(t *testing.T) {
	s := newScene(t)
	s.end()
	for _, verb := range verbs(s.Desk, bySocket) {
		w, body := httptest.NewRecorder(), ""
		if verb.method == http.MethodPatch {
			body = `{"rate": 10}`
		}
		s.atSocket().ServeHTTP(w, ask(verb.method, verb.path, body))
		var got rundir.Standing
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 409 || got.State != "finished" {
			t.Errorf("%s: %d %v %s", verb.path, w.Code, err, got.State)
		}
	}
	unsteered(t, s)
}
