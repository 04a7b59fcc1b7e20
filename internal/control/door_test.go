package control

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"attrmigrate/internal/page"
	"testing/synctest"
)

// TestDoor has a row for each way in, and one beside it that shows what the check is for: the same request without
// its fault gets an answer.
func TestDoor(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(r *http.Request)
		code   int
		says   string
	}{
		{"with all that it takes", func(r *http.Request) {}, 200, `"state": "`},

		{"no token", func(r *http.Request) { r.Header.Del("Authorization") }, 401, "the token is missing"},
		{"another token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+strings.ToUpper(string(aToken))) }, 401, "another run's"},
		{"the beginning of it", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+string(aToken[:42])) }, 401, ""},
		{"more than it", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+string(aToken)+"x") }, 401, ""},
		{"none after Bearer", func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 401, ""},
		{"another scheme", func(r *http.Request) { r.SetBasicAuth("ann", string(aToken)) }, 401, ""},
		{"bearer in small letters", func(r *http.Request) { r.Header.Set("Authorization", "bearer "+string(aToken)) }, 200, ""},
		{"in a cookie", func(r *http.Request) {
			r.Header.Del("Authorization")
			r.AddCookie(&http.Cookie{Name: "token", Value: string(aToken)})
		}, 401, ""},
		{"in the address", func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery = "token=" + string(aToken)
		}, 401, ""},
		{"in the address, too", func(r *http.Request) { r.URL.RawQuery = "token=" + string(aToken) }, 400, "nothing is asked by a query"},
		{"in the address as user", func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.User = url.User(string(aToken))
		}, 401, ""},

		{"by another name", func(r *http.Request) { r.Host = "rebound.example.com:8080" }, 403, "for another host"},
		{"by a name that begins like ours", func(r *http.Request) { r.Host = "127.0.0.1.example.com:8080" }, 403, ""},
		{"by a name that ends like ours", func(r *http.Request) { r.Host = "example.localhost:8080" }, 403, ""},
		{"by an address that is not of loopback", func(r *http.Request) { r.Host = "192.0.2.1:8080" }, 403, ""},
		{"by every address", func(r *http.Request) { r.Host = "0.0.0.0:8080" }, 403, ""},
		{"by no name", func(r *http.Request) { r.Host = "" }, 403, ""},
		{"with a port that is none", func(r *http.Request) { r.Host = "127.0.0.1:80@example.com" }, 403, ""},
		{"by localhost", func(r *http.Request) { r.Host = "localhost:8080" }, 200, ""},
		{"by localhost in capitals", func(r *http.Request) { r.Host = "LocalHost:8080" }, 200, ""},
		{"by localhost with a dot", func(r *http.Request) { r.Host = "localhost.:8080" }, 403, ""},
		{"by a name that looks like ours", func(r *http.Request) { r.Host = "loca\u017fhost:8080" }, 403, ""},
		{"by the number of IPv6 at port 80", func(r *http.Request) { r.Host = "[::1]" }, 200, ""},
		{"by the number of IPv6 with a zone", func(r *http.Request) { r.Host = "[::1%lo]" }, 403, ""},
		{"by the number of IPv6", func(r *http.Request) { r.Host = "[::1]:8080" }, 200, ""},
		{"by the port of ssh -L", func(r *http.Request) { r.Host = "127.0.0.1:9090" }, 200, ""},

		{"from another page", func(r *http.Request) { r.Header.Set("Origin", "https://example.com") }, 403, "from another page"},
		{"from a page of another port", func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:3000") }, 403, ""},
		{"from a page without a place", func(r *http.Request) { r.Header.Set("Origin", "null") }, 403, ""},
		{"from another site", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403, ""},
		{"from the same site, another port", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403, ""},
		{"from the page", func(r *http.Request) {
			r.Header.Set("Origin", "http://127.0.0.1:8080")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}, 200, ""},
	} {
		for _, verb := range []struct{ method, path, body string }{{"GET", "/v1/status", ""}, {"POST", "/v1/pause", `{}`}} {
			t.Run(test.name+" "+verb.method, func(t *testing.T) {
				s := newScene(t)
				r, w := ask(verb.method, verb.path, verb.body), httptest.NewRecorder()
				r.Host = "127.0.0.1:8080"
				test.change(r)
				s.atPort(false).ServeHTTP(w, r)
				if w.Code != test.code || !strings.Contains(w.Body.String(), test.says) {
					t.Fatalf("%d %s, want %d %s", w.Code, w.Body, test.code, test.says)
				}
				if done := s.run.paused; done != (verb.method == "POST" && test.code == 200) {
					t.Errorf("paused: %t", done)
				}
				if w.Code == 401 && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
					t.Error("who is refused is not told what by")
				}
				keptPrivate(t, w)
			})
		}
	}
}

// keptPrivate holds an answer of the port against what a browser could do with it.
func keptPrivate(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	h := w.Header()
	for name, want := range map[string]string{
		"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, h.Get(name), want)
		}
	}
	policy := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy has no %s: %s", want, policy)
		}
	}
	for _, never := range []string{"'unsafe-", "http:", "https:", "*"} {
		if strings.Contains(policy, never) {
			t.Errorf("the policy has %s: %s", never, policy)
		}
	}
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") || name == "Set-Cookie" || name == "Location" {
			t.Errorf("%s: %s", name, h.Get(name))
		}
	}
	if strings.Contains(w.Body.String(), string(aToken)) {
		t.Errorf("the token is in the answer: %s", w.Body)
	}
}

// TestShell: the page needs no token, from wherever one comes to it, and has nothing of the run.
func TestShell(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		for _, site := range []string{"", "none", "cross-site"} {
			s := newScene(t)
			r, w := ask(method, "/", ""), httptest.NewRecorder()
			r.Header.Del("Authorization")
			r.Header.Set("Sec-Fetch-Site", site)
			s.atPort(false).ServeHTTP(w, r)
			if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%s from %q: %d %s", method, site, w.Code, w.Header().Get("Content-Type"))
			}
			if w.Body.String() != string(page.Shell(false)) || strings.Contains(w.Body.String(), s.cfg.Dir) {
				t.Errorf("%s from %q: that is not the shell", method, site)
			}
			if policy := w.Header().Get("Content-Security-Policy"); policy != page.CSP() || !strings.Contains(policy, "script-src 'sha256-") {
				t.Errorf("the policy of the page: %s", policy)
			}
			keptPrivate(t, w)
		}
	}
}

// TestShellWithToken: an address that would leave the token in a log leads nowhere, so that nobody gets used to it.
func TestShellWithToken(t *testing.T) {
	for _, query := range []string{"?token=" + string(aToken), "?" + string(aToken)} {
		s, w := newScene(t), httptest.NewRecorder()
		s.atPort(false).ServeHTTP(w, ask("GET", "/"+query, ""))
		if w.Code != 400 || !strings.Contains(w.Body.String(), "nothing is asked by a query") {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

// TestNothingElse: no other method, no other path, and no file.
func TestNothingElse(t *testing.T) {
	for _, test := range []struct {
		method, path string
		code         int
		allow        string
	}{
		{"OPTIONS", "/v1/pause", 405, "POST"},
		{"OPTIONS", "/", 404, ""},
		{"TRACE", "/v1/status", 405, "GET"},
		{"CONNECT", "/v1/status", 405, "GET"},
		{"GET", "/v1/pause", 405, "POST"},
		{"HEAD", "/v1/stop", 405, "POST"},
		{"GET", "/v1/limits", 405, "PATCH"},
		{"POST", "/v1/limits", 405, "PATCH"},
		{"PUT", "/v1/pause", 405, "POST"},
		{"POST", "/v1/status", 405, "GET"},
		{"POST", "/", 404, ""},
		{"GET", "/v1", 404, ""},
		{"GET", "/v1/status/", 404, ""},
		{"GET", "//v1/status", 404, ""},
		{"GET", "/v1/../v1/status", 404, ""},
		{"GET", "/control.json", 404, ""},
		{"GET", "/errors.csv", 404, ""},
		{"GET", "/../errors.csv", 404, ""},
		{"GET", "/%2e%2e/errors.csv", 404, ""},
		{"GET", "/undo.jsonl", 404, ""},
		{"GET", "/debug/pprof/", 404, ""},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			s, w := newScene(t), httptest.NewRecorder()
			s.atPort(false).ServeHTTP(w, ask(test.method, test.path, ""))
			if w.Code != test.code || w.Header().Get("Allow") != test.allow {
				t.Errorf("%d, Allow %q; want %d, %q", w.Code, w.Header().Get("Allow"), test.code, test.allow)
			}
			if w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("no JSON: %s", w.Body)
			}
			keptPrivate(t, w)
		})
	}
}

// TestReadOnly asks for every verb that there is, by every method, where there are to be none.
func TestReadOnly(t *testing.T) {
	s := newScene(t)
	all := verbs(s.Desk, byPort)
	if len(all) < 4 {
		t.Fatalf("%d verbs", len(all))
	}
	for _, verb := range all {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			w := httptest.NewRecorder()
			s.atPort(true).ServeHTTP(w, ask(method, verb.path, `{}`))
			if w.Code != 404 {
				t.Errorf("%s %s: %d %s", method, verb.path, w.Code, w.Body)
			}
			w = httptest.NewRecorder()
			if s.atPort(false).ServeHTTP(w, ask(http.MethodGet, verb.path, "")); w.Code != 405 {
				t.Errorf("%s is no verb where there are some: %d", verb.path, w.Code)
			}
		}
	}
	for _, view := range views(s.seen()) {
		if view.path == "/v1/events" {
			continue // it has no end; TestStream
		}
		w := httptest.NewRecorder()
		if s.atPort(true).ServeHTTP(w, ask(view.method, view.path, "")); w.Code != 200 {
			t.Errorf("%s: %d", view.path, w.Code)
		}
	}
	if s.run.paused || s.run.stop != nil || s.run.rate != 0 {
		t.Errorf("the run was steered: %+v", s.run)
	}
}

// TestTokenIsNotLogged sends the token where it does not belong, over a connection, with the log at its most talkative.
func TestTokenIsNotLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s, l := newScene(t), newPipes()
		web := &livePage{token: aToken}
		ended := make(chan error)
		go func() {
			ended <- serve(t.Context(), l, web.handler(s.seen(), s.Desk), slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		}()
		for _, raw := range []string{
			"GET /?token=%s HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"GET /?%s;x HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"GET /v1/status?token=%s HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"GET /%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %[1]s\r\n\r\n",
			"GET http://%s@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"%s\r\n\r\n",
			"GET / HTTP/1.1\r\n%s\r\n\r\n",
			"POST /v1/pause HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n",
		} {
			c, err := l.dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(c, strings.ReplaceAll(raw, "%s", "%[1]s"), aToken)
			head := make([]byte, 4096)
			n, _ := io.ReadAtLeast(c, head, 1)
			if strings.Contains(string(head[:n]), string(aToken)) {
				t.Errorf("%q is answered with the token: %s", raw, head[:n])
			}
			_ = c.Close()
		}
		_ = l.Close()
		<-ended
		if strings.Contains(log.String(), string(aToken)) {
			t.Errorf("the token is logged: %s", log.String())
		}
	})
}
