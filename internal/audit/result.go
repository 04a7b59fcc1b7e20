package audit

import "time"

// Counts are numbers of attributes by verdict.
type Counts struct {
	Change    int64 `json:"change"`
	Delete    int64 `json:"delete"`
	Unchanged int64 `json:"unchanged"`
	Missing   int64 `json:"missing"`
	Invalid   int64 `json:"invalid"`
	Conflict  int64 `json:"conflict"`
	Duplicate int64 `json:"duplicate"`
	Skipped   int64 `json:"skipped,omitempty"`
	Taken     int64 `json:"taken,omitempty"` // from users of whom the record is not
}

func (c *Counts) add(v Verdict) {
	switch v {
	case Change:
		c.Change++
	case Delete:
		c.Delete++
	case Unchanged:
		c.Unchanged++
	case Missing:
		c.Missing++
	case Invalid:
		c.Invalid++
	case Conflict:
		c.Conflict++
	case Skipped:
		c.Skipped++
	case Duplicate:
		c.Duplicate++
	case Taken:
		c.Taken++
	}
}

// Result is what a plan found.
type Result struct {
	Read    Mode    `json:"read"`
	Calls   int64   `json:"calls"`           // of ListUsers, repeated ones too
	Elapsed float64 `json:"elapsed_seconds"` // of the whole plan
	// Notes are what people should know of how users were read.
	Notes []string `json:"notes,omitempty"`

	// Scanned are the users that a rule was given, and Matched those whom it fits.
	Scanned int64 `json:"scanned,omitempty"`
	Matched int64 `json:"matched,omitempty"`
	Records int64 `json:"records"`           // bad ones included; of a rule, one for each user whom it fits
	Failing int64 `json:"failing"`           // records that are invalid, missing or in conflict
	Skipped int64 `json:"skipped,omitempty"` // records in conflict, where that is no failure
	// Examples are the first of them, as file:line: reason.
	Examples []string `json:"failing_examples,omitempty"`
	// Remedies are how to mend those that are invalid: the first few different ones.
	Remedies []string `json:"failing_remedies,omitempty"`
	Users    int64    `json:"users"` // found; with None, different names
	// Repeated are the users with more than one record: their net change is planned.
	Repeated int64 `json:"repeated_users"`
	// Trimmed and Emptied are how many texts of records that can be applied the options of the change set have changed.
	Trimmed int64 `json:"trimmed,omitempty"`
	Emptied int64 `json:"emptied,omitempty"`

	Verdicts   Counts            `json:"verdicts"`
	Attributes []AttributeResult `json:"attributes"` // by name
	Warnings   []Warning         `json:"hazards"`    // the gravest first
	// Misplaced are the places of two records that are applied one by one, if there are any: the one gives a sign-in name up
	// only behind the other, by which another user gets it.
	Misplaced []string `json:"-"`
	// Estimates are those of the plan, or of the change set itself where users were not read.
	Estimates Cost `json:"estimates"`
}

// AttributeResult is what a plan found of one attribute of the pool.
type AttributeResult struct {
	Name string `json:"name"`
	Counts
	// Transitions are the commonest ones; none of attributes that tell who a person is.
	Transitions []Transition `json:"transitions,omitempty"`
	// More is how many others there are, at least so many if MoreAtLeast says so.
	More        int64 `json:"more_transitions,omitempty"`
	MoreAtLeast bool  `json:"more_at_least,omitempty"`
}

// Losses is the number of addresses that are taken from users who sign in by them.
func (r *Result) Losses() (n int64) {
	for _, w := range r.Warnings {
		n += w.Taken
	}
	return n
}

// Forbidden is the number of users whose changes the pool refuses in whatever order.
func (r *Result) Forbidden() (n int64) {
	for _, w := range r.Warnings {
		if w.Kind == addressCircle {
			n += w.Count
		}
	}
	return n
}

// Clean tells whether there is nothing to change and nothing that fails.
func (r *Result) Clean() bool { return r.Estimates.Updates == 0 && r.Failing == 0 }

// seconds is a duration as results have it: to the millisecond.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
