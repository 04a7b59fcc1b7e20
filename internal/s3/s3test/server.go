package s3test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Bucket is the bucket that is there where none is named.
const Bucket = "runs"

// Server is an S3 on loopback.
type Server struct {
	URL string // to be given to a client as its endpoint, path-style

	backend *s3mem.Backend
	inner   http.Handler
	http    *http.Server
	closing chan struct{}
	running sync.WaitGroup // the listener, requests, and effects that are late

	// effects is held for reading by each write, and for writing by what must see none between its condition and its own.
	effects sync.RWMutex

	scripting sync.Mutex // held while the script is asked
	mu        sync.Mutex // guards what follows
	script    func(Request) Fault
	delays    map[string]time.Duration // by operation; "" is all others
	denied    map[string]bool          // permissions
	regions   map[string]string        // of buckets
	away      bool
	ignoring  bool
	open      map[net.Conn]bool
	counts    map[string]int
	log       []Request
}

// New starts a server with these buckets, or with [Bucket].
func New(buckets ...string) (*Server, error) {
	if len(buckets) == 0 {
		buckets = []string{Bucket}
	}
	s := &Server{
		backend: s3mem.New(),
		closing: make(chan struct{}),
		delays:  map[string]time.Duration{},
		denied:  map[string]bool{},
		regions: map[string]string{},
		open:    map[net.Conn]bool{},
		counts:  map[string]int{},
	}
	for _, b := range buckets {
		if err := s.backend.CreateBucket(b); err != nil {
			return nil, fmt.Errorf("s3test: bucket %s: %w", b, err)
		}
	}
	s.inner = gofakes3.New(s.backend).Server()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("s3test: %w", err)
	}
	s.URL = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ConnState: s.follow}
	s.running.Go(func() { _ = s.http.Serve(door{listener, s}) })
	return s, nil
}

// TB is what [Start] needs of a test.
type TB interface {
	Helper()
	Fatal(...any)
	Cleanup(func())
}

// Start starts a server that ends with the test.
func Start(t TB, buckets ...string) *Server {
	t.Helper()
	s, err := New(buckets...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Close ends the server: requests under way are cut, effects that are still to come do not.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closing:
	default:
		close(s.closing)
	}
	s.mu.Unlock()
	_ = s.http.Close()
	s.running.Wait()
}

// begin counts a request, unless the server ends.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closing:
		return false
	default:
		s.running.Add(1)
		return true
	}
}

// Env is the environment by which a program finds the server. Nothing of the machine's own configuration is read with it.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL_S3=" + s.URL,
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY=made-up",
		"AWS_SESSION_TOKEN=",
		"AWS_REGION=us-east-1",
		"AWS_PROFILE=",
		"AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Setenv sets an environment, such as that of a server, for a test or a script.
func Setenv(t interface{ Setenv(name, value string) }, environment []string) {
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
}

// follow keeps who is connected.
func (s *Server) follow(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.open[c] = true
	case http.StateClosed, http.StateHijacked:
		delete(s.open, c)
	}
}

// Away takes the server from the network, or brings it back: connections are reset, those that are open, too.
func (s *Server) Away(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away = away; !away {
		return
	}
	for c := range s.open {
		reset(c)
	}
}

func (s *Server) isAway() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away
}

// reset closes a connection so that the other side sees it at once.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// door is the listener of a server: nobody comes in while it is away.
type door struct {
	net.Listener
	of *Server
}

func (d door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil || !d.of.isAway() {
			return c, err
		}
		reset(c)
	}
}

// pause waits; it tells whether the server and the request are still there.
func (s *Server) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.closing:
	}
	return false
}
