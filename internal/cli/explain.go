package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"attrmigrate/internal/job"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/schema"
	"attrmigrate/internal/shell"
)

// explain tells an error of a job in the words of the command line: which flag is meant, and what to do. What
// went wrong beside it stays. The paths are those of the command.
func (o *options) explain(err error, paths []string) error {
	told := o.byFlags(err, paths)
	if told == nil {
		return err
	}
	joined, several := err.(interface{ Unwrap() []error })
	if !several {
		return told
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, o.explain(one, paths))
	}
	return errors.Join(all...)
}

// byFlags is an error of a job in the words of the command line, or nil if it is none.
func (o *options) byFlags(err error, paths []string) error {
	var (
		run       *job.OtherRunError
		budget    *job.OverBudgetError
		unplanned *job.UnplannedError
		plan      *job.OtherPlanError
		takeover  *job.TakeoverError
		misplaced *job.MisplacedError
		columns   *schema.UnknownColumnsError
	)
	switch {
	case errors.As(err, &columns) && !slices.Contains(paths, rundir.Stdin):
		return &refusal.UsageError{Err: err, Remedy: columns.Purpose() + ", and see what is left: " + o.without(columns, paths)}
	case errors.As(err, &run):
		return &refusal.Error{
			Msg:    run.Describe(func(name string) string { return "--" + name }),
			Remedy: "--restart starts over and keeps the old directory; --run-dir names another one",
		}
	case errors.As(err, &budget):
		return &refusal.Error{Msg: budget.Text("--max-failures"), Remedy: fmt.Sprintf("%s lists them; mend them, or raise --max-failures", budget.List)}
	case errors.As(err, &unplanned):
		return &refusal.Error{Msg: "--verified keep: " + unplanned.Error(), Remedy: cmp.Or(o.rowsPlan, o.planFor(unplanned.Missing))}
	case errors.As(err, &plan):
		own := "--run-dir names a directory for this one"
		if o.rule.any() {
			own = "--name NAME keeps this one apart"
		}
		return &refusal.Error{Msg: plan.Error(), Remedy: fmt.Sprintf("%s; --run-dir %s replaces that plan", own, shell.File(plan.Dir))}
	case errors.As(err, &takeover):
		return &refusal.Error{Msg: takeover.Error(),
			Remedy: prose.Either(takeover.Addresses,
				"plan says whose it is; take that record out, or say --allow-takeover: the undo file gives the address back",
				"plan says whose they are; take those records out, or say --allow-takeover: the undo file gives the addresses back")}
	case errors.As(err, &misplaced):
		return &refusal.Error{Msg: misplaced.Error(),
			Remedy: "plan.jsonl has them in one that does: " + o.planFor(misplaced.Missing)}
	case errors.Is(err, job.ErrBlindClaims):
		return &refusal.Error{Msg: "--no-read: " + err.Error(), Remedy: "leave --no-read out, or say --allow-takeover: then there is no way back"}
	case errors.Is(err, job.ErrLookup):
		return &refusal.Error{Msg: "--verified keep needs a scan in a pool with aliases: " + err.Error(),
			Remedy: "leave --read out, or say --read scan"}
	case errors.Is(err, job.ErrPlanTime):
		fewer := "--read lookup reads the users of the change set only"
		if o.rule.any() {
			fewer = "--filter has fewer users listed"
		}
		return &refusal.Error{Msg: "the time is up (--max-duration): the plan is not whole", Remedy: "--list-rate sets the pace, and " + fewer}
	default:
		return nil
	}
}

// planFor is the command that makes the plan which is missing. Standard input is gone, but the run directory has it.
func (o *options) planFor(m job.Missing) string {
	words := slices.Concat([]string{"plan"}, o.connection.target(0).Flags(m.PoolID), o.plannedFlags())
	if m.Kept || o.planDir != "" {
		words = append(words, "--run-dir", m.Dir)
	}
	return commandLine(words, m.Inputs)
}
