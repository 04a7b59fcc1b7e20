package job

import (
	"errors"
	"fmt"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/rundir"
	"attrmigrate/pipeline"
)

// The errors of a job say what is wrong. What a person does about it is the caller's to say, who knows by which flag
// or button a Spec was made.

// OtherRunError says that the directory holds a run which is unfinished, and another one.
type OtherRunError struct {
	Dir         string
	Differences []checkpoint.Difference
}

func (e *OtherRunError) Error() string { return e.Describe(func(name string) string { return name }) }

// Describe says in what the two runs differ, with the settings called as the caller calls them.
func (e *OtherRunError) Describe(setting func(name string) string) string {
	var parts []string
	for _, d := range e.Differences {
		switch name := strings.ReplaceAll(strings.TrimPrefix(d.Name, "--"), "_", "-"); d.Name {
		case rundir.ByInput:
			parts = append(parts, "the input has changed")
		case rundir.ByPool, rundir.ByEndpoint, rundir.ByOperation:
			parts = append(parts, name+" "+change(name, d))
		default:
			parts = append(parts, setting(name)+" "+change(name, d))
		}
	}
	return fmt.Sprintf("%s holds an unfinished run that is another one: %s", e.Dir, strings.Join(parts, "; "))
}

// change says what a setting was and is; of one that is kept as a digest, only whether it was given.
func change(name string, d checkpoint.Difference) string {
	given := func(text string) string {
		switch {
		case text == "":
			return "not given"
		case name == "client-metadata", name == "only-failed", name == "from":
			return "given"
		default:
			return prose.Printable(text)
		}
	}
	if was, is := given(d.Was), given(d.Here); was != is {
		return fmt.Sprintf("was %s and is %s", was, is)
	}
	return "is another one"
}

// OverBudgetError says that more records cannot be applied than the budget has.
type OverBudgetError struct {
	Bad, Records int64
	Noun         string // what a record is called
	Budget       pipeline.Budget
	List         string // the file that lists them
}

func (e *OverBudgetError) Error() string { return e.Text("the budget of failures") }

// Text is the error, with the budget called as the caller calls it.
func (e *OverBudgetError) Text(budget string) string {
	return fmt.Sprintf("%s of %s can't be applied, %s allows %s: nothing was written",
		prose.Count(e.Bad), prose.Plural(e.Records, e.Noun), budget, e.Budget)
}

// Missing is a plan that is missing, of the change set that was to be applied.
type Missing struct {
	PoolID string
	Inputs []string
	Dir    string // where it is looked for
	Kept   bool   // the input was standard input, and is a file of the run directory now
}

func (m Missing) missing() Missing { return m }

// missing is the plan that the job asks for.
func (j *Job) missing() Missing {
	return Missing{PoolID: j.pool.ID, Inputs: j.set.Paths(), Dir: j.spec.planDir(), Kept: j.spec.Changes.Paths[0] == rundir.Stdin}
}

// UnplannedError says that verified flags are to be kept where that could harm, and that no plan has looked.
type UnplannedError struct{ Missing }

func (e *UnplannedError) Error() string {
	return "in a pool with aliases it could take addresses from other users, and no plan of this change set says that it does not"
}

// OtherPlanError says that the directory of a plan holds that of something else.
type OtherPlanError struct {
	Dir  string
	Plan string // what it is a plan of, for people
}

func (e *OtherPlanError) Error() string { return fmt.Sprintf("%s holds %s", e.Dir, e.Plan) }

// ErrLookup says that a plan which keeps verified flags has to list the whole pool, and may not.
var ErrLookup = errors.New("a lookup could miss the holder of an address")

// ErrPlanTime says that a plan took longer than it may.
var ErrPlanTime = errors.New("the time is up: the plan is not whole")
