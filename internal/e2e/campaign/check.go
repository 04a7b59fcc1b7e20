package campaign

import (
	"fmt"
	"maps"
	"slices"
)

// Violation is a promise that was broken.
type Violation struct {
	Rule    string
	Details string
}

func (v Violation) String() string { return v.Rule + ": " + v.Details }

// The rules.
const (
	Lost        = "a change is lost"
	OutOfOrder  = "an update is out of order, or nobody asked for it"
	Missing     = "a record stands in no report"
	Twice       = "a record stands twice in the reports"
	GoodFailed  = "a good record is reported as failed"
	BadApplied  = "a bad record is reported as applied"
	AfterStop   = "updates were sent after a fatal stop"
	NoWayBack   = "an accepted update has no undo entry"
	UndoCut     = "the undo file has lost entries"
	ImageLost   = "the undo file does not lead back to the image before the first update"
	TokenTold   = "an access token is told"
	WrongSkip   = "a record is skipped that is not to be, or one that is to be is not"
	WrongCount  = "the checkpoint counts other outcomes than applied.csv lists"
	WrongReport = "a report cannot be read, or lists what is not in the input"
)

// checker gathers what is wrong with the facts.
type checker struct {
	Facts
	model
	reports reports
	found   []Violation
}

// Check returns every violation of the promises in a history that has finished.
func Check(f Facts) []Violation {
	c := &checker{Facts: f, model: model{f.VerifyFirst, f.Keep}}
	c.reports = c.readReports()
	c.checkReports()
	c.checkCounts()
	c.checkOrder()
	c.checkPool()
	c.checkUndo()
	c.checkStop()
	c.checkTokens()
	return c.found
}

func (c *checker) violated(rule, format string, args ...any) {
	c.found = append(c.found, Violation{rule, fmt.Sprintf(format, args...)})
}

// users are the usernames of the pool, sorted, but for those of whom nothing is promised.
func (c *checker) users() []string {
	all := slices.Sorted(maps.Keys(c.Before))
	return slices.DeleteFunc(all, func(user string) bool { return c.Slipped[user] })
}

// of are the records of a user, in order.
func (c *checker) of(user string) (records []Record) {
	for _, r := range c.Records {
		if r.User == user && !r.Bad && !r.Skip {
			records = append(records, r)
		}
	}
	return records
}
