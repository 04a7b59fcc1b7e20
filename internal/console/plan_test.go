package console

import (
	"strings"
	"testing"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/job"
)

func TestPrintPlan(t *testing.T) {
	full := &job.PlanResult{
		Plan: "users.plan/plan.jsonl", Audit: "users.plan/audit.csv",
		Result: &audit.Result{
			Read: audit.Scan, Calls: 1, Elapsed: 2.25, Records: 7, Users: 4, Repeated: 1, Failing: 5,
			Examples: []string{"users.csv:7: the pool has no such user", "users.csv:8: custom:tier: \x1b[31m"},
			Verdicts: audit.Counts{Change: 4, Unchanged: 2, Missing: 1},
			Attributes: []audit.AttributeResult{
				{Name: "custom:tier", Counts: audit.Counts{Change: 3, Unchanged: 1}, Transitions: []audit.Transition{
					{Before: "silver", After: "gold", Count: 2}, {Before: "\x1b[31m", After: "", Count: 1, AtLeast: true}}},
				{Name: "email", Counts: audit.Counts{Change: 1, Delete: 1, Missing: 1}},
			},
			Warnings: []audit.Warning{{Count: 1200, Examples: []string{"users.csv:6", "users.csv:7", "users.csv:9"},
				Text: "1,200 e-mails to users, with a code", Remedy: "send email_verified true with addresses that you have verified (--verified keep where it was true)"}},
			Estimates: audit.Cost{Updates: 4, PerSecond: 20, Seconds: 0.2, Reads: 4, ReadsPerSecond: 80, ReadSeconds: 0.05,
				ChangeSetReads: 7, ActiveUsers: 4, Emails: 1200},
		},
	}
	nothing := &job.PlanResult{Plan: "users.plan/plan.jsonl", Audit: "users.plan/audit.csv", Result: &audit.Result{Read: audit.Lookup, Records: 1, Users: 1, Calls: 1}}
	unread := &job.PlanResult{Audit: "users.plan/audit.csv", Result: &audit.Result{Read: audit.None, Records: 2, Estimates: audit.Cost{Updates: 2, ActiveUsers: 2, UpTo: true}}}
	for _, tt := range []struct {
		name  string
		r     *job.PlanResult
		width int
		want  string
	}{
		{"everything, on a terminal", full, 80, `this was a dry run: nothing was written

read     7 records, for 4 users of the pool (scan: 1 call of ListUsers, 2.2s, 
         free of charge)
found    4 change · 2 unchanged · 1 missing user
         1 user is named more than once: the net change stands
failing  5 records, for the reasons in users.plan/audit.csv
         users.csv:7: the pool has no such user
         users.csv:8: custom:tier: \x1b[31m
         and 3 more

attribute    change  delete  unchanged  other
custom:tier       3       0          1      0
  silver > gold          2
  \x1b[31m > (none)      at least 1
email             1       1          0      1

watch    1,200 e-mails to users, with a code
         users.csv:6, users.csv:7, users.csv:9, ...
         hint: send email_verified true with addresses that you have verified 
         (--verified keep where it was true)
costs    4 updates, 0.2s at 20/s; 4 reads, 0.1s at 80/s; up to 4 users newly 
         counted as active this month; 1,200 e-mails
         (the change set itself, applied, has 7 users read one by one, who 
         count as active)
audit    users.plan/audit.csv: a row for each attribute
plan     users.plan/plan.jsonl: 4 updates; apply does exactly this
`},
		{"nothing to change", nothing, 0, `this was a dry run: nothing was written

read     1 record, for 1 user of the pool (lookup: 1 call of ListUsers, 0.0s, free of charge)
found    nothing to change
costs    no updates
audit    users.plan/audit.csv: a row for each attribute
plan     users.plan/plan.jsonl: empty, for there is nothing to change
`},
		{"not read", unread, 0, `this was a dry run: nothing was written

read     2 records, held against the schema only: no user was read
found    nothing to change
costs    up to 2 updates, without a limit of the rate; up to 2 users newly counted as active this month
audit    users.plan/audit.csv: a row for each attribute
plan     none: the users were not read
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			planScreen{tt.r}.print(&b, tt.width)
			if b.String() != tt.want {
				t.Errorf("got\n%s", b.String())
			}
		})
	}
}
