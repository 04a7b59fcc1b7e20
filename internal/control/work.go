package control

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

// Work is a command that has no run, such as a plan: it is seen while it goes on, by the socket in its directory, and
// not steered. It is used by many goroutines; who has shown it ends it.
type Work struct {
	end   context.CancelFunc
	ended chan struct{}
	all   sync.WaitGroup

	mu   sync.Mutex
	work rundir.Work
}

// WorkConfig says what is shown, and how.
type WorkConfig struct {
	Command, Pool string
	Dir           string // which this process holds, and where the socket is
	Logger        *slog.Logger
}

// ShowWork lets a command be seen until [Work.End]. What fails of that is logged, and the command goes on without.
func ShowWork(cfg WorkConfig) *Work {
	ctx, end := context.WithCancel(context.Background())
	w := &Work{end: end, ended: make(chan struct{})}
	w.work = rundir.Work{Command: cfg.Command, State: string(checkpoint.Running), Pool: cfg.Pool, StartedAt: time.Now().UTC().Truncate(time.Millisecond)}
	if info, held, err := checkpoint.Holder(cfg.Dir); err == nil && held {
		w.work.HeldBy = &info
	}
	l, err := listen(cfg.Dir)
	if err != nil {
		cfg.Logger.Debug("no socket: how far it is, is not seen from outside", "error", err)
		return w
	}
	w.all.Go(func() { _ = serve(ctx, l, w.routes(), cfg.Logger) })
	return w
}

// routes are those that look. The verbs of a run are answered with why there are none.
func (w *Work) routes() routes {
	all := views(Seen{Status: func() any { return w.Status() }, Ended: w.ended})
	for _, verb := range []route{{method: http.MethodPost, path: "/v1/pause"}, {method: http.MethodPost, path: "/v1/unpause"},
		{method: http.MethodPatch, path: "/v1/limits"}, {method: http.MethodPost, path: "/v1/stop"}} {
		verb.serve = func(to http.ResponseWriter, _ *http.Request) {
			refuse(to, http.StatusConflict, "a "+w.Status().Command+" is not steered: it writes nothing", "an interrupt (Ctrl-C) ends it")
		}
		all = append(all, verb)
	}
	return all
}

// At says what the command does, and how many users of about how many it has read.
func (w *Work) At(doing string, done, total int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.work.Doing, w.work.Done, w.work.Total = doing, done, total
}

// Status is where the command stands now.
func (w *Work) Status() rundir.Work {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.work
}

// End says how the command has ended, and lets nobody look any more.
func (w *Work) End(err error) {
	w.mu.Lock()
	switch {
	case err == nil:
		w.work.State = string(checkpoint.Finished)
	case errors.Is(err, context.Canceled), errors.Is(err, refusal.ErrNotStarted):
		w.work.State = string(checkpoint.Interrupted)
	default:
		w.work.State = string(checkpoint.Stopped)
	}
	w.mu.Unlock()
	close(w.ended)
	w.end()
	w.all.Wait()
}
