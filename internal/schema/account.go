package schema

import (
	"slices"
	"strings"

	"attrmigrate/sources"
)

// What the service tells of a user's account beside the attributes. A precondition can name it, as if it were one; no record
// can set it.
const (
	Status  = "status"
	Enabled = "enabled"
)

// statuses are those of the API (UserStatusType).
var statuses = [...]string{"UNCONFIRMED", "CONFIRMED", "ARCHIVED", "COMPROMISED", "UNKNOWN", "RESET_REQUIRED",
	"FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"}

// Statuses are what the status of an account may be.
func Statuses() []string { return statuses[:] }

// CanExpect tells whether a precondition can name it.
func (s *Schema) CanExpect(name string) bool { return s.Known(name) || isOfAccount(name) }

func isOfAccount(name string) bool { return name == Status || name == Enabled }

// checkExpected refuses a precondition that could hold of nobody, or that nobody could look at.
func (s *Schema) checkExpected(a *sources.Attribute) *ValueError {
	if e := s.checkExpectedName(a.Name, expectPrefix+a.Name); e != nil {
		return e
	}
	switch {
	case a.Name == Status && !slices.Contains(statuses[:], a.Value):
		return &ValueError{a.Name, "the value expected is none that Cognito has", "BadStatus", "want one of " + strings.Join(statuses[:], ", ")}
	case a.Name == Enabled && !isBoolean(a.Value):
		return &ValueError{a.Name, "the value expected is neither true nor false", "BadBoolean", "write true or false, in any case"}
	default:
		return nil
	}
}

// expectPrefix makes the name of a column one of preconditions.
const expectPrefix = "expect:"

// checkExpectedName does so by the name alone.
func (s *Schema) checkExpectedName(name, column string) *ValueError {
	switch {
	case name == Status && s.tokens:
		return &ValueError{name, "users' own tokens do not tell it", "NotReadable", leaveOut(column) + ", or change these users with --as admin"}
	case s.CanExpect(name):
		return nil
	default:
		return s.unknown(name, column, false)
	}
}

// onlyExpected refuses to set what is no attribute.
func onlyExpected(name, column string) *ValueError {
	return &ValueError{name, "is no attribute: it tells of the account, and only a precondition can name it", "NotWritable",
		"write expect:" + name + " for a precondition, or " + leaveOut(column)}
}
