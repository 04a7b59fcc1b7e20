package control

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/telemetry"
)

// served is a scene whose socket's contract is served without a network.
type served struct {
	*scene
	l     *pipes
	http  *http.Client
	ended chan struct{} // once nobody serves it any more
	close func()        // as the run's end does: what serves it is told to end
}

// newServed is called in a bubble.
func newServed(t *testing.T) *served { return newScene(t).served(t) }

func (of *scene) served(t *testing.T) *served {
	s := &served{scene: of, l: newPipes(), ended: make(chan struct{})}
	s.http = s.l.client(t)
	ctx, end := context.WithCancel(t.Context())
	s.close = func() {
		s.scene.end()
		end()
	}
	go func() {
		defer close(s.ended)
		_ = serve(ctx, s.l, s.atSocket(), silent())
	}()
	t.Cleanup(func() {
		s.close()
		<-s.ended
	})
	return s
}

// tell has something happen.
func (s *served) tell(t *testing.T, kinds ...telemetry.Kind) {
	t.Helper()
	for _, kind := range kinds {
		if _, err := s.log.Event(telemetry.Event{At: time.Now().UTC(), Kind: kind, By: "ann@host by command"}); err != nil {
			t.Fatal(err)
		}
	}
}

// frame is one thing of a stream.
type frame struct{ id, event, data string }

// listen opens a stream behind an event.
func (s *served) listen(t *testing.T, after string) *stream {
	t.Helper()
	r, err := http.NewRequest("GET", "http://run/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	resp, err := s.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	return &stream{t: t, body: bufio.NewScanner(resp.Body), close: func() { _ = resp.Body.Close() }}
}

type stream struct {
	t     *testing.T
	body  *bufio.Scanner
	close func()
}

// next is the next frame, or none at the end.
func (s *stream) next() (f frame) {
	for s.body.Scan() {
		name, value, _ := strings.Cut(s.body.Text(), ": ")
		switch name {
		case "":
			if f != (frame{}) {
				return f
			}
		case "id":
			f.id = value
		case "event":
			f.event = value
		case "data":
			f.data = value
		case "retry":
		default:
			s.t.Errorf("a line of a stream: %q", s.body.Text())
		}
	}
	if f != (frame{}) || s.body.Err() != nil {
		s.t.Errorf("the stream ends within %+v: %v", f, s.body.Err())
	}
	return f
}

// until reads as far as a frame of a kind, and returns what kinds there were, with the numbers of events.
func (s *stream) until(event string) (kinds []string) {
	for {
		f := s.next()
		if f == (frame{}) {
			s.t.Fatalf("the stream has no %s, but %q", event, kinds)
		}
		kinds = append(kinds, strings.TrimSpace(f.event+" "+f.id))
		if f.event == event {
			return kinds
		}
	}
}

// TestStream: what happened, what happens, the status each second, and the end.
func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServed(t)
		s.tell(t, telemetry.Started, telemetry.Throttled)
		stream := s.listen(t, "")
		if got := stream.until("status"); !slices.Equal(got, []string{"started 1", "throttled 2", "status"}) {
			t.Errorf("first %q", got)
		}
		start := time.Now()
		stream.until("status")
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("the next status after %s", waited)
		}
		for range 60 { // longer than any request may take that is no stream
			stream.until("status")
		}
		start = time.Now()
		s.tell(t, telemetry.Unthrottled)
		if got := stream.until("status"); !slices.Equal(got, []string{"unthrottled 3", "status"}) || time.Since(start) != 0 {
			t.Errorf("then %q, after %s", got, time.Since(start))
		}
		s.close()
		last := stream.next()
		var standing struct{ State string }
		if err := json.Unmarshal([]byte(last.data), &standing); err != nil || last.event != "status" || standing.State != "finished" {
			t.Errorf("the last status: %v %+v", err, last)
		}
		if end := stream.next(); end.event != "end" {
			t.Errorf("the end: %+v", end)
		}
		if more := stream.next(); more != (frame{}) {
			t.Errorf("behind the end: %+v", more)
		}
		<-s.ended
		if waited := time.Since(start); waited > 2*time.Second {
			t.Errorf("it ends %s later", waited)
		}
	})
}

// TestStreamGoesOn: who comes back gets what it has missed, once.
func TestStreamGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServed(t)
		s.tell(t, telemetry.Started, telemetry.Throttled, telemetry.Unthrottled)
		for after, want := range map[string][]string{
			"":  {"started 1", "throttled 2", "unthrottled 3", "status"},
			"0": {"started 1", "throttled 2", "unthrottled 3", "status"},
			"1": {"throttled 2", "unthrottled 3", "status"},
			"3": {"status"},
			"9": {"status"},
		} {
			stream := s.listen(t, after)
			if got := stream.until("status"); !slices.Equal(got, want) {
				t.Errorf("after %q: %q, want %q", after, got, want)
			}
			stream.close()
		}
		for _, after := range []string{"x", "-1", "1e3", "99999999999999999999"} {
			r, _ := http.NewRequest("GET", "http://run/v1/events", nil)
			r.Header.Set("Last-Event-ID", after)
			resp, err := s.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if body := text(t, resp.Body); resp.StatusCode != 400 || !strings.Contains(body, "Last-Event-ID is no number") {
				t.Errorf("after %q: %s %s", after, resp.Status, body)
			}
			_ = resp.Body.Close()
		}
	})
}

// TestStreamLosesNothing: more happens at once than a stream is told of; it reads the rest from the file.
func TestStreamLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 500
		s := newServed(t)
		stream := s.listen(t, "")
		stream.until("status")
		synctest.Wait() // it waits for what happens
		for range many {
			s.tell(t, telemetry.Throttled)
		}
		s.close()
		next := 1
		for _, kind := range stream.until("end") {
			if kind == fmt.Sprintf("throttled %d", next) {
				next++
			} else if strings.HasPrefix(kind, "throttled") {
				t.Fatalf("%s, want %d", kind, next)
			}
		}
		if next != many+1 {
			t.Errorf("%d events of %d", next-1, many)
		}
	})
}

// TestStreamBeforeTheFile: what happens before the run is recorded is told once there is a file of it, to who came early, too.
func TestStreamBeforeTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := newScene(t)
		of.log = telemetry.New(disk.OS{}, of.cfg.Dir, true, nil)
		of.cfg.Log = of.log
		s := of.served(t)
		s.tell(t, telemetry.Started)
		stream := s.listen(t, "")
		if got := stream.until("status"); !slices.Equal(got, []string{"status"}) {
			t.Errorf("first %q", got)
		}
		if err := s.log.Begin(); err != nil {
			t.Fatal(err)
		}
		s.close()
		if got := stream.until("end"); !slices.Contains(got, "started 1") {
			t.Errorf("then %q", got)
		}
		_ = s.log.Close()
	})
}

// TestStreamStuck: who opens a stream and does not read keeps neither the run nor its end.
func TestStreamStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServed(t)
		c, err := s.l.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "GET /v1/events HTTP/1.1\r\nHost: run\r\n\r\n")
		synctest.Wait() // it writes, and nobody reads
		start := time.Now()
		for range 1000 {
			s.tell(t, telemetry.Throttled)
		}
		s.Desk.Status()
		if waited := time.Since(start); waited != 0 {
			t.Errorf("the run waits for %s", waited)
		}
		s.close()
		<-s.ended
		if waited := time.Since(start); waited > 2*leaveWithin {
			t.Errorf("the end waits for %s", waited)
		}
	})
}

// TestStreamGivesUp: a stream that is not read is cut off while the run goes on.
func TestStreamGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServed(t)
		var all []*stream
		for range mostStreams {
			all = append(all, s.listen(t, ""))
		}
		resp, err := s.http.Get("http://run/v1/events")
		if err != nil {
			t.Fatal(err)
		}
		if body := text(t, resp.Body); resp.StatusCode != 503 || !strings.Contains(body, "close a tab") {
			t.Errorf("one more: %s %s", resp.Status, body)
		}
		time.Sleep(writePatience + 2*statusEvery) // nobody reads
		all = append(all, s.listen(t, ""))        // so there is room
		if got := all[mostStreams].until("status"); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}
