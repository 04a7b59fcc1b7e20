package control

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestSlow are those who take their time: each is cut off, and what it may take is told.
func TestSlow(t *testing.T) {
	for _, test := range []struct {
		name, first, then string // what is sent, and what each second after
		within            time.Duration
	}{
		{"nothing is sent", "", "", 5 * time.Second},
		{"a header never ends", "GET /v1/status HTTP/1.1\r\nHost: run\r\n", "X: x\r\n", 5 * time.Second},
		{"a body never ends", "POST /v1/pause HTTP/1.1\r\nHost: run\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{", " ", 10 * time.Second},
		{"a body never ends, in chunks", "POST /v1/pause HTTP/1.1\r\nHost: run\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "1\r\n \r\n", 10 * time.Second},
		{"nothing follows", "GET /v1/status HTTP/1.1\r\nHost: run\r\n\r\n", "", 30 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServed(t)
				c, err := s.l.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				start := time.Now()
				closed := make(chan struct{})
				go func() {
					defer close(closed)
					_, _ = io.Copy(io.Discard, c)
				}()
				_, _ = io.WriteString(c, test.first)
				for range 60 {
					select {
					case <-closed:
					case <-time.After(time.Second):
						_, _ = io.WriteString(c, test.then)
					}
				}
				<-closed
				if waited := time.Since(start); waited > 61*time.Second {
					t.Errorf("it is cut off after %s", waited)
				}
				unsteered(t, s.scene)
			})
		})
	}
}

// TestMany: more connections than there may be are closed as they come, and leave room when they go.
func TestMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServed(t)
		var open []net.Conn
		for range mostConnections {
			c, err := s.l.dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, c)
		}
		synctest.Wait()
		if _, err := s.http.Get("http://run/v1/status"); err == nil {
			t.Error("one more is answered")
		}
		for _, c := range open {
			_ = c.Close()
		}
		synctest.Wait()
		resp, err := s.http.Get("http://run/v1/status")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	})
}

// TestLeave: the end waits a second for who is being answered, and not at all for who is not.
func TestLeave(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer time.Duration // takes so long
		idle   bool
		least  time.Duration
		most   time.Duration
		whole  bool // it comes
	}{
		{"nobody", 0, false, 0, 200 * time.Millisecond, true},
		{"who has only connected", 0, true, 0, 200 * time.Millisecond, true},
		{"an answer on its way", 500 * time.Millisecond, false, 500 * time.Millisecond, 700 * time.Millisecond, true},
		{"one that takes too long", time.Hour, false, time.Second, 1300 * time.Millisecond, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, ctx := newPipes(), t.Context()
				ctx, end := context.WithCancel(ctx)
				slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(test.answer):
						answer(w, http.StatusOK, "whole")
					case <-r.Context().Done():
					}
				})
				ended := make(chan error, 1)
				go func() { ended <- serve(ctx, l, slow, silent()) }()
				if test.idle {
					c, err := l.dial(ctx, "", "")
					if err != nil {
						t.Fatal(err)
					}
					defer c.Close()
				}
				var asking sync.WaitGroup
				asking.Go(func() {
					resp, err := l.client(t).Get("http://run/")
					if whole := err == nil && text(t, resp.Body) == "\"whole\"\n"; whole != test.whole {
						t.Errorf("the answer: %v", err)
					}
				})
				synctest.Wait()
				start := time.Now()
				end()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if waited := time.Since(start); waited < test.least || waited > test.most {
					t.Errorf("the end takes %s, want %s to %s", waited, test.least, test.most)
				}
				if asking.Wait(); time.Since(start) > test.most {
					t.Errorf("who asks waits for %s", time.Since(start))
				}
			})
		})
	}
}

// TestLeaving: who asks while others are still being answered is answered, too, and is not told that too many ask.
func TestLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPipes()
		ctx, end := context.WithCancel(t.Context())
		routes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				time.Sleep(500 * time.Millisecond)
			}
			answer(w, http.StatusConflict, "ended")
		})
		ended := make(chan error, 1)
		go func() { ended <- serve(ctx, l, routes, silent()) }()
		client := l.client(t)
		var asking sync.WaitGroup
		get := func(path string) {
			resp, err := client.Get("http://run" + path)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return
			}
			if says := text(t, resp.Body); resp.StatusCode != http.StatusConflict {
				t.Errorf("%s: %s %s", path, resp.Status, says)
			}
			_ = resp.Body.Close()
		}
		asking.Go(func() { get("/slow") })
		synctest.Wait()
		end()
		synctest.Wait()
		get("/")
		asking.Wait()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestRecovered: a fault in an answer is told to who asks and to the log, and the next answer is one.
func TestRecovered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		l := newPipes()
		ctx, end := context.WithCancel(t.Context())
		faulty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/fault" {
				panic("a fault of ours")
			}
			answer(w, http.StatusOK, "fine")
		})
		ended := make(chan error, 1)
		go func() { ended <- serve(ctx, l, faulty, slog.New(slog.NewTextHandler(&log, nil))) }()
		client := l.client(t)
		for path, want := range map[string]string{"/fault": "500 the run goes on", "/": "200 fine"} {
			resp, err := client.Get("http://run" + path)
			if err != nil {
				t.Fatal(err)
			}
			code, says, _ := strings.Cut(want, " ")
			if body := text(t, resp.Body); fmt.Sprint(resp.StatusCode) != code || !strings.Contains(body, says) {
				t.Errorf("%s: %s %s", path, resp.Status, body)
			}
			_ = resp.Body.Close()
		}
		client.CloseIdleConnections()
		end()
		<-ended
		if !strings.Contains(log.String(), "the run goes on") {
			t.Errorf("the log: %s", log.String())
		}
	})
}

// TestRequests are refused by net/http, before anything of ours sees them.
func TestRequests(t *testing.T) {
	for name, raw := range map[string]string{
		"two lengths":         "POST /v1/stop HTTP/1.1\r\nHost: run\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
		"an odd length":       "POST /v1/stop HTTP/1.1\r\nHost: run\r\nContent-Length: +2\r\n\r\n{}",
		"odd chunks":          "POST /v1/stop HTTP/1.1\r\nHost: run\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		"two hosts":           "POST /v1/stop HTTP/1.1\r\nHost: run\r\nHost: other\r\n\r\n",
		"no host":             "POST /v1/stop HTTP/1.1\r\n\r\n",
		"a blank in a header": "POST /v1/stop HTTP/1.1\r\nHost : run\r\n\r\n",
		"a long header":       "POST /v1/stop HTTP/1.1\r\nHost: run\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServed(t)
				c, err := s.l.dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				go func() { _, _ = io.WriteString(c, raw) }()
				answered, _ := io.ReadAll(c)
				_ = c.Close()
				if got := string(answered); !strings.HasPrefix(got, "HTTP/1.1 4") && !strings.HasPrefix(got, "HTTP/1.1 501") {
					t.Errorf("%.200q", got)
				}
				unsteered(t, s.scene)
			})
		})
	}
}
