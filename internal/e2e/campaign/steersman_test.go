//go:build unix

package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"attrmigrate/internal/s3/s3test"
)

// steersman steers the starts of a run, and notes what was asked and seen. Two goroutines do so at once. A run in S3 is
// reached by commands alone, which take seconds.
type steersman struct {
	*history
	run    *run
	client http.Client

	mu       sync.Mutex
	steered  Steered
	answered int
	strange  []string // answers that nobody may get
}

func (h *history) newSteersman(r *run) *steersman {
	m := &steersman{history: h, run: r}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(h.dir, r.place, "control.sock"))
	}
	m.client = http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: tooLong}
	return m
}

// wrongAnswer is an answer over the socket that nobody may get.
const wrongAnswer = "an order is answered otherwise than it may be"

// check is what is wrong with how the run was steered, and when calls for its users came.
func (m *steersman) check(arrivals []time.Time) []Violation {
	m.steered.Arrivals = arrivals
	m.steered.Elsewhere = m.plot.elsewhere
	found := CheckSteering(m.steered)
	for _, s := range m.strange {
		found = append(found, Violation{wrongAnswer, s})
	}
	return found
}

// sail has people go about their errands while a program runs, if this is the row that they are at. In the end it is let go
// on, or nobody would.
func (m *steersman) sail(s script, row int, p *os.Process, gone <-chan struct{}) {
	var people sync.WaitGroup
	for i, errands := range s.people {
		people.Go(func() {
			for _, e := range errands {
				if row != s.row {
					break
				}
				if !wait(e.after, gone) {
					return
				}
				m.do(e, p, gone)
			}
			if i == 0 && wait(s.lingers, gone) {
				m.letGo(p, gone)
			}
		})
	}
	people.Wait()
	<-gone
	m.settled()
}

// letGo has the run go on unpaused and as fast as it may, until the program is gone: the other one may be pausing it still.
// In S3, where that takes commands, it is asked only if something was.
func (m *steersman) letGo(p *os.Process, gone <-chan struct{}) {
	for first := true; ; first = false {
		if first && m.asked("rate") {
			m.do(errand{verb: "rate", value: "null", typed: m.plot.elsewhere}, p, gone)
		}
		if m.asked("read_rate") {
			m.do(errand{verb: "read_rate", value: "null", typed: m.plot.elsewhere}, p, gone)
		}
		if m.asked("paused") {
			m.do(errand{verb: "unpause", typed: m.plot.elsewhere}, p, gone)
		}
		if !wait(300*time.Millisecond, gone) {
			return
		}
	}
}

// asked tells whether something is asked of a run, so far as is known; over the socket it costs nothing to ask for more.
func (m *steersman) asked(field string) bool {
	if !m.plot.elsewhere {
		return true
	}
	asked, err := m.control()
	idle := map[string]bool{"": true, "null": true, "false": true}
	return err == nil && !idle[asked[field]]
}

// wait waits for so long, and tells whether the program is still there.
func wait(d time.Duration, gone <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-gone:
		return false
	}
}

// forLater is what a command says that has asked something of a run at which no process is at work.
const forLater = "when it is started again"

// do does an errand, once the run can be reached.
func (m *steersman) do(e errand, p *os.Process, gone <-chan struct{}) {
	switch e.verb {
	case toKill:
		_ = p.Kill() // it may be gone
		return
	case toTerminate:
		_ = p.Signal(syscall.SIGTERM)
		return
	}
	for !m.look() && !m.plot.elsewhere {
		if !wait(5*time.Millisecond, gone) {
			return
		}
	}
	o, asks := e.order()
	if !asks {
		return
	}
	o.Begin = time.Now()
	if e.span > 0 {
		o.Until = o.Begin.Add(e.span)
	}
	var answered bool
	if args := e.command(m.run.place); args != nil {
		said, err := m.program(args...).CombinedOutput()
		answered = err == nil || bytes.Contains(said, []byte(forLater))
	} else {
		answered = m.ask(e.request())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if answered {
		o.End, o.Kept = time.Now(), true
		m.answered++
	}
	m.steered.Orders = append(m.steered.Orders, o)
}

// look asks for the status, and tells whether the run can be reached. In S3 it looks at control.json.
func (m *steersman) look() bool {
	if !m.plot.elsewhere {
		return m.ask("GET", "/v1/status", nil)
	}
	begin := time.Now()
	asked, err := m.control()
	if err != nil || asked == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steered.Sights = append(m.steered.Sights, Sight{Begin: begin, End: time.Now(), Asked: asked})
	return true
}

// ask asks something, notes the status that is answered, and tells whether it was.
func (m *steersman) ask(method, path string, body []byte) bool {
	begin := time.Now()
	req, err := http.NewRequest(method, "http://run"+path, bytes.NewReader(body))
	if err != nil {
		return false
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var s struct {
		State string                     `json:"state"`
		Asked map[string]json.RawMessage `json:"asked"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case resp.StatusCode == http.StatusServiceUnavailable: // the run has ended, and lets nobody in any more
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusConflict:
		m.strange = append(m.strange, method+" "+path+": "+resp.Status)
	case resp.StatusCode == http.StatusOK:
		m.steered.Sights = append(m.steered.Sights, Sight{Begin: begin, End: time.Now(), Paused: s.State == "paused", Asked: fields(s.Asked)})
	}
	return resp.StatusCode == http.StatusOK
}

// fields are those of what is asked that orders are about.
func fields(doc map[string]json.RawMessage) map[string]string {
	asked := map[string]string{}
	for _, name := range []string{"paused", "rate", "read_rate", "hold"} {
		asked[name] = string(doc[name])
	}
	return asked
}

// settled ends the orders of which no answer came: the program is gone.
func (m *steersman) settled() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, o := range m.steered.Orders {
		if o.End.IsZero() {
			m.steered.Orders[i].End = time.Now()
		}
	}
}

// read reads control.json while nobody is at work, and tells whether the run is on hold. One that is done, though its last
// start was killed before it could tell, is not.
func (m *steersman) read() (held bool, err error) {
	begin := time.Now()
	asked, err := m.control()
	if err != nil || asked == nil {
		return false, err
	}
	m.steered.Sights = append(m.steered.Sights, Sight{Begin: begin, End: time.Now(), Asked: asked})
	return asked["hold"] == "true" && !m.run.ended, nil
}

// control is what control.json says; nil: there is none.
func (m *steersman) control() (map[string]string, error) {
	var text []byte
	var err error
	if m.plot.elsewhere {
		text, _ = m.bucket.Get(s3test.Bucket, m.run.key()+"/control.json") // or nobody has asked anything
	} else if text, err = os.ReadFile(m.file()); errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if len(text) == 0 || err != nil {
		return nil, err
	}
	var doc map[string]json.RawMessage
	err = json.Unmarshal(text, &doc)
	return fields(doc), err
}

func (m *steersman) file() string { return filepath.Join(m.dir, m.run.place, "control.json") }

// write writes control.json, as an editor does, while nobody is at work. Where there is no run yet it does not.
func (m *steersman) write(asked map[string]string) error {
	if _, err := os.Stat(filepath.Join(m.dir, m.run.place, "checkpoint.json")); err != nil {
		return nil
	}
	begin := time.Now()
	var fields []string
	for name, value := range asked {
		fields = append(fields, `"`+name+`": `+value)
	}
	if err := os.WriteFile(m.file(), []byte(`{"version": 1, `+strings.Join(fields, ", ")+"}\n"), 0o600); err != nil {
		return err
	}
	for name, value := range asked {
		m.steered.Orders = append(m.steered.Orders, Order{Field: name, Value: value, Begin: begin, End: time.Now(), Kept: true})
	}
	return nil
}

// unhold notes that a start lifts the hold, unless it is killed before.
func (m *steersman) unhold() {
	m.steered.Orders = append(m.steered.Orders, Order{Field: "hold", Value: "false", Begin: time.Now()})
}
