package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/control"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rules"
	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

// PlanSpec says what a plan is.
type PlanSpec struct {
	Spec            // of the apply that it is a plan of
	Read audit.Mode // how users are read
	Rule *RuleSpec  // computes the changes; nil: they are those of the inputs
}

// Directory is where the plan is kept: by the name of the first input, or else of the pool.
func (s *PlanSpec) Directory(poolID string) string {
	ending := ".plan"
	if s.Rule != nil && s.Rule.Name != "" {
		ending = "." + s.Rule.Name + ending
	}
	if s.Dir == "" && len(s.Changes.Paths) == 0 {
		return filepath.Clean(poolID + ending)
	}
	return s.dirName(ending)
}

// PlanObserver is told how a plan goes on. Its methods are called from the goroutine of [Plan].
type PlanObserver interface {
	// Reading comes once, when it is known what is to be read.
	Reading(Place, []audit.Warning)
	// Sized comes then, before any user is read: about how large the change set is, zero where that cannot be told.
	Sized(changeset.Size)
	// Read is told how many users of about how many were read. It may come from other goroutines, one call at a time.
	Read(listing.Progress)
}

// planning is a plan in the making. It belongs to one goroutine.
type planning struct {
	start
	read     audit.Mode
	program  *rules.Program // of the rules, once the pool is known
	observer PlanObserver
	seen     *control.Work // from outside
	result   *PlanResult
}

// Plan says what a job would do, by the live users, and writes nothing to the pool. An earlier plan in the directory stands
// until this one is whole.
func Plan(ctx context.Context, spec PlanSpec, o PlanObserver) (*PlanResult, error) {
	if err := rundir.NoneAtWork(spec.Changes.Paths, nil); err != nil {
		return nil, err
	}
	if EmptyPlan(spec.Changes.Paths, spec.Changes.Stands) {
		r := &PlanResult{PlanFacts: rundir.PlanFacts{DryRun: true, Inputs: spec.Changes.Paths}, Clean: true, Result: &audit.Result{Read: audit.None}}
		if beside := PlanBeside(spec.Changes.Paths[0], spec.Changes.Stands); beside != nil && beside.LeftOut != (rundir.LeftOut{}) {
			r.Notes = []string{fmt.Sprintf("the plan is empty: %s, nothing else to change", beside.LeftOut)}
		}
		return r, nil
	}
	p := &planning{start: start{spec: spec.Spec, rules: spec.Rule}, read: spec.Read, observer: o}
	if spec.MaxDuration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, spec.MaxDuration, ErrPlanTime)
		defer cancel()
	}
	err := p.plan(ctx, spec.Directory)
	switch {
	case err == nil:
		return p.result, nil
	case errors.Is(context.Cause(ctx), ErrPlanTime):
		return nil, ErrPlanTime
	case ctx.Err() != nil:
		return nil, refusal.ErrNotStarted
	default:
		return nil, err
	}
}

// plan makes the plan. Rules are compiled before the directory is looked at, so that one mistake is not told after another:
// but for a rehearsal, whose pool lies in the directory, and for what comes on standard input, which is kept there.
func (p *planning) plan(ctx context.Context, directory func(poolID string) string) (err error) {
	if err := p.open(ctx); err != nil {
		return err
	}
	if p.rules != nil && !p.spec.Target.Sandbox && !p.set.IsStdin() {
		if err := p.compile(ctx); err != nil {
			return err
		}
	}
	if p.dir, err = rundir.OpenPlan(p.spec.Volume, directory(p.to.PoolID)); err != nil {
		return err
	}
	defer func() {
		p.dir.Refused = err != nil
		err = errors.Join(err, p.close())
	}()
	return p.make(ctx)
}

// make makes the plan and keeps it in the directory.
func (p *planning) make(ctx context.Context) (err error) {
	if err := p.dir.HoldsInput(p.set.Paths()); err != nil {
		return err
	}
	replaced, err := p.replaces(ctx)
	if err != nil {
		return err
	}
	arrived, err := p.set.Spool(ctx, p.spec.Stdin, p.dir)
	if err != nil {
		return err
	}
	if p.set, err = arrived.Settled(p.dir); err != nil {
		return err
	}
	if err := p.compile(ctx); err != nil {
		return err
	}
	if err := p.mayKeep(); err != nil {
		return err
	}
	p.seen = control.ShowWork(control.WorkConfig{Command: "plan", Pool: p.pool.ID, Dir: p.dir.Path, Logger: p.spec.Log})
	defer func() { p.seen.End(err) }()
	p.observer.Reading(p.spec.place(p.to, p.pool), p.spec.terms(p.pool, "").Warnings())
	set, clean, err := p.set.Unpack(ctx, p.dir)
	if err != nil {
		return err
	}
	defer clean()
	p.set = set
	p.result = &PlanResult{PlanFacts: p.facts(replaced), Audit: p.dir.File(report.AuditCSV), Plan: p.dir.File(report.PlanJSONL),
		Altered: Altered(p.spec.Changes.Paths, p.spec.Changes.Stands)}
	if p.rules != nil {
		err = p.auditRules(ctx)
	} else {
		err = p.auditChanges(ctx)
	}
	if err != nil {
		return err
	}
	return p.result.save(p.dir)
}

// facts are what is known of the plan before it is made.
func (p *planning) facts(replaced string) rundir.PlanFacts {
	f := rundir.PlanFacts{
		DryRun: true, At: time.Now().UTC(),
		Pool:     rundir.PlanPool{ID: p.pool.ID, Name: p.pool.Name, Region: p.pool.Region, Account: p.pool.Account, Users: p.pool.EstimatedUsers},
		Endpoint: p.to.Endpoint, Inputs: p.set.Paths(), Dialect: p.set.Dialect(), InputPaths: absolute(p.spec.Changes.Paths), Replaced: replaced, Limit: p.spec.Limit,
		Flags: p.spec.Target.Flags(p.pool.ID),
	}
	if p.rules != nil {
		f.Rule, f.RulesDigest = p.program.Text(), cmp.Or(p.rules.FileDigest, rules.Digest(p.rules.Rules))
		f.Filter, f.Group = p.rules.Filter, p.rules.Group
		f.RuleNotes = p.program.Notes()
		if p.rules.Match != "" {
			f.Match = p.set.Decoding().UsernameColumn + "=" + p.rules.Match
		}
	}
	return f
}

// meet asks for the pool; a rehearsal goes on from an earlier one of the same change set.
func (p *planning) meet(ctx context.Context) (err error) {
	if p.pool != nil {
		return nil
	}
	earlier := ""
	if p.spec.Target.Sandbox {
		if earlier, err = rehearsal.Earlier(ctx, p.to.PoolID, p.set, p.fromDigest()); err != nil {
			return err
		}
	}
	return p.meetPool(ctx, earlier, true)
}

// auditChanges holds the change set against the pool.
func (p *planning) auditChanges(ctx context.Context) error {
	in, err := p.set.Read()
	if err != nil {
		return err
	}
	defer in.Close()
	if err := checkColumns(in, audit.Terms{Pool: p.pool}); err != nil {
		return err
	}
	in.Limit(p.spec.Limit)
	size := p.set.Guess(ctx, p.pool)
	p.observer.Sized(size)
	return p.audit(ctx, audit.Config{
		Changes: in, Records: size.Records, Addresses: size.Addresses, Long: p.spec.long(ctx, p.set, in, p.pool), Deletes: p.set.Deletes(),
	}, in.Digests)
}

// audit makes the plan of what the configuration says. What it is given of the service can only list. The digests are those
// of the inputs, if reading them has shown them.
func (p *planning) audit(ctx context.Context, cfg audit.Config, digests func() []string) error {
	files, err := report.OpenPlan(p.dir.FS, p.dir.Path)
	if err != nil {
		return rundir.Unusable(p.dir.Path, err)
	}
	cfg.Pool, cfg.Writer, cfg.Reader, cfg.Progress, cfg.Read = p.pool, planWriter{files}, p.reader(p.userRead), p.lookedUp, p.read
	cfg.Options = p.spec.compared(p.pool)
	cfg.UpdateRate, cfg.ReadRate, cfg.NoRead = p.spec.Rate, p.spec.reads(), p.spec.NoRead
	cfg.Strict, cfg.AllowTakeover = p.spec.Strict, p.spec.AllowTakeover
	p.result.Result, err = audit.Plan(ctx, cfg)
	if err == nil {
		err = p.conclude(ctx, digests())
	}
	if err != nil {
		return errors.Join(err, files.Discard())
	}
	if p.result.Plan == "" { // an empty plan would say that there is nothing to change
		return files.Withhold()
	}
	return files.Close()
}

// lookedUp tells how many users were looked up one by one.
func (p *planning) lookedUp(done, total int64) {
	p.userRead(listing.Progress{Users: done, Of: total})
}

// userRead tells how far the reading is.
func (p *planning) userRead(how listing.Progress) {
	doing := "reading users"
	if how.Users == how.Of && how.Users > 0 {
		doing = "comparing"
	}
	p.seen.At(doing, how.Users, how.Of)
	p.observer.Read(how)
}

// conclude says what the plan is of, and whether it may be applied.
func (p *planning) conclude(ctx context.Context, digests []string) (err error) {
	if p.set.Unpacked() || digests == nil {
		if digests, err = p.set.Digests(ctx); err != nil {
			return err
		}
	}
	if err := p.dir.RunsOfPlan(ctx); err != nil { // one may have begun meanwhile
		return err
	}
	r := p.result
	r.Fingerprint = p.traits(digests).fingerprint()
	if p.rules != nil {
		maps.Copy(r.Fingerprint, p.rules.fingerprint())
	}
	r.Clean = r.Result.Clean()
	r.Takeovers = r.Losses()
	r.Withheld = r.Takeovers > 0 && !p.spec.AllowTakeover || r.Forbidden() > 0
	if r.Withheld || r.Read == audit.None {
		r.Plan = ""
	}
	return nil
}

// planWriter gives a plan's rows to its files.
type planWriter struct{ *report.Plan }

// Arrange implements [audit.Writer].
func (w planWriter) Arrange(steps []audit.Step) error {
	ordered := make([]*sources.Change, len(steps))
	for i, s := range steps {
		ordered[i] = s.Change
	}
	return w.Plan.Arrange(ordered)
}

// Row implements [audit.Writer].
func (w planWriter) Row(r audit.Row) error {
	file, line := r.File, ""
	if r.Line > 0 {
		line = strconv.Itoa(r.Line)
	} else { // who it is of stands in the row
		file = "rule"
	}
	return w.Plan.Row(report.AuditRow{
		File: file, Line: line, Username: r.Username, Attribute: r.Attribute,
		Verdict: string(r.Verdict), Before: r.Before, After: r.After, Note: r.Note,
	})
}

// absolute are the inputs of a plan for its summary: by these another plan knows whether it is of the same
// ones, from whichever directory it is made.
func absolute(paths []string) []string {
	all := slices.Clone(paths)
	for i, path := range all {
		if whole, err := filepath.Abs(path); err == nil && path != rundir.Stdin && !disk.Remote(path) {
			all[i] = whole
		}
	}
	return all
}
