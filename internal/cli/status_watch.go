package cli

import (
	"context"
	"errors"
	"fmt"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/console"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
)

// watchStatus shows where a run stands until it has ended, and ends as that did.
func watchStatus(ctx context.Context, sys System, run *outside) error {
	l := &lookout{outside: run}
	look := func(ctx context.Context) (console.View, error) {
		return within(ctx, run, rundir.StatusPatience, func() (console.View, error) { return l.look(ctx) })
	}
	v, err := follow(ctx, sys, look)
	gone, ok := errors.AsType[*rundir.NoRunError](err)
	switch {
	case ok:
		return notARun(gone)
	case errors.Is(err, console.ErrLeft):
		return nil
	case errors.Is(err, context.Canceled):
		return interrupted("nothing is watched any more; the run goes on")
	case err != nil:
		return err
	default:
		return howItEnded(v)
	}
}

// follow shows a run on the terminal, or by lines where there is none.
func follow(ctx context.Context, sys System, look func(context.Context) (console.View, error)) (v console.View, err error) {
	if v, err = look(ctx); err != nil { // of what is not there no screen is drawn
		return v, err
	}
	t := console.OpenTerminal(sys.Stdout, sys.Stdin)
	if t == nil {
		return console.FollowLines(ctx, sys.Stdout, look)
	}
	defer func() { t.Close(v) }()
	return t.Follow(ctx, look)
}

// howItEnded is the end of a run as an error, so that who waits for it has its exit code.
func howItEnded(v console.View) error {
	s := &v.Standing
	switch {
	case v.Work != nil && v.Work.State != string(checkpoint.Finished):
		return &runEndedError{dir: v.Dir, what: v.Work.Command, state: v.Work.State}
	case v.Work != nil:
		return nil
	case s.State != string(checkpoint.Finished):
		return &runEndedError{dir: v.Dir, what: "run", state: s.State, reason: s.Reason, hint: s.Hint}
	case s.Failed > 0:
		return errFailures
	default:
		return nil
	}
}

// runEndedError says that a run that was watched has ended early.
type runEndedError struct{ dir, what, state, reason, hint string }

func (e *runEndedError) Error() string {
	text := fmt.Sprintf("%s: the %s is %s", prose.Printable(e.dir), e.what, e.state)
	if e.reason != "" && e.reason != e.state {
		text += ": " + e.reason
	}
	return text
}

// Hint says how it goes on.
func (e *runEndedError) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return "the same command again continues"
}
