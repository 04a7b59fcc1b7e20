package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/console"
	"attrmigrate/internal/job"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
)

func newPlan(sys System) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "plan --user-pool-id ID CHANGES... | --where EXPRESSION --set NAME=VALUE...",
		Short: "Dry-run audit against live values; cannot write",
		Long: `plan holds the change set against the live users and writes nothing to the pool.
It reads by ListUsers only, which is free of charge and does not count users as
active. It says what would change, what is right already, whom it would disturb
and what it would cost, and leaves in its directory plan.jsonl, which apply takes
and which does exactly what was reviewed, and audit.csv, a row for each attribute.

Most people have a rule, not a file: --where chooses users by what they have, and
--set and --unset say what they get. The plan lists the pool and computes; apply
carries out its plan.jsonl. --rules reads the same from a file.

After an apply, plan --check is the verification: it ends with exit code 3 if there
is something left to change, or something that fails.

` + exitCodes,
		Example: `  attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E loyalty.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E loyalty.plan/plan.jsonl
  attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E --check loyalty.csv
  attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E --where 'custom.tier == nil' --set custom:tier=free
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E us-east-1_Ab12Cd34E.plan/plan.jsonl`,
		Args:              targeted(&o.fleet, o.needsChanges),
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.fleet.asked() {
				return o.planRows(cmd, sys, args)
			}
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			return o.plan(ctx, sys, args)
		},
	}
	cmd.Flags().SortFlags = false
	o.registerPlan(cmd.Flags())
	registerMetricsFile(cmd.Flags(), &o.steering.MetricsFile)
	o.register(cmd.Flags())
	for _, name := range []string{"read-rate", "workers", "max-failures", "drain-timeout", "restart", "yes", "no-read"} {
		_ = cmd.Flags().MarkHidden(name) // it is there, and means nothing here: a plan and its apply can have the same flags
	}
	return cmd
}

func (o *options) registerPlan(f *pflag.FlagSet) {
	o.read = audit.Auto
	f.Var(word(&o.read, map[string]audit.Mode{"auto": audit.Auto, "scan": audit.Scan, "lookup": audit.Lookup, "none": audit.None}), "read",
		"how users are read: `auto|scan|lookup|none` (default auto: the whole pool or one by one, whichever takes fewer calls; none: the schema only)")
	f.BoolVar(&o.check, "check", false, "exit code 3 if there is something to change, or something that fails")
	f.BoolVar(&o.asJSON, "json", false, "the result for programs, on standard output")
}

// plan is one plan, of the options as the flags have filled them.
func (o options) plan(ctx context.Context, sys System, args []string) error {
	if err := o.validate(); err != nil {
		return err
	}
	return o.planned(ctx, sys, args)
}

// planned is one plan, once the options are known to go together.
func (o options) planned(ctx context.Context, sys System, args []string) error {
	if err := o.validateRule(args); err != nil {
		return err
	}
	return newPlanRun(sys, o).run(ctx, args)
}

// planRun is one plan.
type planRun struct {
	opts  options
	sys   System
	notes io.Writer
	log   *slog.Logger

	read        console.Reading
	endProgress func()
	metrics     metricsFile
	poolID      string
	dir         func(poolID string) string
}

func newPlanRun(sys System, o options) *planRun {
	if o.noRead {
		o.read = audit.None
	}
	return &planRun{opts: o, sys: sys, notes: o.output.Notes(sys.Stderr), log: console.NewLog(sys.Stderr, o.output), endProgress: func() {}}
}

func (p *planRun) run(ctx context.Context, paths []string) (err error) {
	if p.opts.asUser {
		return &refusal.UsageError{Err: errors.New("a plan cannot be made --as user: it lists the users, which a user's own token may not"),
			Remedy: "plan with AWS credentials and usernames, or apply --as user --limit 10 as a canary"}
	}
	if err := p.opts.undisturbed(); err != nil {
		return err
	}
	if err := p.opts.steering.Check(); err != nil {
		return err
	}
	rule, err := p.opts.rule.spec(ctx)
	if err != nil {
		return err
	}
	if rule != nil {
		rule.Repeats = p.opts.check
	}
	from, err := p.opts.fetch(ctx, p.notes, paths)
	if err != nil {
		return err
	}
	p.sys.names.Tell(from.places)
	defer func() { err = errors.Join(err, from.remove()) }()
	spec := job.PlanSpec{Spec: p.opts.spec(paths, p.sys, p.log), Read: p.opts.read, Rule: rule}
	spec.Changes.Stands = from.files
	spec.Target.Calls = listing.Chains
	there, err := p.opts.openElsewhere(ctx, p.sys, p.notes, p.log, paths)
	if err != nil {
		return p.opts.explain(err, paths)
	}
	defer func() { err = errors.Join(err, there.close(ctx, p.sys.Stderr)) }()
	there.in(&spec.Spec)
	spec.Sized = func(size changeset.Size) { // a long CSV needs two entries for each
		size.Records *= 2
		p.limitMemory(size)
	}
	p.metrics.path, p.metrics.log, p.dir = p.opts.steering.MetricsFile, p.log, spec.Directory
	r, err := job.Plan(ctx, spec, p)
	p.endProgress()
	ended := err
	if err == nil && r.Withheld {
		ended = p.withheld(r)
	}
	p.metrics.close(ctx, ended)
	if err != nil {
		return p.opts.explain(err, paths)
	}
	return p.tell(r)
}

// Reading implements [job.PlanObserver]: it says what is about to be read.
func (p *planRun) Reading(place job.Place, warnings []audit.Warning) {
	p.poolID = place.ID
	line := console.Printer(p.notes, console.Columns(p.notes))
	console.ShowPlace(line, place)
	console.ShowWarnings(line, warnings)
}

// Sized implements [job.PlanObserver].
func (p *planRun) Sized(size changeset.Size) {
	p.limitMemory(size)
	p.metrics.begin("plan", p.poolID, p.dir(p.poolID), &p.read)
	p.endProgress = console.Watch(p.read.Gauge, nil, p.opts.output, p.sys.Stderr, p.log)
}

// limitMemory makes room for what is kept of a change set.
func (p *planRun) limitMemory(size changeset.Size) {
	if !p.opts.connection.sandbox {
		p.sys.limitMemory(memoryOfPlan(size.Records+size.Addresses, size.Holders))
	}
}

// Read implements [job.PlanObserver].
func (p *planRun) Read(how listing.Progress) { p.read.Set(how) }

// A plan takes an index entry of 16 bytes for each record and for each sign-in address that it gives or verifies,
// and marks of a few bits; 8 bytes for each user whose names it has to know, in a list that grows; the rest is
// what it is at work on.
const (
	planMemory   = 32 << 20
	entryMemory  = 17
	holderMemory = 24
)

func memoryOfPlan(entries, holders int64) int64 {
	return planMemory + entryMemory*entries + holderMemory*holders
}

// tell prints the result and says by the error how the plan ends.
func (p *planRun) tell(r *job.PlanResult) error {
	text := []byte(console.PlanText(r, console.Columns(p.sys.Stdout)))
	if p.opts.asJSON {
		var err error
		if text, err = r.JSON(); err != nil {
			return err
		}
	}
	_, _ = p.sys.Stdout.Write(text) // Run tells if it was lost
	if r.Rule != "" && r.Plan != "" && r.Estimates.Updates > 0 && !p.opts.asJSON {
		fmt.Fprintf(p.sys.Stdout, "%-8s %s\n", "then", applyPlan(filepath.Dir(r.Plan)))
	}
	switch {
	case r.Withheld:
		return p.withheld(r)
	case p.opts.check && !r.Result.Clean():
		return errFailures
	default:
		return nil
	}
}

// withheld says why there is no plan.jsonl.
func (p *planRun) withheld(r *job.PlanResult) error {
	if n := r.Forbidden(); n > 0 {
		return &refusal.Error{
			Msg:    fmt.Sprintf("%s swap names that the pool takes of nobody who still has them: there is no %s", prose.Plural(n, "user"), report.PlanJSONL),
			Remedy: "give one of them another one first, in a run of its own",
		}
	}
	who, leave := "the change set", prose.Either(r.Takeovers, "take that record out", "take those records out")
	if r.Rule != "" {
		who, leave = "the rule", prose.Either(r.Takeovers, "have --where leave that user out", "have --where leave those users out")
	}
	remedy := leave + prose.Either(r.Takeovers, ", or say --allow-takeover: undo gives the address back", ", or say --allow-takeover: undo gives the addresses back")
	if p.opts.keep {
		who = "--verified keep"
		remedy = leave + prose.Either(r.Takeovers, ", or plan without --verified keep; --allow-takeover takes the address, and undo gives it back",
			", or plan without --verified keep; --allow-takeover takes the addresses, and undo gives them back")
	}
	return &refusal.Error{
		Msg:    fmt.Sprintf("%s would take %s away from %s: there is no %s", who, prose.Plural(r.Takeovers, "sign-in address"), others(r.Takeovers), report.PlanJSONL),
		Remedy: remedy,
	}
}

// others are from whom so many addresses are taken.
func others(addresses int64) string {
	if addresses == 1 {
		return "another user"
	}
	return "other users"
}
