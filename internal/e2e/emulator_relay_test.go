package e2e

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// relay stands between the program and an endpoint: it counts the updates of a start, and can kill the
// program at one of them.
type relay struct {
	*httptest.Server
	beyond *httputil.ReverseProxy

	mu     sync.Mutex
	sent   int // updates of this start
	killAt int
	cmd    *exec.Cmd
	gone   <-chan struct{} // closed when the program has ended
}

func newRelay(t *testing.T, endpoint string) *relay {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{beyond: httputil.NewSingleHostReverseProxy(target)}
	// A connection for each request: an endpoint that hangs up on one that idles would lose the next update, which then is
	// sent once more.
	r.beyond.Transport = wholeBodies{&http.Transport{DisableKeepAlives: true}}
	r.beyond.ErrorLog = log.New(io.Discard, "", 0) // a program that is killed gives requests up
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Server.Close)
	return r
}

// newTransport makes connections that end with the test. One that was idle for a second is not used again: Node.js hangs up on
// it after five, and what is sent just then gets no answer.
func newTransport(t *testing.T) http.RoundTripper {
	transport := &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Second}
	t.Cleanup(transport.CloseIdleConnections)
	return wholeBodies{transport}
}

// wholeBodies takes request bodies as a whole before it sends them. The SDK and the proxy close theirs once
// an answer comes, and net/http hangs up if it still asks for more just then (see plainBodies in
// internal/cognito).
type wholeBodies struct{ *http.Transport }

func (t wholeBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		r = r.WithContext(r.Context()) // a copy: the caller's must stay as it is
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return t.Transport.RoundTrip(r)
}

// start starts a program, for which the count begins anew.
func (r *relay) start(cmd *exec.Cmd, killAt int, gone <-chan struct{}) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent, r.killAt, r.cmd, r.gone = 0, killAt, cmd, gone
	return cmd.Start()
}

// updates is how many were sent since the start.
func (r *relay) updates() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent
}

// ServeHTTP passes a request on, but for the one at which the program is killed.
func (r *relay) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if strings.HasSuffix(request.Header.Get("X-Amz-Target"), "UpdateUserAttributes") && r.kills() {
		panic(http.ErrAbortHandler)
	}
	r.beyond.ServeHTTP(w, request)
}

// kills counts an update, and kills the program if it is the one for that.
func (r *relay) kills() bool {
	r.mu.Lock()
	r.sent++
	kills, cmd, gone := r.sent == r.killAt, r.cmd, r.gone
	r.mu.Unlock()
	if kills {
		_ = cmd.Process.Kill()
		<-gone
	}
	return kills
}
