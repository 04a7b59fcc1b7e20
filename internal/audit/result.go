package audit

import (
	"time"

	"attrmigrate/pipeline"
)

// Counts are numbers of attributes by verdict.
type Counts struct {
	Change    int64 `json:"change"`
	Delete    int64 `json:"delete"`
	Unchanged int64 `json:"unchanged"`
	Missing   int64 `json:"missing"`
	Invalid   int64 `json:"invalid"`
	Conflict  int64 `json:"conflict"`
	Duplicate int64 `json:"duplicate"`
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
	case Duplicate:
		c.Duplicate++
	}
}

// Result is what a plan found.
type Result struct {
	Read    Mode    `json:"read"`
	Calls   int64   `json:"calls"`           // of ListUsers, repeated ones too
	Elapsed float64 `json:"elapsed_seconds"` // of the whole plan

	Records int64 `json:"records"` // bad ones included
	Failing int64 `json:"failing"` // records that are invalid, missing or in conflict
	// Examples are the first of them, as file:line: reason.
	Examples []string `json:"failing_examples,omitempty"`
	Users    int64    `json:"users"` // found; with None, different names
	// Repeated are the users with more than one record: their net change is planned.
	Repeated int64 `json:"repeated_users"`

	Verdicts   Counts            `json:"verdicts"`
	Attributes []AttributeResult `json:"attributes"` // by name
	Hazards    []Hazard          `json:"hazards"`    // the gravest first
	Estimates  Estimates         `json:"estimates"`
}

// AttributeResult is what a plan found of one attribute of the pool.
type AttributeResult struct {
	Name string `json:"name"`
	Counts
	// Transitions are the commonest ones; none of attributes that tell who a person is.
	Transitions []Transition `json:"transitions,omitempty"`
}

// Clean tells whether there is nothing to change and nothing that fails.
func (r *Result) Clean() bool { return r.Estimates.Updates == 0 && r.Failing == 0 }

// Estimates are what applying the plan would take. Where users were not read they are upper bounds.
type Estimates struct {
	Updates   int64   `json:"updates"`            // calls: one for each user with a change
	PerSecond float64 `json:"updates_per_second"` // the assumed pace; 0: no limit
	Seconds   float64 `json:"seconds"`            // that they take at this pace
	// Reads are the users that apply reads before it changes them, of the plan; 0 where it is not to
	// read. ChangeSetReads are those of the change set itself, which is applied where there is no plan.
	Reads          int64   `json:"reads"`
	ReadsPerSecond float64 `json:"reads_per_second"`
	ReadSeconds    float64 `json:"read_seconds"`
	ChangeSetReads int64   `json:"change_set_reads"`
	// ActiveUsers are at most so many users that would be newly counted, and billed, as active this
	// month: a change of attributes and AdminGetUser count ("Quotas in Amazon Cognito", monthly active
	// users).
	ActiveUsers int64 `json:"active_users"`
	Emails      int64 `json:"emails"` // to users, with a code
	SMS         int64 `json:"sms"`
}

// complete derives the rest of the estimates from the number of updates, the reads after those that may be
// held back, and the records that can be applied.
func (e *Estimates) complete(cfg Config, records int64, found *hazards) {
	e.ActiveUsers = e.Updates
	switch {
	case cfg.NoRead:
	case cfg.Read == None: // there is no plan but the change set
		e.ChangeSetReads, e.ActiveUsers = records, records
		e.Reads += records
	default:
		e.ChangeSetReads = records
		e.Reads += e.Updates
	}
	e.Emails = found.count(messages, "email")
	e.SMS = found.count(messages, "phone_number")
	e.PerSecond, e.Seconds = pace(e.Updates, cfg.UpdateRate)
	e.ReadsPerSecond, e.ReadSeconds = pace(e.Reads, cfg.ReadRate)
}

// pace is a rate and the seconds that so many calls take at it; both 0 if there is no limit.
func pace(calls int64, rate float64) (perSecond, seconds float64) {
	if rate >= pipeline.Unlimited {
		return 0, 0
	}
	return rate, float64(calls) / rate
}

// seconds is a duration as results have it: to the millisecond.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
