package control

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
)

// seenRun is a run that does as it is told.
type seenRun struct {
	mu             sync.Mutex
	paused, halted bool
	stop           *pipeline.StopError
	rate, reads    float64
	counts         checkpoint.Counts
	worked         time.Duration
}

func (r *seenRun) locked(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
}

func (r *seenRun) Progress() (p pipeline.Progress) {
	r.locked(func() {
		p.Total, p.Done, p.Counts, p.Elapsed = 10, 4, r.counts, r.worked
		if r.paused {
			p.Pause = pipeline.Paused
		}
		p.Rate.Ceiling, p.Rate.Reads = cmp.Or(r.rate, 20), cmp.Or(r.reads, 80)
	})
	return p
}
func (r *seenRun) Pause()                          { r.locked(func() { r.paused = true }) }
func (r *seenRun) Unpause()                        { r.locked(func() { r.paused = false }) }
func (r *seenRun) StopFor(why *pipeline.StopError) { r.locked(func() { r.stop = why }) }
func (r *seenRun) Halt()                           { r.locked(func() { r.halted = true }) }
func (r *seenRun) Stopping() (is bool) {
	r.locked(func() { is = r.stop != nil })
	return is
}
func (r *seenRun) SetRate(updates, reads float64) error {
	r.locked(func() { r.rate, r.reads = updates, reads })
	return nil
}

// scene is a desk over such a run, in a directory.
type scene struct {
	*Desk
	run *seenRun
	log *telemetry.Log
	end func() // of the run
}

func newScene(t *testing.T) *scene {
	t.Helper()
	dir, run := t.TempDir(), &seenRun{}
	log, err := telemetry.Open(disk.OS{}, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	d, err := open(Config{
		Run: run, FS: disk.OS{}, Dir: dir, Log: log, State: checkpoint.State{Phase: checkpoint.Running},
		Meter: telemetry.NewMeter("AdminUpdateUserAttributes", "AdminGetUser", time.Now()),
		Rate:  20, Reads: func(updates float64) float64 { return max(updates, 80) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	d.end = end
	d.all.Go(func() { d.Watch(ctx) })
	s := &scene{Desk: d, run: run, log: log}
	s.end = sync.OnceFunc(func() {
		d.Saved(checkpoint.State{Phase: checkpoint.Finished})
		d.Close()
	})
	t.Cleanup(s.end)
	return s
}

// atSocket and atPort are what is served of it at its two places.
func (s *scene) atSocket() routes { return append(views(s.seen()), verbs(s.Desk, bySocket)...) }

func (s *scene) atPort(readOnly bool) http.Handler {
	return (&livePage{token: aToken, o: Options{ReadOnly: readOnly}}).handler(s.seen(), s.Desk)
}

const aToken token = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

// ask is a request as a program sends it to the port.
func ask(method, path, body string) *http.Request {
	r, err := http.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer "+string(aToken))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// pipes is a listener without a network, so that time can be that of a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// client is one that dials them.
func (p *pipes) client(t *testing.T) *http.Client {
	transport := &http.Transport{DialContext: p.dial}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
