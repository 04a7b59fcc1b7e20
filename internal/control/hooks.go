package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

const (
	hooksWaiting  = 32              // events that wait for the program, at most
	throttledLong = 5 * time.Minute // that an episode of throttles lasts until the program is told
)

// hooked are the kinds of events that the program is told of, of throttles only a long episode.
var hooked = []telemetry.Kind{telemetry.Started, telemetry.Paused, telemetry.Unpaused, telemetry.Throttled, telemetry.Stopped, telemetry.Finished}

var (
	errTooLong   = errors.New("it took too long and was ended")
	errUnawaited = errors.New("it was ended, since the run was interrupted")
)

// hooks run a program at events, one after the other and beside the run, which never waits for it but at its end. What
// goes wrong with it is logged, each failure once. All is owned by the goroutine of loop; the program is waited for by one
// of its own.
type hooks struct {
	run      func(ctx context.Context, env []string, stdin []byte) ran
	events   <-chan telemetry.Event
	unlisten func()
	status   func() rundir.Standing
	dir      string
	log      *slog.Logger

	waiting []telling
	cancel  context.CancelCauseFunc // of the program that runs; nil: none does
	ended   chan ran
	long    *time.Timer      // until an episode of throttles is long
	episode *telemetry.Event // that one; nil: there is none, or it was told
	last    *telemetry.Event // how the start ended, which is told last; nil: it has not
	failed  map[string]bool  // failures that were logged

	close  chan context.Context // how long the end may take
	closed chan struct{}
}

// telling is an event that the program is to be told of, as things stood then.
type telling struct {
	kind  telemetry.Kind
	env   []string
	stdin []byte
}

// newHooks has the events of a log kept from now on for the program of --on-event. Nil: there is none.
func newHooks(cfg Config) *hooks {
	if cfg.OnEvent == "" || cfg.Log == nil {
		return nil
	}
	h := &hooks{
		run: func(ctx context.Context, env []string, stdin []byte) ran {
			return runProgram(ctx, cfg.OnEvent, env, stdin)
		},
		dir: shownDir(cfg),
	}
	h.events, h.unlisten = cfg.Log.Listen()
	return h
}

// leave forgets hooks that were never started.
func (h *hooks) leave() {
	if h != nil {
		h.unlisten()
	}
}

// start begins to run the program, in a goroutine that ends with stop.
func (h *hooks) start(status func() rundir.Standing, log *slog.Logger) *hooks {
	if h == nil {
		return nil
	}
	h.status, h.log = status, log
	h.ended, h.failed = make(chan ran, 1), map[string]bool{}
	h.close, h.closed = make(chan context.Context), make(chan struct{})
	h.long = time.NewTimer(throttledLong)
	h.long.Stop()
	go h.loop()
	return h
}

// TellEnd leaves word in the metrics of how the run has ended, and has the program of --on-event told, which may take ten
// seconds, unless ctx ends.
func (d *Desk) TellEnd(ctx context.Context) {
	d.lastMetrics()
	if d.hooks != nil {
		d.hooks.stop(ctx)
		d.hooks = nil
	}
}

// stop lets the program be told of what happened until now. It has ten seconds for that in all, and the last event, which
// is how the start ended, has at least five of them; none where ctx ends.
func (h *hooks) stop(ctx context.Context) {
	h.close <- ctx
	<-h.closed
}

func (h *hooks) loop() {
	defer close(h.closed)
	defer h.long.Stop()
	for {
		h.next()
		select {
		case e := <-h.events:
			h.take(e)
		case <-h.long.C:
			h.lasts()
		case r := <-h.ended:
			h.judge(r)
		case ctx := <-h.close:
			h.finish(ctx)
			return
		}
	}
}

// take keeps an event that the program is told of.
func (h *hooks) take(e telemetry.Event) {
	switch e.Kind {
	case telemetry.Throttled:
		h.episode = &e
		h.long.Reset(throttledLong)
		return
	case telemetry.Unthrottled:
		h.long.Stop()
		h.episode = nil
	case telemetry.Unpaused:
		if h.episode != nil { // what is throttled shows from now on
			h.long.Reset(throttledLong)
		}
	case telemetry.Stopped, telemetry.Finished:
		h.long.Stop()
		h.last = &e
		return
	}
	if slices.Contains(hooked, e.Kind) {
		h.wait(e)
	}
}

// lasts keeps an episode of throttles that is long, unless the run is paused: nothing is throttled then, and whether it
// still is, shows afterwards.
func (h *hooks) lasts() {
	if s := h.status(); s.Effective.Paused {
		h.long.Reset(throttledLong)
		return
	}
	h.wait(*h.episode)
	h.episode = nil
}

func (h *hooks) wait(e telemetry.Event) {
	s := h.status()
	if e.Kind == telemetry.Stopped {
		s.State = cmp.Or(s.State, e.To) // of a start that ends before anything of it is saved
	}
	stdin, err := json.Marshal(struct {
		telemetry.Event
		Status rundir.Standing `json:"status"`
	}{e, s})
	if err != nil {
		h.log.Warn("--on-event is not run", "event", e.Kind, "error", err)
		return
	}
	env := append(variables(s, h.dir), assignments("EVENT", string(e.Kind), "AT", e.At.UTC().Format(time.RFC3339),
		"BY", prose.Printable(e.By), "REASON", prose.Printable(e.Reason))...)
	if len(h.waiting) == hooksWaiting {
		h.complain("--on-event does not keep up: events are left out", "event", h.waiting[0].kind)
		h.waiting = h.waiting[1:]
	}
	h.waiting = append(h.waiting, telling{e.Kind, env, append(stdin, '\n')})
}

// next runs the program for what waits longest, if it does not run.
func (h *hooks) next() {
	if h.cancel != nil || len(h.waiting) == 0 {
		return
	}
	t := h.waiting[0]
	h.waiting = h.waiting[1:]
	ctx, cancel := context.WithCancelCause(context.Background())
	h.cancel = cancel
	go func() {
		within, end := context.WithTimeoutCause(ctx, programPatience, errTooLong)
		defer end()
		h.ended <- h.run(within, t.env, t.stdin)
	}()
}

// judge logs what came of the program, which has ended.
func (h *hooks) judge(r ran) {
	if h.cancel != nil {
		h.cancel(nil)
		h.cancel = nil
	}
	for line := range strings.Lines(r.stdout + r.stderr) {
		h.log.Debug("--on-event says", "line", strings.TrimRight(line, "\r\n"))
	}
	if failure := r.failure(); failure != "" {
		h.complain("--on-event failed: "+failure, "says", firstLine(r.stderr+"\n"+r.stdout))
	}
}

// complain logs a failure, of each kind the first.
func (h *hooks) complain(text string, details ...any) {
	level := slog.LevelWarn
	if h.failed[text] {
		level = slog.LevelDebug
	}
	h.failed[text] = true
	h.log.Log(context.Background(), level, text, details...)
}

// finish tells the program the rest.
func (h *hooks) finish(ctx context.Context) {
	h.unlisten()
	for len(h.events) > 0 {
		h.take(<-h.events)
	}
	last, end := context.WithTimeoutCause(ctx, programPatience, errTooLong)
	defer end()
	before, endBefore := context.WithTimeoutCause(last, programPatience/2, errTooLong)
	defer endBefore()
	if cancel := h.cancel; cancel != nil {
		stop := context.AfterFunc(before, func() { cancel(errTooLong) })
		h.judge(<-h.ended)
		stop()
	}
	for _, t := range h.waiting {
		h.tellNow(before, t)
	}
	if h.waiting = nil; h.last != nil {
		h.wait(*h.last) // as things stand in the end
	}
	for _, t := range h.waiting {
		h.tellNow(last, t)
	}
}

// tellNow runs the program and waits for it, unless there is no time.
func (h *hooks) tellNow(ctx context.Context, t telling) {
	if ctx.Err() != nil {
		h.log.Warn("--on-event was not run: it took too long before, or the run was interrupted", "event", t.kind)
		return
	}
	h.judge(h.run(ctx, t.env, t.stdin))
}
