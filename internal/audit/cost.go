package audit

import (
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// Cost is what applying takes: calls, time, and users who count as active. Of a [Result] it is that of
// the plan, of a [Preflight] that of the change set itself.
type Cost struct {
	Updates   int64   `json:"updates"`            // calls: one for each user, or record, with a change
	PerSecond float64 `json:"updates_per_second"` // the assumed pace; 0: no limit
	Seconds   float64 `json:"seconds"`            // that they take at this pace
	// Reads are those of users before they are changed, and of some after that; 0 where they are not to be
	// read. ChangeSetReads, of a plan, are those that the change set itself would take before its changes.
	Reads          int64   `json:"reads"`
	ReadsPerSecond float64 `json:"reads_per_second"`
	ReadSeconds    float64 `json:"read_seconds"`
	ChangeSetReads int64   `json:"change_set_reads"`
	// ActiveUsers are at most so many users that would be newly counted, and billed, as active this
	// month: a change of attributes and AdminGetUser count ("Quotas in Amazon Cognito", monthly active
	// users), calls with a user's own token do not.
	ActiveUsers int64 `json:"active_users"`
	// Emails and SMS are messages to users, with a code; only a plan tells them.
	Emails int64 `json:"emails"`
	SMS    int64 `json:"sms"`

	// Looks are those of the Reads that follow an update, which may wait for the user to verify.
	Looks int64 `json:"-"`
	// Claims are those of the Reads that look for who has an address; ChangeSetClaims are those of ChangeSetReads.
	Claims          int64 `json:"-"`
	ChangeSetClaims int64 `json:"-"`
	// UpTo says that Updates and Looks are upper bounds, for users were not read.
	UpTo bool `json:"-"`
}

// add counts what a record takes that can be applied.
func (c *Cost) add(r *sources.Change, t *Terms) {
	updates := len(r.Attributes) > 0
	reads := !t.NoRead && !r.Idle()
	if updates {
		c.Updates++
	}
	if reads {
		c.Reads++
	}
	if reads && !t.AsUser {
		claims := claimsOf(r, t)
		c.Reads += claims
		c.Claims += claims
		if t.AllowTakeover { // each may find somebody, who is read
			c.ActiveUsers += claims
		}
	}
	if reads && !t.AsUser && t.Pool.HoldsBack(r) {
		c.Reads++
		c.Looks++
	}
	if (updates || reads) && !t.AsUser {
		c.ActiveUsers++
	}
}

// claimsOf is how many addresses a record may claim, of which each is looked for before it is sent.
func claimsOf(r *sources.Change, t *Terms) (n int64) {
	for _, address := range t.Pool.AliasAttributes {
		flag := address + flagSuffix
		_, said := find(r.Attributes, flag)
		kept := t.KeepVerified && IsAddress(address) && !said && sendsAddress(r.Attributes, address)
		if kept || verifies(r.Attributes, flag) {
			n++
		}
	}
	return n
}

// timed is the cost with the time that its calls take.
func (c Cost) timed(t *Terms) Cost {
	c.PerSecond, c.Seconds = pace(c.Updates, t.Rate)
	c.ReadsPerSecond, c.ReadSeconds = pace(c.Reads, t.ReadRate)
	return c
}

// pace is a rate and the seconds that so many calls take at it; both 0 if there is no limit.
func pace(calls int64, rate float64) (perSecond, seconds float64) {
	if rate >= pipeline.Unlimited {
		return 0, 0
	}
	return rate, float64(calls) / rate
}
