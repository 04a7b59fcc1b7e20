package job

import (
	"time"

	"attrmigrate/internal/rundir"
)

// heedHold reads what people have asked of the run, before anything is asked of the pool. A run that somebody has stopped
// goes on only when somebody says so: by the Spec, or when asked, before Start.
func (j *Job) heedHold() (err error) {
	if j.asked, err = rundir.LoadAsked(j.dir.Path); err != nil {
		return err
	}
	if j.asked.Hold && !j.spec.Unhold && !j.spec.Asks {
		return &rundir.HoldError{Dir: j.dir.Path, Order: j.asked.HoldOrder}
	}
	return nil
}

// unhold lifts the hold of a run that goes on although it was stopped, durably, once nothing else can refuse the start: one
// that is refused leaves the run on hold. A hold that came since it was looked for holds.
func (j *Job) unhold() error {
	if !j.asked.Hold {
		return nil
	}
	_, _, err := rundir.ChangeAsked(j.dir.FS, j.dir.Path, func(a *rundir.Asked) {
		if a.Hold && sameMoment(a.HoldOrder, j.asked.HoldOrder) {
			a.Hold, a.HoldOrder = false, nil
		}
	})
	return err
}

func sameMoment(a, b *rundir.Order) bool {
	return moment(a).Equal(moment(b))
}

func moment(o *rundir.Order) (at time.Time) {
	if o != nil {
		at = o.At
	}
	return at
}
