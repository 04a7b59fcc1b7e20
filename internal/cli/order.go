package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/shell"
)

// order is what a command asks of a run: of the process that is at work, by its socket, or else by control.json.
type order struct {
	method, path string
	asks         func(*rundir.Asked, *rundir.Order) // the same, of control.json
	shows        func(rundir.Standing) bool         // whether a status shows that it was done
	kept         string                             // what it means for the next start; empty: nothing is kept for that
	note         string                             // for people, when it was done
	unsaid       string                             // what control.json cannot say

	reason string
	json   bool
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
	ctx, signals := watchSignals(ctx, sys.Signals)
	defer signals.end()
	body["by"], body["reason"] = byCommand(), o.reason
	s, err := control.NewClient(dir).Do(ctx, o.method, o.path, body)
	if errors.Is(err, control.ErrUnreached) || errors.Is(err, control.ErrEnded) { // the files tell how it ended
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
		return rundir.Standing{}, notARun(e)
	}
	if err != nil {
		return rundir.Standing{}, err
	}
	name := prose.Printable(dir)
	switch {
	case status.Phase() == "finished":
		return rundir.Standing{}, &refusal.Error{Msg: name + ": the run has ended: it is finished"}
	case !status.Held && o.kept == "":
		return rundir.Standing{}, nothingToStop(dir)
	}
	by := rundir.Order{At: time.Now().UTC(), By: byCommand(), Reason: o.reason}
	after, err := rundir.Within(ctx, rundir.StatusPatience, dir, func() (rundir.Asked, error) {
		_, after, err := rundir.ChangeAsked(rundir.Local(), dir, func(a *rundir.Asked) { o.asks(a, &by) })
		return after, err
	})
	if err != nil {
		return rundir.Standing{}, err
	}
	if !status.Held {
		return rundir.Standing{}, &refusal.Error{Msg: name + ": no process is at work on the run; " + o.kept, Remedy: continuing(status, after.Hold)}
	}
	if o.unsaid != "" {
		fmt.Fprintf(sys.Stderr, "note: %s\n", o.unsaid)
	}
	return o.await(ctx, sys, dir)
}

// await waits until the files of a run show that the process has heard the order, or has ended.
func (o *order) await(ctx context.Context, sys System, dir string) (rundir.Standing, error) {
	tick := time.NewTicker(seenEvery)
	defer tick.Stop()
	told := false
	for begun := time.Now(); ; {
		s, err := rundir.Within(ctx, rundir.StatusPatience, dir, func() (rundir.Standing, error) { return standing(dir) })
		switch waited := time.Since(begun); {
		case err != nil || o.shows(s) || s.HeldBy == nil:
			return s, err
		case waited >= seenWithin:
			return s, &refusal.Error{Msg: fmt.Sprintf("%s: it is asked, but process %d on %s has not done it for %s", prose.Printable(dir), s.HeldBy.PID, s.HeldBy.Host, seenWithin),
				Remedy: "see whether that process still runs, and what it says; control.json stays, and it looks at that every two seconds"}
		case waited >= toldAfter && !told:
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
func standing(dir string) (rundir.Standing, error) {
	status, err := rundir.ReadStatus(dir)
	if err != nil {
		return rundir.Standing{}, err
	}
	asked, err := rundir.LoadAsked(dir)
	status.State = console.ByFlags(status.State)
	return status.Standing(asked), err
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

// continuing says how a run goes on of which no process is at work.
func continuing(s *rundir.Status, held bool) string {
	command := "the same command"
	if held {
		command = "the run is on hold: " + command + " with --unhold"
	}
	return command + " continues it (" + shell.File(s.Dir.Path) + ")"
}
