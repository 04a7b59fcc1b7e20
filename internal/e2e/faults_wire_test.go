package e2e

import (
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// handler answers a request in the place of the sandbox, next.
type handler func(m *midway, w http.ResponseWriter, r *http.Request, next http.Handler)

// wire puts a handler in the way of all requests that come now; nil takes it away.
func wire(h handler) func(*midway) {
	return func(m *midway) {
		if h == nil {
			m.way.Store(nil)
			return
		}
		m.way.Store(&h)
	}
}

// hijacked takes the connection of a request over.
func hijacked(w http.ResponseWriter) *net.TCPConn {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return c.(*net.TCPConn)
}

func reset(_ *midway, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	c := hijacked(w)
	_ = c.SetLinger(0)
	_ = c.Close()
}

func halfClose(_ *midway, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	c := hijacked(w)
	_ = c.CloseWrite()
	_, _ = io.Copy(io.Discard, c)
	_ = c.Close()
}

func blackHole(_ *midway, _ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// holdAndTerminate answers nothing any more, and tells the program to end while it waits for that.
func holdAndTerminate(m *midway, w http.ResponseWriter, r *http.Request, next http.Handler) {
	m.mu.Lock()
	first := m.stopped.IsZero()
	if first {
		m.stopped = time.Now()
	}
	m.mu.Unlock()
	if first {
		m.signal(syscall.SIGTERM)
	}
	blackHole(m, w, r, next)
}

func slowBody(_ *midway, w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Length", "2")
	_, _ = io.WriteString(w, "{")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func truncated(_ *midway, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"UserAttributes":`)
}

func answer(status int, kind, body string) handler {
	return func(_ *midway, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func contentType(_ *midway, w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(mistaken{w}, r)
}

// mistaken gives every answer the wrong content type.
type mistaken struct{ http.ResponseWriter }

func (w mistaken) WriteHeader(status int) {
	w.Header().Set("Content-Type", "text/html")
	w.ResponseWriter.WriteHeader(status)
}
