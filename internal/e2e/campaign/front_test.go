//go:build unix

package campaign

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// front serves the sandbox, and knows when all that a start of the program has sent is done with. What the program had
// on its way when it was killed still arrives, and would count as a request of the next start.
type front struct {
	server http.Server
	addr   string
	closed chan struct{} // once it serves no more

	mu      sync.Mutex
	open    map[string]bool // connections, by the address of the client
	changed chan struct{}   // closed, and made anew, when they change
}

// newFront serves a handler on a port of its own.
func newFront(handler http.Handler) (*front, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{addr: listener.Addr().String(), closed: make(chan struct{}), open: map[string]bool{}, changed: make(chan struct{})}
	f.server.Handler, f.server.ConnState = handler, f.state
	go func() {
		defer close(f.closed)
		_ = f.server.Serve(listener) // always http.ErrServerClosed
	}()
	return f, nil
}

// state notes what becomes of a connection. One that is hijacked is to be closed without an answer: what was asked for is
// decided by then.
func (f *front) state(c net.Conn, state http.ConnState) {
	client := c.RemoteAddr().String()
	f.mu.Lock()
	defer f.mu.Unlock()
	switch state {
	case http.StateNew:
		f.open[client] = true
	case http.StateClosed, http.StateHijacked:
		delete(f.open, client)
	default:
		return
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

// settle waits until no request is left of clients that have gone. Connections are accepted in their order, so that once
// its own is, those before it have been.
func (f *front) settle() error {
	late := time.After(tooLong)
	own, err := net.Dial("tcp", f.addr)
	if err != nil {
		return err
	}
	client := own.LocalAddr().String()
	err = f.wait(late, func() bool { return f.open[client] })
	if err = errors.Join(err, own.Close()); err != nil {
		return err
	}
	return f.wait(late, func() bool { return len(f.open) == 0 })
}

// wait waits until the open connections are as they should be.
func (f *front) wait(late <-chan time.Time, done func() bool) error {
	for {
		f.mu.Lock()
		ok, open, changed := done(), len(f.open), f.changed
		f.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-late:
			return fmt.Errorf("%d connections of programs that have ended stay open", open)
		}
	}
}

func (f *front) close() {
	_ = f.server.Close()
	<-f.closed
}

// TestFrontSettles: what clients sent right before they went has been asked for once the front has settled.
func TestFrontSettles(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := 0
	f, err := newFront(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	const clients = 16
	for start := 1; start <= 20; start++ {
		for range clients {
			c, err := net.Dial("tcp", f.addr)
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: sandbox\r\n\r\n")
			if err := errors.Join(err, c.Close()); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.settle(); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		if asked != start*clients {
			t.Errorf("%d requests of %d are seen", asked, start*clients)
		}
		mu.Unlock()
	}
}
