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

	"attrmigrate/internal/e2e/harness"
)

// steersman steers the starts of a run, and notes what was asked and seen. Two goroutines do so at once.
type steersman struct {
	home, run string // where commands are typed, and the run directory from there
	client    http.Client

	mu      sync.Mutex
	steered Steered
	strange []string // answers that nobody may get
}

func newSteersman(home, run string) *steersman {
	m := &steersman{home: home, run: run}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(home, run, "control.sock"))
	}
	m.client = http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: tooLong}
	return m
}

// sail has the people of a voyage go about their errands while a program runs. The first of them lets it go on in the end,
// or nobody would.
func (m *steersman) sail(v voyage, p *os.Process, gone <-chan struct{}) {
	var people sync.WaitGroup
	for i, errands := range v.people {
		people.Go(func() {
			for _, e := range errands {
				if !wait(e.after, gone) {
					return
				}
				m.do(e, p, gone)
			}
			if i == 0 {
				m.letGo(v, p, gone)
			}
		})
	}
	people.Wait()
	<-gone
	m.settled()
}

// letGo has the run go on unpaused and as fast as it may, until the program is gone: the other one may be pausing it still.
func (m *steersman) letGo(v voyage, p *os.Process, gone <-chan struct{}) {
	m.do(errand{verb: "rate", value: "null"}, p, gone)
	for {
		m.do(errand{verb: "read_rate", value: "null"}, p, gone)
		m.do(errand{verb: "unpause"}, p, gone)
		if !wait(300*time.Millisecond, gone) {
			return
		}
	}
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
	for !m.look() {
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
	if args := e.command(m.run); args != nil {
		answered = harness.Program(m.home, args...).Run() == nil
	} else {
		answered = m.ask(e.request())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if answered {
		o.End, o.Kept = time.Now(), true
	}
	m.steered.Orders = append(m.steered.Orders, o)
}

// look asks for the status, and tells whether the run can be reached.
func (m *steersman) look() bool { return m.ask("GET", "/v1/status", nil) }

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
	text, err := os.ReadFile(m.file())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	var doc map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(text, &doc)
	}
	if err != nil {
		return false, err
	}
	asked := fields(doc)
	m.steered.Sights = append(m.steered.Sights, Sight{Begin: begin, End: time.Now(), Asked: asked})
	state, _ := os.ReadFile(filepath.Join(m.home, m.run, "checkpoint.json")) // there is none before the run is recorded
	return asked["hold"] == "true" && !bytes.Contains(state, []byte(`"state": "finished"`)), nil
}

func (m *steersman) file() string { return filepath.Join(m.home, m.run, "control.json") }

// write writes control.json, as an editor does, while nobody is at work. Where there is no run yet it does not.
func (m *steersman) write(asked map[string]string) error {
	if _, err := os.Stat(filepath.Join(m.home, m.run, "checkpoint.json")); err != nil {
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
func (m *steersman) unhold(begin time.Time) {
	m.steered.Orders = append(m.steered.Orders, Order{Field: "hold", Value: "false", Begin: begin})
}
