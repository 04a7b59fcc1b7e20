package pipeline

import "fmt"

// Budget is how many records of a run may fail before it stops. The zero value is the default:
// 5%, and at least 20.
type Budget struct {
	// Given says that this is no default: the zero value of the others then counts.
	Given bool
	// Records is the number of failures allowed, if Percent is 0; 0 allows none.
	Records int64
	// Percent allows that share of the records finished so far, and at least 20.
	Percent float64
}

// percentFloor is how many failures a percentage allows at least, so that a bad first record does
// not stop a run.
const percentFloor = 20

func (b Budget) withDefaults() Budget {
	if !b.Given {
		return Budget{Given: true, Percent: 5}
	}
	return b
}

func (b Budget) validate() error {
	if b.Records < 0 || !(b.Percent >= 0 && b.Percent <= 100) {
		return fmt.Errorf("pipeline: budget is %d records or %g%%, want 0 or more records, or 0 to 100%%", b.Records, b.Percent)
	}
	return nil
}

// Exceeded says whether failed records of finished ones are too many.
func (b Budget) Exceeded(failed, finished int64) bool {
	b = b.withDefaults()
	if b.Percent == 0 {
		return failed > b.Records
	}
	return failed > percentFloor && float64(failed) > b.Percent/100*float64(finished)
}

// String returns the budget in words, such as "40" or "5%, at least 20".
func (b Budget) String() string {
	b = b.withDefaults()
	if b.Percent == 0 {
		return fmt.Sprint(b.Records)
	}
	return fmt.Sprintf("%g%%, at least %d", b.Percent, percentFloor)
}
