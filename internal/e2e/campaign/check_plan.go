package campaign

import (
	"fmt"
	"maps"
)

// WrongPlan is a violation: a plan is not what its rule makes of the pool.
const WrongPlan = "a plan has other changes than its rule makes"

// CheckPlan holds a plan against the changes that its rule makes, by user; "" deletes.
func CheckPlan(plan []byte, who func(name string) string, want map[string]map[string]string) (found []Violation) {
	planned := map[string]bool{}
	for _, r := range PlanRecords(plan, who) {
		switch {
		case planned[r.User]:
			found = append(found, Violation{WrongPlan, fmt.Sprintf("line %d: %s is changed by an earlier line", r.Line, r.User)})
		case !maps.Equal(r.Set, want[r.User]):
			found = append(found, Violation{WrongPlan, fmt.Sprintf("line %d: %s: %v, want %v", r.Line, r.User, r.Set, want[r.User])})
		}
		planned[r.User] = true
	}
	for user, set := range want {
		if !planned[user] {
			found = append(found, Violation{WrongPlan, fmt.Sprintf("%s has no line, want %v", user, set)})
		}
	}
	return found
}

// PlanRecords are the records of a plan.
func PlanRecords(plan []byte, who func(name string) string) (records []Record) {
	for i, w := range readUndo(plan, nil) {
		records = append(records, Record{Line: i + 1, User: who(w.Username), Set: plain(w.Attributes), Expect: plain(w.Expect)})
	}
	return records
}
