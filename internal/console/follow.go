package console

import (
	"context"
	"errors"
	"io"
	"time"

	"attrmigrate/internal/rundir"
)

// ErrLeft says that whoever watched has left, by a key.
var ErrLeft = errors.New("left")

// How often a run is looked at on a terminal, and told by a line where there is none.
const (
	drawInterval = time.Second
	lineInterval = logInterval
)

// ctrlC is the key that stops a command, where the terminal leaves that to it.
const ctrlC = 3

// Follow shows a run, of which look has a view, until no process is at work on it any more, whoever watches has left, or
// ctx ends. It returns the last view. A view that cannot be had, but for the first, is tried again.
func (t *Terminal) Follow(ctx context.Context, look func(context.Context) (View, error)) (v View, err error) {
	tick := time.NewTicker(drawInterval)
	defer tick.Stop()
	if v, err = look(ctx); err != nil {
		return v, err
	}
	for {
		t.draw(v)
		if v.Ended() {
			return v, nil
		}
		select {
		case <-tick.C:
		case key := <-t.keys:
			switch key {
			case 'q', 'Q':
				return v, ErrLeft
			case ctrlC:
				return v, context.Canceled
			}
			continue
		case <-ctx.Done():
			return v, ctx.Err()
		}
		if v, err = again(ctx, v, look); err != nil {
			return v, err
		}
	}
}

// again looks once more. What cannot be seen at the moment leaves what was seen, with the reason.
func again(ctx context.Context, before View, look func(context.Context) (View, error)) (View, error) {
	v, err := look(ctx)
	if gone, ok := errors.AsType[*rundir.NoRunError](err); ok {
		return before, gone
	}
	if err != nil {
		before.At, before.Problem = time.Now(), err.Error()
		return before, nil
	}
	return v, nil
}

// FollowLines is [Terminal.Follow] where there is no terminal: a line every ten seconds, and one for each event.
func FollowLines(ctx context.Context, w io.Writer, look func(context.Context) (View, error)) (View, error) {
	tick := time.NewTicker(drawInterval)
	defer tick.Stop()
	v, err := look(ctx)
	if err != nil {
		return v, err
	}
	lines := newFollowing(w, v)
	for n := 0; ; n++ {
		lines.events(v)
		if v.Ended() {
			lines.end(v)
			return v, nil
		}
		if n%int(lineInterval/drawInterval) == 0 {
			lines.progress(v)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return v, ctx.Err()
		}
		if v, err = again(ctx, v, look); err != nil {
			return v, err
		}
	}
}

// following writes what happens to a run by lines of a log.
type following struct {
	log  *progressLog
	seen int64 // the ID of the last event that was there
}

func newFollowing(w io.Writer, v View) *following {
	f := &following{log: &progressLog{log: NewLog(w, Options{}), meter: newMeter(v.gauge())}}
	if n := len(v.Events); n > 0 {
		f.seen = v.Events[n-1].ID
	}
	return f
}

func (f *following) events(v View) {
	for _, e := range v.Events {
		if e.ID > f.seen {
			f.seen = e.ID
			f.log.tell(e)
		}
	}
}

func (f *following) progress(v View) {
	g := v.gauge()
	f.log.meter.add(v.At, g)
	f.log.show(g)
	if v.Problem != "" {
		f.log.log.Warn("not seen", "error", v.Problem)
	}
}

func (f *following) end(v View) {
	if v.Work != nil {
		f.log.log.Info(v.Work.State, "users", v.Work.Done)
		return
	}
	s := &v.Standing
	args := []any{"done", v.done(), "total", s.Rows, "updated", s.Updated, "failed", s.Failed}
	if s.Reason != "" {
		args = append(args, "reason", StopReason(s.Reason))
	}
	f.log.log.Info(s.State, args...)
}
