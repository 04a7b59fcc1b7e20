package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/console"
	"attrmigrate/internal/control"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// order is what a command asks of a run: of the process that is at work, by its socket, or else by control.json.
type order struct {
	method, path string
	asks         func(*rundir.Asked, *rundir.Order) // the same, of control.json
	shows        func(heard) bool                   // whether the files show that it was done
	kept         string                             // what it means for the next start; empty: nothing is kept for that
	note         string                             // for people, when it was done
	unsaid       string                             // what control.json cannot say

	store  storeOptions
	reason string
	json   bool
}

// heard is what the files of a run show of an order.
type heard struct {
	rundir.Standing
	dir    string // with the files
	order  rundir.Order
	before rundir.Asked  // what was asked until then
	waited time.Duration // since it was given

	longest time.Duration // that the files take to show what a process has heard
}

// told tells whether the run has heard of the order, whatever has become of it since: a program can keep paused what may go on,
// and a pause can be over before anybody has seen it.
func (h heard) told(kind telemetry.Kind) bool {
	events, _ := telemetry.ReadEvents(h.dir) // what cannot be read is not told
	return slices.ContainsFunc(events, func(e telemetry.Event) bool {
		return e.Kind == kind && e.By == h.order.By && !e.At.Before(h.order.At.Truncate(time.Millisecond))
	})
}

// toldCeiling tells whether a ceiling that is in force is the one that the run has told since it heard of the order.
func (h heard) toldCeiling(kind telemetry.Kind, now *float64) bool {
	events, _ := telemetry.ReadEvents(h.dir) // what cannot be read is not told
	for _, e := range slices.Backward(events) {
		if e.Kind == kind {
			perSecond, err := strconv.ParseFloat(e.To, 64) // an error: there is none
			return !e.At.Before(h.order.At.Truncate(time.Millisecond)) && (err != nil && now == nil || err == nil && now != nil && *now == perSecond)
		}
	}
	return false
}

const (
	seenEvery  = 200 * time.Millisecond // the files of a run are looked at
	toldAfter  = 3 * time.Second        // that it takes longer
	seenLatest = 3 * time.Second        // what the process looks at every two seconds
	farLatest  = 15 * time.Second       // and then publishes within five, through S3
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
	run, err := lookFrom(ctx, sys, dir, o.store)
	if err != nil {
		return err
	}
	defer run.close()
	s, err := o.bySocket(ctx, run, body)
	switch {
	case errors.Is(err, control.ErrEnded): // the files tell how
		o.unsaid = ""
		s, err = o.byFile(ctx, sys, run)
	case errors.Is(err, control.ErrUnreached):
		s, err = o.byFile(ctx, sys, run)
	}
	if err != nil {
		return err
	}
	return o.print(sys, run, s)
}

// bySocket gives the order to the process itself, if it can be reached.
func (o *order) bySocket(ctx context.Context, run *outside, body map[string]any) (rundir.Standing, error) {
	if run.client == nil {
		return rundir.Standing{}, control.ErrUnreached
	}
	return run.client.Do(ctx, o.method, o.path, body)
}

func (o *order) print(sys System, run *outside, s rundir.Standing) error {
	if o.json {
		return console.StatusJSON(sys.Stdout, s)
	}
	console.ShowSteered(sys.Stdout, run.dir, run.called(), s)
	if o.note != "" {
		fmt.Fprintf(sys.Stderr, "note: %s\n", o.note)
	}
	return nil
}

// byFile gives the order by control.json. Where a process is at work it waits until the files of the run show that it was
// heard.
func (o *order) byFile(ctx context.Context, sys System, run *outside) (rundir.Standing, error) {
	status, err := within(ctx, run, rundir.StatusPatience, func() (*rundir.Status, error) { return run.status(ctx) })
	if e, ok := errors.AsType[*rundir.NoRunError](err); ok {
		return rundir.Standing{}, cmp.Or(run.atWork(ctx), notARun(e)) // who is at work has recorded nothing yet
	}
	if err != nil {
		return rundir.Standing{}, orInterrupted(ctx, err, "nothing was asked of the run")
	}
	switch {
	case status.Phase() == string(checkpoint.Finished):
		return rundir.Standing{}, o.notAtWork(run, status, rundir.Asked{})
	case !status.Held && o.kept == "":
		return rundir.Standing{}, nothingToStop(run)
	}
	h := heard{dir: run.dir, order: rundir.Order{At: time.Now().UTC(), By: byCommand(), Reason: o.reason}}
	after, err := within(ctx, run, rundir.StatusPatience, func() (after rundir.Asked, err error) {
		h.before, after, err = run.changeAsked(ctx, func(a *rundir.Asked) { o.asks(a, &h.order) })
		return after, err
	})
	if errors.Is(err, fs.ErrPermission) {
		err = &refusal.Error{Msg: err.Error(), Remedy: "a run is steered by whoever may write its directory"}
	}
	if err != nil {
		return rundir.Standing{}, orInterrupted(ctx, err, "whether it is asked of the run is unknown")
	}
	if !status.Held {
		return rundir.Standing{}, o.notAtWork(run, status, after)
	}
	if o.unsaid != "" {
		fmt.Fprintf(sys.Stderr, "note: %s\n", o.unsaid)
	}
	return o.await(ctx, sys, run, h)
}

// notAtWork says of an order that no process has heard what becomes of it.
func (o *order) notAtWork(run *outside, s *rundir.Status, asked rundir.Asked) error {
	name := prose.Printable(s.Dir.Path)
	if s.Phase() == string(checkpoint.Finished) {
		return &refusal.Error{Msg: name + ": the run has ended: it is finished"}
	}
	return &refusal.Error{Msg: name + ": no process is at work on the run; " + o.kept, Remedy: run.continuing(s, asked)}
}

// unheard is what it means that an order is not waited for any more.
const unheard = "it is asked of the run, and nobody waits any more for it to be done"

// await waits until the files of a run show that the process has heard the order, or has ended.
func (o *order) await(ctx context.Context, sys System, run *outside, h heard) (rundir.Standing, error) {
	every, tellAfter := seenEvery, toldAfter
	h.longest = seenLatest
	if run.far != nil {
		every, tellAfter, h.longest = farInterval, 0, farLatest
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	told := false
	for begun := time.Now(); ; {
		var status *rundir.Status
		s, err := within(ctx, run, rundir.StatusPatience, func() (s rundir.Standing, err error) {
			status, s, err = run.standing(ctx)
			return s, err
		})
		if err != nil {
			return s, orInterrupted(ctx, err, unheard)
		}
		h.Standing, h.waited = s, time.Since(begun)
		switch {
		case o.shows(h):
			return s, nil
		case s.HeldBy == nil: // it has ended before it heard
			return s, o.notAtWork(run, status, s.Asked)
		case h.waited >= seenWithin:
			return s, &refusal.Error{Msg: fmt.Sprintf("%s: it is asked, but process %d on %s has not done it for %s", prose.Printable(run.dir), s.HeldBy.PID, s.HeldBy.Host, seenWithin),
				Remedy: "see whether that process still runs, and what it says; control.json stays, and it looks at that every two seconds"}
		case h.waited >= tellAfter && !told:
			told = true
			has := "has not done it yet"
			if run.far != nil {
				has = "takes it up within seconds, and then publishes that it has"
			}
			fmt.Fprintf(sys.Stderr, "note: it is asked; process %d on %s %s\n", s.HeldBy.PID, s.HeldBy.Host, has)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return s, orInterrupted(ctx, ctx.Err(), unheard)
		}
	}
}

// byCommand is who gives an order by a command.
func byCommand() string { return control.Operator() + " by command" }

// nothingToStop says of a run at which no process is at work what keeps its next start from sending: the hold, or a pause.
func nothingToStop(run *outside) error {
	e := &refusal.Error{Msg: prose.Printable(run.dir) + ": no process is at work on the run, so there is none to stop",
		Remedy: "what keeps the next start from sending: " + commandLine(slices.Concat([]string{"pause"}, run.leads), []string{run.dir})}
	if asked, err := rundir.LoadAsked(run.dir); err == nil && asked.Hold {
		e.Remedy = "it is on hold already, stopped by " + asked.HoldOrder.String()
	}
	return e
}
