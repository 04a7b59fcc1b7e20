package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

// order is what a command asks of a run: of the process that is at work, by its socket, or else by control.json.
type order struct {
	method, path string
	asks         func(*rundir.Asked, *rundir.Order) // the same, of control.json
	shows        func(heard) bool                   // whether the files show that it was done
	kept         string                             // what it means for the next start; empty: nothing is kept for that
	note         string                             // for people, when it was done
	unsaid       string                             // what control.json cannot say

	reason string
	json   bool
}

// heard is what the files of a run show of an order.
type heard struct {
	rundir.Standing
	order  rundir.Order
	before rundir.Asked  // what was asked until then
	waited time.Duration // since it was given
}

const (
	seenEvery  = 200 * time.Millisecond // the files of a run are looked at
	toldAfter  = 3 * time.Second        // that it takes longer
	seenWithin = 30 * time.Second       // or something is wrong
)

// give gives the order, and prints the status that comes of it.
func (o *order) give(ctx context.Context, sys System, dir string, body map[string]any) error {
	if err := checkReason(o.reason); err != nil {
		return err
	}
	o.reason = strings.ToValidUTF8(o.reason, "\uFFFD")
	ctx, signals := watchSignals(ctx, sys.Signals)
	defer signals.end()
	body["by"], body["reason"] = byCommand(), o.reason
	s, err := control.NewClient(dir).Do(ctx, o.method, o.path, body)
	switch {
	case errors.Is(err, control.ErrEnded): // the files tell how
		o.unsaid = ""
		s, err = o.byFile(ctx, sys, dir)
	case errors.Is(err, control.ErrUnreached):
		s, err = o.byFile(ctx, sys, dir)
	}
	if err != nil {
		return err
	}
	return o.print(sys, dir, s)
}

func (o *order) print(sys System, dir string, s rundir.Standing) error {
	if o.json {
		return console.StatusJSON(sys.Stdout, s)
	}
	console.ShowSteered(sys.Stdout, dir, s)
	if o.note != "" {
		fmt.Fprintf(sys.Stderr, "note: %s\n", o.note)
	}
	return nil
}

// byFile gives the order by control.json. Where a process is at work it waits until the files of the run show that it was
// heard.
func (o *order) byFile(ctx context.Context, sys System, dir string) (rundir.Standing, error) {
	status, err := rundir.Within(ctx, rundir.StatusPatience, dir, func() (*rundir.Status, error) { return rundir.ReadStatus(dir) })
	if e, ok := errors.AsType[*rundir.NoRunError](err); ok {
		return rundir.Standing{}, cmp.Or(rundir.AtWork(dir), notARun(e)) // who is at work has recorded nothing yet
	}
	if err != nil {
		return rundir.Standing{}, err
	}
	switch {
	case status.Phase() == string(checkpoint.Finished):
		return rundir.Standing{}, o.notAtWork(status, rundir.Asked{})
	case !status.Held && o.kept == "":
		return rundir.Standing{}, nothingToStop(dir)
	}
	h := heard{order: rundir.Order{At: time.Now().UTC(), By: byCommand(), Reason: o.reason}}
	after, err := rundir.Within(ctx, rundir.StatusPatience, dir, func() (after rundir.Asked, err error) {
		h.before, after, err = rundir.ChangeAsked(rundir.Local(), dir, func(a *rundir.Asked) { o.asks(a, &h.order) })
		return after, err
	})
	if errors.Is(err, fs.ErrPermission) {
		err = &refusal.Error{Msg: err.Error(), Remedy: "a run is steered by whoever may write its directory"}
	}
	if err != nil {
		return rundir.Standing{}, err
	}
	if !status.Held {
		return rundir.Standing{}, o.notAtWork(status, after)
	}
	if o.unsaid != "" {
		fmt.Fprintf(sys.Stderr, "note: %s\n", o.unsaid)
	}
	return o.await(ctx, sys, dir, h)
}

// notAtWork says of an order that no process has heard what becomes of it.
func (o *order) notAtWork(s *rundir.Status, asked rundir.Asked) error {
	name := prose.Printable(s.Dir.Path)
	if s.Phase() == string(checkpoint.Finished) {
		return &refusal.Error{Msg: name + ": the run has ended: it is finished"}
	}
	return &refusal.Error{Msg: name + ": no process is at work on the run; " + o.kept, Remedy: continuing(s, asked)}
}

// await waits until the files of a run show that the process has heard the order, or has ended.
func (o *order) await(ctx context.Context, sys System, dir string, h heard) (rundir.Standing, error) {
	tick := time.NewTicker(seenEvery)
	defer tick.Stop()
	told := false
	for begun := time.Now(); ; {
		var status *rundir.Status
		s, err := rundir.Within(ctx, rundir.StatusPatience, dir, func() (s rundir.Standing, err error) {
			status, s, err = standing(dir)
			return s, err
		})
		if err != nil {
			return s, err
		}
		h.Standing, h.waited = s, time.Since(begun)
		switch {
		case o.shows(h):
			return s, nil
		case s.HeldBy == nil: // it has ended before it heard
			return s, o.notAtWork(status, s.Asked)
		case h.waited >= seenWithin:
			return s, &refusal.Error{Msg: fmt.Sprintf("%s: it is asked, but process %d on %s has not done it for %s", prose.Printable(dir), s.HeldBy.PID, s.HeldBy.Host, seenWithin),
				Remedy: "see whether that process still runs, and what it says; control.json stays, and it looks at that every two seconds"}
		case h.waited >= toldAfter && !told:
			told = true
			fmt.Fprintf(sys.Stderr, "note: it is asked; process %d on %s has not done it yet\n", s.HeldBy.PID, s.HeldBy.Host)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return s, ctx.Err()
		}
	}
}

// standing is where a run stands, as its files have it.
func standing(dir string) (*rundir.Status, rundir.Standing, error) {
	status, err := rundir.ReadStatus(dir)
	if err != nil {
		return nil, rundir.Standing{}, err
	}
	asked, err := rundir.LoadAsked(dir)
	status.State = console.ByFlags(status.State)
	return status, status.Standing(asked), err
}

// byCommand is who gives an order by a command.
func byCommand() string { return control.Operator() + " by command" }

// nothingToStop says of a run at which no process is at work what keeps its next start from sending: the hold, or a pause.
func nothingToStop(dir string) error {
	e := &refusal.Error{Msg: prose.Printable(dir) + ": no process is at work on the run, so there is none to stop",
		Remedy: "what keeps the next start from sending: " + commandLine([]string{"pause"}, []string{dir})}
	if asked, err := rundir.LoadAsked(dir); err == nil && asked.Hold {
		e.Remedy = "it is on hold already, stopped by " + asked.HoldOrder.String()
	}
	return e
}
