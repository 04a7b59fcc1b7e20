package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"attrmigrate/internal/telemetry"
)

const (
	statusEvery   = time.Second     // the status in a stream; it tells, too, that the line is there
	writePatience = 5 * time.Second // for who reads a stream
	endPatience   = time.Second     // the same, once the run has ended
)

// stream sends what happened and happens, as server-sent events: each event of events.jsonl behind Last-Event-ID, by its
// line; the status each second, and behind each event at once; and "end", once the run has ended. Who does not read is
// given up: nothing waits for it but the goroutine of its request.
func (s Seen) stream(w http.ResponseWriter, r *http.Request) {
	last, err := lastEventID(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error(), "it is the number of the last event that came, or is left out")
		return
	}
	f := feed{Seen: s, to: w, rc: http.NewResponseController(w), last: last}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	f.run(r)
}

func lastEventID(r *http.Request) (int64, error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseUint(text, 10, 62)
	if err != nil {
		return 0, fmt.Errorf("Last-Event-ID is no number")
	}
	return int64(id), nil
}

// feed is one stream. It belongs to the goroutine of its request.
type feed struct {
	Seen
	to http.ResponseWriter
	rc *http.ResponseController

	events <-chan telemetry.Event
	last   int64 // the ID of the last event that was sent
	behind bool  // the channel was full, and more may have been told
}

func (f *feed) run(r *http.Request) {
	if f.Log != nil {
		listened, unlisten := f.Log.Listen() // before the file is read: what comes meanwhile is heard
		defer unlisten()
		f.events = listened
	}
	if f.sent("retry: 2000\n\n") != nil || f.missed() != nil || f.status() != nil {
		return
	}
	tick := time.NewTicker(statusEvery)
	defer tick.Stop()
	for {
		var err error
		select {
		case e := <-f.events:
			err = f.heard(e)
		case <-tick.C:
			err = f.status()
		case <-f.Ended:
			f.end()
			return
		case <-r.Context().Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// heard sends an event that was just told, and the status behind the last of those that wait. What was told too fast for
// this stream is read from the file.
func (f *feed) heard(e telemetry.Event) error {
	f.behind = f.behind || len(f.events) >= cap(f.events)-1
	if e.ID > f.last+1 {
		if err := f.missed(); err != nil {
			return err
		}
	}
	if err := f.event(e); err != nil || len(f.events) > 0 {
		return err
	}
	if f.behind {
		f.behind = false
		if err := f.missed(); err != nil {
			return err
		}
	}
	return f.status()
}

// missed sends what the file has behind the last event that was sent.
func (f *feed) missed() error {
	if f.Dir == "" {
		return nil
	}
	all, err := telemetry.ReadEvents(f.Dir)
	if err != nil {
		return nil // the status goes on; the events are in the file, whoever can read it
	}
	for _, e := range all {
		if err := f.event(e); err != nil {
			return err
		}
	}
	return nil
}

// end sends what is left to send: how the run ended first, for the events are read from a disk, which may be slow.
func (f *feed) end() {
	if f.status() != nil {
		return
	}
	for len(f.events) > 0 {
		if f.heard(<-f.events) != nil {
			return
		}
	}
	if f.missed() == nil {
		_ = f.sent("event: end\ndata: {}\n\n")
	}
}

// event sends an event, unless it was sent before. One that could not be written has no number.
func (f *feed) event(e telemetry.Event) error {
	if e.ID == 0 {
		return f.frame(string(e.Kind), "", e)
	}
	if e.ID <= f.last {
		return nil
	}
	f.last = e.ID
	return f.frame(string(e.Kind), strconv.FormatInt(e.ID, 10), e)
}

func (f *feed) status() error { return f.frame("status", "", f.Status()) }

// frame sends one thing. JSON has no line ends but between its tokens, so it is one line here.
func (f *feed) frame(kind, id string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", kind, data)
	return f.sent(b.String())
}

// sent sends a text, and gives up on who does not take it in time.
func (f *feed) sent(text string) error {
	patience := writePatience
	select {
	case <-f.Ended:
		patience = endPatience
	default:
	}
	_ = f.rc.SetWriteDeadline(time.Now().Add(patience))
	if _, err := f.to.Write([]byte(text)); err != nil {
		return err
	}
	return f.rc.Flush()
}
