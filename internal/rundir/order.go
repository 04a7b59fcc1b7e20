package rundir

import (
	"fmt"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// Order is who asked for something, when and why.
type Order struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"` // "ann@host by command"
	Reason string    `json:"reason,omitempty"`
}

// String is who and why, for people.
func (o *Order) String() string {
	switch {
	case o == nil || o.By == "" && o.Reason == "":
		return "somebody"
	case o.Reason == "":
		return o.By
	default:
		return o.By + ": " + o.Reason
	}
}

// mostRate is the highest ceiling that can be asked for, a second: far above any quota of Cognito.
const mostRate = 10_000

// CheckRate refuses what is no ceiling, in calls a second.
func CheckRate(perSecond float64) error {
	if perSecond > 0 && perSecond <= mostRate { // which NaN is not
		return nil
	}
	remedy := ""
	if perSecond == 0 {
		remedy = "pause is what sends nothing"
	}
	return &refusal.UsageError{Err: fmt.Errorf("a rate of %v, want a number above 0, and %s at most", perSecond, prose.Count(mostRate)), Remedy: remedy}
}

// mostPause is the longest pause with an end.
const mostPause = 366 * 24 * time.Hour

// CheckPause refuses what is no length of a pause.
func CheckPause(span time.Duration) error {
	switch {
	case span <= 0:
		return refusal.Usagef("a pause of %s, want more than 0s", span)
	case span > mostPause:
		return refusal.Usagef("a pause of more than a year, want one without an end, or a shorter one")
	default:
		return nil
	}
}

// HoldError says that somebody has stopped a run by hand, and that it goes on only when somebody says so.
type HoldError struct {
	Dir   string
	Order *Order
}

func (e *HoldError) Error() string {
	since := ""
	if e.Order != nil {
		since = " since " + e.Order.At.Local().Format(time.DateTime)
	}
	return fmt.Sprintf("%s: the run is on hold%s, stopped by %s", prose.Printable(e.Dir), since, e.Order)
}
