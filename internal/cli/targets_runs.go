package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/console"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

// oneOrMany has a command take a run directory, or a file of targets instead.
func oneOrMany(targets *string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case *targets == "":
			return cobra.ExactArgs(1)(cmd, args)
		case len(args) > 0:
			return fmt.Errorf("--targets and %s exclude each other", args[0])
		default:
			return nil
		}
	}
}

func registerTargets(f *pflag.FlagSet, path *string) {
	f.StringVar(path, "targets", "", "`file` (CSV, also s3://) of many pools, whose runs are meant")
}

// lookers is how many runs are looked at, at once: each takes a few calls of S3.
const lookers = 8

// runsOf looks at the runs of all rows. Those that cannot be read say why.
func runsOf(ctx context.Context, sys System, path string, by storeOptions) ([]fleet.Run, error) {
	const short = "not every run was looked at"
	file, err := by.targetsFile(sys).read(ctx, path, unread)
	if err != nil {
		return nil, orInterrupted(ctx, err, short)
	}
	var runs []fleet.Run
	for _, g := range file.Groups() {
		for _, row := range g.Rows {
			runs = append(runs, fleet.Run{Row: row, Index: g.Index})
		}
	}
	names := &placeNames{}
	var all sync.WaitGroup // of the goroutines, which end before runsOf does; each has a run of its own
	room := make(chan struct{}, lookers)
	for i := range runs {
		all.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			names.keep(lookAtRun(ctx, sys, &runs[i], by))
		})
	}
	all.Wait()
	sys.names.Tell(names.pairs)
	return runs, orInterrupted(ctx, ctx.Err(), short)
}

// lookAtRun looks at one run, and returns another name for the place of its copies, if it has any.
func lookAtRun(ctx context.Context, sys System, r *fleet.Run, by storeOptions) (pair []string) {
	run, err := lookFrom(ctx, sys, r.RunDir, by)
	if err == nil {
		defer run.close()
		if run.far != nil {
			pair = []string{run.dir, r.RunDir}
		}
		l := &lookout{outside: run}
		var v console.View
		if v, err = within(ctx, run, rundir.StatusPatience, func() (console.View, error) { return l.look(ctx) }); err == nil && v.Work == nil {
			r.Standing, r.Pace = &v.Standing, paceOf(&v)
			r.Standing.Reason = console.StopReason(r.Standing.Reason)
		}
	}
	if _, none := errors.AsType[*rundir.NoRunError](err); err != nil && !none {
		r.Problem = err.Error()
	}
	return pair
}

// paceOf is the pace of a run that goes on: of the last minute or, since one in S3 publishes no series before it stops, of all of it.
func paceOf(v *console.View) float64 {
	if v.Standing.State != "running" {
		return 0
	}
	return cmp.Or(v.Pace(), fleet.AveragePace(&v.Standing))
}

// placeNames are other names for the places of copies of runs. Its keep may be called by many goroutines.
type placeNames struct {
	mu   sync.Mutex
	list [][]string
}

func (n *placeNames) keep(pair []string) {
	if pair == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, pair)
}

// pairs are the places and their names, the longer places first.
func (n *placeNames) pairs() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	slices.SortFunc(n.list, func(a, b []string) int { return len(b[0]) - len(a[0]) })
	return slices.Concat(n.list...)
}

// showRuns prints where the runs of a file of targets stand.
func showRuns(ctx context.Context, sys System, path string, by storeOptions, asJSON bool) error {
	runs, err := runsOf(ctx, sys, path, by)
	if err != nil {
		return err
	}
	if asJSON {
		err = console.FleetJSON(sys.Stdout, runs)
	} else {
		console.ShowFleet(sys.Stdout, runs)
	}
	return cmp.Or(err, unreadable(runs))
}

// unreadable refuses to call whole what is known of runs of which some cannot be read.
func unreadable(runs []fleet.Run) error {
	var all []string
	for _, r := range runs {
		if r.Problem != "" {
			all = append(all, r.Name+": "+r.Problem)
		}
	}
	if all == nil {
		return nil
	}
	if len(all) == 1 {
		return &refusal.Error{Msg: all[0]}
	}
	return &refusal.Error{Msg: fmt.Sprintf("%s, and %d more cannot be read", all[0], len(all)-1)}
}
