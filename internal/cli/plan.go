package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"attrmigrate/internal/rundir"

	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

func newPlan(sys System) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "plan --user-pool-id ID CHANGES...",
		Short: "Dry-run audit against live values; cannot write",
		Long: `plan holds the change set against the live users and writes nothing to the pool.
It reads by ListUsers only, which is free of charge and does not count users as
active. It says what would change, what is right already, whom it would disturb
and what it would cost, and leaves in its directory plan.jsonl, which apply takes
and which does exactly what was reviewed, and audit.csv, a row for each attribute.

After an apply, plan --check is the verification: it ends with exit code 3 if there
is something left to change, or something that fails.

` + exitCodes,
		Example: `  attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E loyalty.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E loyalty.plan/plan.jsonl
  attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E --check loyalty.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.validate(); err != nil {
				return err
			}
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.cancel()
			return newPlanRun(sys, o).run(ctx, args)
		},
	}
	cmd.Flags().SortFlags = false
	o.registerPlan(cmd.Flags())
	o.register(cmd.Flags())
	for _, name := range []string{"read-rate", "workers", "max-failures", "drain-timeout", "restart", "yes", "no-read"} {
		_ = cmd.Flags().MarkHidden(name) // it is there, and means nothing here: a plan and its apply can have the same flags
	}
	return cmd
}

func (o *options) registerPlan(f *pflag.FlagSet) {
	o.read = audit.Auto
	f.Func("read", "how users are read: `auto|scan|lookup|none` (default auto: the whole pool or one by one, whichever takes fewer calls; none: the schema only)",
		word(&o.read, map[string]audit.Mode{"auto": audit.Auto, "scan": audit.Scan, "lookup": audit.Lookup, "none": audit.None}))
	f.BoolVar(&o.check, "check", false, "exit code 3 if there is something to change, or something that fails")
	f.BoolVar(&o.asJSON, "json", false, "the result for programs, on standard output")
}

// planRun is one plan.
type planRun struct {
	opts  options
	given []string // the inputs, by their whole paths
	set   *changeSet
	sys   System
	notes io.Writer
	log   *slog.Logger
}

func newPlanRun(sys System, o options) *planRun {
	if o.noRead {
		o.read = audit.None
	}
	return &planRun{opts: o, sys: sys, notes: o.output.notes(sys.Stderr), log: newLog(sys.Stderr, o.output)}
}

// run takes the steps of a plan in order. An earlier plan in the directory stands until this one is
// whole.
func (p *planRun) run(ctx context.Context, paths []string) (err error) {
	if p.opts.asUser {
		return &refusal.UsageError{Err: errors.New("a plan cannot be made --as user: it lists the users, which a user's own token may not"),
			Remedy: "plan with AWS credentials and usernames, or apply --as user --limit 10 as a canary"}
	}
	if err := p.opts.undisturbed(paths); err != nil {
		return err
	}
	if emptyPlan(paths) {
		return p.tell(&planResult{PlanFacts: rundir.PlanFacts{Inputs: paths}, Result: &audit.Result{Read: audit.None}})
	}
	if p.set, err = newChangeSet(ctx, p.opts, paths); err != nil {
		return err
	}
	p.given = absolute(paths)
	service, err := connect(ctx, p.opts.connection, 2)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.close()) }()
	dir, err := rundir.OpenPlan(p.sys.volume(), p.opts.runDirPath(paths, ".plan"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if p.opts.maxDuration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, p.opts.maxDuration, errPlanTime)
		defer cancel()
	}
	r, err := p.plan(ctx, dir, service)
	if err != nil {
		if errors.Is(context.Cause(ctx), errPlanTime) {
			return errPlanTime
		}
		return notStarted(ctx, err)
	}
	return p.tell(r)
}

var errPlanTime = &refusal.Error{Msg: "the time is up (--max-duration): the plan is not whole", Remedy: "--list-rate sets the pace, and --read lookup reads the users of the change set only"}

// plan makes the plan and keeps it in the directory.
func (p *planRun) plan(ctx context.Context, dir *rundir.Dir, s *service) (*planResult, error) {
	if err := dir.HoldsInput(p.set.paths); err != nil {
		return nil, err
	}
	replaced, err := p.replaces(ctx, dir, s)
	if err != nil {
		return nil, err
	}
	settle, err := p.set.spool(ctx, p.sys.Stdin, dir)
	if err != nil {
		return nil, err
	}
	if err := settle(); err != nil {
		return nil, err
	}
	if p.opts.connection.sandbox {
		earlier, err := s.rehearsed(ctx, p.set)
		if err != nil {
			return nil, err
		}
		if err := s.rehearse(ctx, p.opts, p.set, dir.File(rundir.Journal), earlier, true); err != nil {
			return nil, err
		}
	}
	pool, err := s.describe(ctx, p.opts.maxAttempts)
	if err != nil {
		return nil, err
	}
	if err := p.mayKeep(pool); err != nil {
		return nil, err
	}
	p.introduce(s, pool)
	clean, err := p.set.unpack(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer clean()
	r := &planResult{
		PlanFacts: rundir.PlanFacts{
			At: time.Now().UTC(), Pool: rundir.PlanPool{ID: pool.ID, Name: pool.Name, Region: pool.Region, Account: pool.Account, Users: pool.EstimatedUsers},
			Endpoint: s.endpoint, Inputs: p.set.paths, InputPaths: p.given, Replaced: replaced, Limit: p.opts.limit,
			Flags: p.opts.connection.flags(pool.ID),
		},
		Audit: dir.File(report.AuditCSV), Plan: dir.File(report.PlanJSONL),
	}
	if err := p.audit(ctx, dir, s, pool, r); err != nil {
		return nil, err
	}
	return r, r.save(dir)
}

// introduce says what is about to be read.
func (p *planRun) introduce(s *service, pool *cognito.Pool) {
	pr := &prospect{opts: p.opts, service: s, pool: pool}
	line := printer(p.notes, columns(p.notes))
	pr.showPool(line)
	showWarnings(line, p.opts.terms(pool, "").Warnings())
}

// audit holds the change set against the pool. What it is given of the service can only list.
func (p *planRun) audit(ctx context.Context, dir *rundir.Dir, s *service, pool *cognito.Pool, r *planResult) (err error) {
	in, err := p.set.open()
	if err != nil {
		return err
	}
	defer in.Close()
	if err := checkColumns(in, audit.Terms{Pool: pool}); err != nil {
		return err
	}
	in.limit = p.opts.limit
	guess := p.set.guess(ctx, pool)
	if !p.opts.connection.sandbox {
		limitMemory(planMemory + entryMemory*(guess.records+guess.addresses))
	}
	files, err := report.OpenPlan(dir.Path)
	if err != nil {
		return rundir.Unusable(dir.Path, err)
	}
	var read counter
	end := watchProgress(read.gauge, p.opts.output, p.sys.Stderr, p.log)
	r.Result, err = audit.Plan(ctx, audit.Config{
		Pool: pool, Changes: in, Writer: planWriter{files}, Lister: audit.Lister(s.client), Read: p.opts.read,
		Options:  audit.Options{KeepVerified: p.opts.keep},
		ListRate: p.opts.listRate, Attempts: p.opts.maxAttempts,
		UpdateRate: p.opts.rate, ReadRate: p.opts.reads(), NoRead: p.opts.noRead,
		Records: guess.records, Addresses: guess.addresses, Progress: read.set,
	})
	end()
	if err != nil {
		return errors.Join(err, files.Discard())
	}
	digests := in.Digests()
	if p.set.copies != nil || digests == nil {
		if digests, err = p.set.digests(ctx); err != nil {
			return errors.Join(err, files.Discard())
		}
	}
	if err := dir.RunsOfPlan(ctx); err != nil { // one may have begun meanwhile
		return errors.Join(err, files.Discard())
	}
	r.Fingerprint = fingerprintOf(p.opts, p.set, s, digests)
	r.Withheld = p.opts.keep && len(pool.AliasAttributes) > 0 && r.heldTwice() > 0
	if r.Withheld || r.Read == audit.None { // an empty plan would say that there is nothing to change
		r.Plan = ""
		return files.Withhold()
	}
	return files.Close()
}

// A plan takes an index entry of 16 bytes for each record and for each sign-in address that it gives,
// and marks of a few bits; the rest is what it is at work on.
const (
	planMemory  = 32 << 20
	entryMemory = 17
)

// planWriter gives a plan's rows to its files.
type planWriter struct{ *report.Plan }

func (w planWriter) Row(r audit.Row) error {
	return w.Plan.Row(report.AuditRow{
		File: r.File, Line: r.Line, Username: r.Username, Attribute: r.Attribute,
		Verdict: string(r.Verdict), Before: r.Before, After: r.After, Note: r.Note,
	})
}

// planResult is what a plan found and where: the content of --json and of the plan's summary.json.
type planResult struct {
	rundir.PlanFacts
	Clean bool `json:"clean"` // nothing to change, nothing that fails
	*audit.Result
	Plan  string `json:"plan,omitempty"` // the file
	Audit string `json:"audit"`
}

// heldTwice is the number of new sign-in addresses that another user holds, or is given.
func (r *planResult) heldTwice() (n int64) {
	for _, h := range r.Warnings {
		if audit.TakesAddress(h) {
			n += h.Count
		}
	}
	return n
}

func (r *planResult) json() ([]byte, error) {
	r.DryRun, r.Clean = true, r.Result.Clean()
	var text strings.Builder
	err := prose.PrintJSON(&text, r)
	return []byte(text.String()), err
}

func (r *planResult) save(dir *rundir.Dir) error {
	text, err := r.json()
	if err != nil {
		return err
	}
	return disk.WriteFile(disk.OS{}, dir.File(report.SummaryJSON), text)
}

// tell prints the result and says by the error how the plan ends.
func (p *planRun) tell(r *planResult) error {
	text := []byte(r.text(columns(p.sys.Stdout)))
	if p.opts.asJSON {
		var err error
		if text, err = r.json(); err != nil {
			return err
		}
	}
	_, _ = p.sys.Stdout.Write(text) // Run tells if it was lost
	switch {
	case r.Withheld:
		return &refusal.Error{
			Msg:    fmt.Sprintf("--verified keep would take %s away from another user: there is no %s", prose.Plural(r.heldTwice(), "sign-in address"), report.PlanJSONL),
			Remedy: "take those records out, or plan without --verified keep",
		}
	case p.opts.check && !r.Result.Clean():
		return errFailures
	default:
		return nil
	}
}

// emptyPlan tells whether the inputs are a plan that found nothing to change.
func emptyPlan(paths []string) bool {
	if len(paths) != 1 || filepath.Base(paths[0]) != report.PlanJSONL {
		return false
	}
	stamps, err := stampsOf(paths)
	return err == nil && stamps[0].Mode().IsRegular() && stamps[0].Size() == 0
}

// unpack writes plain copies of compressed inputs into the directory, since a plan reads records in
// any order. The function that it returns removes them.
func (s *changeSet) unpack(ctx context.Context, dir *rundir.Dir) (clean func(), err error) {
	var made []string
	clean = func() { dir.RemoveAll(made) }
	copies := append([]string{}, s.paths...)
	for i, path := range s.paths {
		if !sources.Packed(path) {
			continue
		}
		ending := filepath.Ext(strings.TrimSuffix(path, filepath.Ext(path))) // the format goes by it
		copies[i] = dir.File(fmt.Sprintf("%s%d%s", rundir.Unpacked, i+1, ending))
		made = append(made, copies[i])
		if err := s.decoding.Seals.UnpackFile(ctx, path, copies[i]); err != nil {
			clean()
			return nil, err
		}
	}
	if made != nil {
		s.copies = copies
	}
	return clean, nil
}

// size is about how large a change set is.
type size struct {
	records   int64
	addresses int64 // that they give as sign-in names
}

// guess takes the size from the first records; it is zero where that cannot be told.
func (s *changeSet) guess(ctx context.Context, pool *cognito.Pool) (g size) {
	const sample = 1000
	in, err := s.open()
	if err != nil {
		return size{}
	}
	defer in.Close()
	for {
		c, err := in.Files.Next(ctx)
		if err != nil {
			return g
		}
		g.records++
		for _, a := range c.Attributes {
			if slices.Contains(pool.AliasAttributes, a.Name) || slices.Contains(pool.UsernameAttributes, a.Name) {
				g.addresses++
			}
		}
		if g.records == sample {
			return g.scaled(s.bytes(), c)
		}
	}
}

// scaled is the size of so many bytes, of which the records up to the last one are a sample. There is
// some room in it, for growing later takes twice as much.
func (g size) scaled(bytes int64, last *sources.Change) size {
	read := last.After.Offset
	if last.After.Input > 0 || read <= last.Begin.Offset { // read from the end
		return size{}
	}
	scale := func(n int64) int64 { return n * (bytes + bytes/50) / read }
	return size{records: scale(g.records), addresses: scale(g.addresses)}
}

// bytes is the length of all inputs as they are read.
func (s *changeSet) bytes() (n int64) {
	paths := s.paths
	if s.copies != nil {
		paths = s.copies
	}
	stamps, _ := stampsOf(paths) // an input that is gone is told when it is read
	for _, info := range stamps {
		n += info.Size()
	}
	return n
}
