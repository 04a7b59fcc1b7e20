package control

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// What one listener takes at once: a process has a run to do, and its files and connections are for that.
const (
	mostRequests    = 64
	mostConnections = 128
	leaveWithin     = time.Second // who is being answered, once it ends
)

// serve answers on a listener until ctx ends. Who is being answered then has a second to be done, and is cut off; nobody
// keeps the process, neither by an open connection nor by a request that it sends slowly.
func serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	busy := make(chan struct{}, mostRequests)
	s := &http.Server{
		Handler:           bounded(busy, ctx.Done(), recovered(log, h)),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 30 * time.Second,
		MaxHeaderBytes: 16 << 10, DisableGeneralOptionsHandler: true,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(few(l, mostConnections)) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	leave(s, busy)
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// leave ends a server once nobody is being answered, or a second has passed. Who asks meanwhile is still told how the run has
// ended. A browser keeps connections open on which it asks nothing; they are not waited for.
func leave(s *http.Server, busy chan struct{}) {
	patience, end := context.WithTimeout(context.Background(), leaveWithin)
	defer end()
	left := fill(patience, busy, cap(busy))
	last, end := context.WithTimeout(context.Background(), leaveWithin/10)
	defer end()
	_ = s.Shutdown(last) // lets the last byte of an answer out
	_ = s.Close()
	fill(last, busy, left)
}

// fill takes so many places; it waits for those that are taken, but not beyond ctx. It returns how many it did not get.
func fill(ctx context.Context, busy chan struct{}, left int) int {
	for ; left > 0; left-- {
		select {
		case busy <- struct{}{}:
		case <-ctx.Done():
			return left
		}
	}
	return 0
}

// bounded answers so many at once as there are places. Once it is left no place is needed: what comes is answered at once,
// with how the run has ended, and connections are few.
func bounded(busy chan struct{}, left <-chan struct{}, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case busy <- struct{}{}:
			defer func() { <-busy }()
			h.ServeHTTP(w, r)
		default:
			select {
			case <-left:
				h.ServeHTTP(w, r)
			default:
				refuse(w, http.StatusServiceUnavailable, "too many ask at once", "")
			}
		}
	})
}

// recovered keeps a fault in an answer from being more than that.
func recovered(log *slog.Logger, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if fault := recover(); fault != nil {
				log.Error("an answer about the run failed; the run goes on", "fault", fault)
				refuse(w, http.StatusInternalServerError, "the answer failed; the run goes on", "")
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// few is a listener with so many connections at once; more are closed as they come.
func few(l net.Listener, most int) net.Listener {
	return &fewer{Listener: l, open: make(chan struct{}, most)}
}

type fewer struct {
	net.Listener
	open chan struct{}
}

func (f *fewer) Accept() (net.Conn, error) {
	for {
		c, err := f.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case f.open <- struct{}{}:
			return &counted{Conn: c, closed: sync.OnceFunc(func() { <-f.open })}, nil
		default:
			_ = c.Close()
		}
	}
}

// counted is a connection that gives its place back.
type counted struct {
	net.Conn
	closed func()
}

func (c *counted) Close() error {
	defer c.closed()
	return c.Conn.Close()
}
