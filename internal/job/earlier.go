package job

import (
	"context"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
)

// findRun looks for the run in the directory, and tells whether it is this one: to be gone on with, or finished.
// One that is another and finished is set aside, and so is any where the Spec starts over.
func (j *Job) findRun(ctx context.Context) (goesOn bool, err error) {
	state, found, err := j.dir.Load()
	if err == nil && !found {
		err = report.NoneRecorded(j.dir.Path)
	}
	if j.spec.Restart && (found || err != nil) {
		if err := j.heedHold(); err != nil { // or who stopped a run would see it begin anew
			return false, err
		}
		return false, j.setAside()
	}
	if err != nil || !found {
		return false, err
	}
	if j.set, err = j.set.Stamped(); err != nil {
		return false, err
	}
	digests, err := j.set.Digests(ctx)
	if err != nil {
		return false, err
	}
	different := j.traits(digests).differences(&state)
	switch {
	case len(different) == 0 && !j.plannedSince(state):
		j.state = state
		return true, nil
	case state.Phase == checkpoint.Finished:
		return false, j.setAside()
	default:
		return false, &OtherRunError{Dir: j.dir.Path, Differences: different}
	}
}

// plannedSince tells whether the change set is a plan that was made anew since a run of it had finished: it found the same
// changes to be made once more, for they failed, or others have taken them back.
func (j *Job) plannedSince(state checkpoint.State) bool {
	plan := planOfInputs(j.set.Paths())
	return state.Phase == checkpoint.Finished && plan != nil && plan.At.After(state.SavedAt)
}

func (j *Job) setAside() error {
	_, err := j.dir.SetAside(j.spec.inputs(j.set))
	return err
}

// tellKept says where the run is that was in the directory, once the start is about to begin.
func (j *Job) tellKept() {
	if kept := j.dir.Kept(); kept != "" && j.spec.Kept != nil {
		j.spec.Kept(kept, false)
		j.told = true
	}
}

// tellBack says so where it is back, after people were told that it is elsewhere; and where it is, if it stays there without a word.
func (j *Job) tellBack() {
	switch {
	case !j.told:
		j.tellKept()
	case j.dir.Kept() == "":
		j.spec.Kept(j.dir.Path, true)
	}
}
