package job

import (
	"context"
	"errors"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rehearsal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
)

// Job is one start of an apply. It is used by one goroutine, and must be closed.
type Job struct {
	start

	terms   audit.Terms
	checked *audit.Preflight // what the preflight found; nil in a run that goes on
	state   checkpoint.State // of the run, as this start finds it
	cost    audit.Cost       // of this start
	claims  claims           // on addresses by which others sign in

	asked  rundir.Asked // of the run, by people
	tokens *expiries    // of the records that are left; nil: they have none

	began  bool // the run is recorded
	told   bool // people know where the run of before is
	listed bool // a file in the directory is yet to be read
}

// Prepare finds out what a start would do, and takes the directory for it. An error is a reason not to begin:
// the directory is as it was.
func Prepare(ctx context.Context, spec Spec) (j *Job, err error) {
	if err := rundir.NoneAtWork(spec.Changes.Paths, nil); err != nil {
		return nil, err
	}
	j = &Job{start: start{spec: spec}}
	if err := j.open(ctx); err != nil {
		return nil, err
	}
	if j.dir, err = spec.Volume.Open(spec.runDir()); err != nil {
		return nil, err
	}
	if err := j.prepare(ctx); err != nil {
		if e, ok := errors.AsType[interface {
			error
			missing() Missing
		}](err); ok {
			j.listed = e.missing().Kept // the plan is to be made of it
		}
		if ctx.Err() != nil {
			err = refusal.ErrNotStarted
		}
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

func (j *Job) prepare(ctx context.Context) error {
	if err := j.dir.HoldsInput(j.set.Paths()); err != nil {
		return err
	}
	if err := rundir.NoneAtWork(j.set.Paths(), j.dir); err != nil {
		return err
	}
	set, err := j.set.Spool(ctx, j.spec.Stdin, j.dir)
	if err != nil {
		return err
	}
	j.set = set
	goesOn, err := j.findRun(ctx)
	if err != nil {
		return err
	}
	if j.set, err = j.set.Settled(j.dir); err != nil || j.Finished() {
		return err
	}
	if err := j.heedHold(); err != nil {
		return err
	}
	if err := j.meetPool(ctx, rehearsal.Beside(j.to.PoolID, j.set.Paths(), j.fromDigest()), !goesOn); err != nil {
		return err
	}
	j.terms = j.spec.terms(j.pool, j.set.Noun())
	j.terms.Deletes = j.set.Deletes()
	j.terms.Rate, j.terms.ReadRate = j.asked.Ceilings(j.spec.Rate, j.spec.readsAt)
	if j.spec.AsUser {
		j.tokens = newExpiries(j.terms.Check)
	}
	if goesOn {
		return j.goOn(ctx)
	}
	if err := j.preflight(ctx); err != nil {
		return err
	}
	if err := j.mayKeep(); err != nil {
		return err
	}
	return j.lookForHolders(ctx, j.checked)
}

// Finished tells whether the directory holds the run, and it has come to its end: there is nothing to start.
func (j *Job) Finished() bool { return j.state.Phase == checkpoint.Finished }

// State is that of the run, as the last start has left it; zero in one that begins.
func (j *Job) State() checkpoint.State { return j.state }

// Dir is the directory of the run.
func (j *Job) Dir() *rundir.Dir { return j.dir }

// Noun is what a record is called: row or record.
func (j *Job) Noun() string { return j.set.Noun() }

// Inputs are the paths of the change set; standard input is the file that keeps it.
func (j *Job) Inputs() []string { return j.set.Paths() }

// Close gives the directory back. Where the run was not begun, an earlier one that was set aside for it is put
// back, and what this start has made goes, unless it lists records that fail.
func (j *Job) Close() error {
	j.dir.Refused = !j.began && !j.listed
	if j.dir.Refused && j.checked != nil && j.checked.Bad == 0 {
		j.dir.RemoveAll([]string{j.dir.ErrorsFile()})
	}
	err := j.close()
	if err == nil { // else it says where the run is
		j.tellBack()
	}
	return err
}

// Preview is what a start is about to do.
type Preview struct {
	Inputs []string
	// Dialect says how they are written; empty: as most are.
	Dialect string
	Noun    string // what a record is called
	Dir     string // of the run
	Errors  string // the file that lists what cannot be applied
	Undo    string // the file that leads back; empty: there will be none
	Place   Place
	// Elsewhere is the plan that is the input, where its summary says that it was made of another pool, or at another endpoint; nil:
	// it does not.
	Elsewhere *rundir.PlanFacts
	// Altered are inputs that are not as their run, or their plan, has left them.
	Altered []string
	// Resumed is the run that goes on; nil: one begins, and Preflight tells of its records.
	Resumed *checkpoint.State
	// Asked is what people have asked of the run: that it goes on only when somebody says so, say.
	Asked     rundir.Asked
	Preflight *audit.Preflight
	Warnings  []audit.Warning
	Cost      audit.Cost
	AsUser    bool
}

// Preview tells what the start is about to do. It reads an undo file or a plan among the inputs whole.
func (j *Job) Preview() Preview {
	p := Preview{
		Inputs: j.set.Paths(), Dialect: j.set.Dialect(), Noun: j.set.Noun(), Dir: j.dir.Path, Errors: j.dir.ErrorsFile(),
		Place: j.spec.place(j.to, j.pool), Preflight: j.checked, Warnings: j.terms.Warnings(), Cost: j.cost, AsUser: j.spec.AsUser, Asked: j.asked,
	}
	p.Elsewhere, p.Altered = j.plannedElsewhere(), Altered(j.spec.Changes.Paths, j.spec.Changes.Stands)
	if !j.spec.NoRead {
		p.Undo = j.dir.File(report.UndoJSONL)
	}
	if j.checked == nil {
		p.Resumed = &j.state
	} else {
		p.Warnings = j.checked.Warnings()
	}
	if j.claims.searched {
		p.Warnings = audit.WithHolders(p.Warnings, j.claims.found, j.claims.takeovers)
	}
	return p
}

// plannedElsewhere is an input that is a plan of another pool than this one, or of its name elsewhere. A rehearsal may be of any.
func (j *Job) plannedElsewhere() *rundir.PlanFacts {
	if j.spec.Target.Sandbox {
		return nil
	}
	for _, path := range j.spec.Changes.Paths {
		if plan := PlanBeside(path, j.spec.Changes.Stands); plan != nil && (plan.Pool.ID != j.to.PoolID || plan.Endpoint != j.to.Endpoint) {
			return plan
		}
	}
	return nil
}

// Allowed refuses a run that begins with more records that cannot be applied than its budget has, of which the file that
// lists them stays, and one that would take addresses from other users unasked.
func (j *Job) Allowed() error {
	s := j.checked
	switch {
	case s == nil:
		return nil
	case j.spec.Budget.Exceeded(s.Bad, s.Rows):
		j.listed = true
		return &OverBudgetError{Bad: s.Bad, Records: s.Rows, Noun: j.set.Noun(), Budget: j.spec.Budget, List: j.dir.ErrorsFile()}
	default:
		return j.mayClaim()
	}
}

// goOn looks at what a run that goes on has left.
func (j *Job) goOn(ctx context.Context) error {
	// A file is known by its content; its records have one name in the reports. What has expired since the first
	// start counts as failed, and the budget holds.
	j.set = j.set.Known(j.state.Inputs).Since(j.state.StartedAt)
	rest, err := j.rest(ctx)
	if err != nil {
		return err
	}
	j.cost = rest.Cost()
	return j.lookForHolders(ctx, rest)
}
