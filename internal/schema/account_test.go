package schema

import (
	"testing"

	"attrmigrate/internal/refusal"
	"attrmigrate/sources"
)

// TestAccount: what is told of an account can be expected, and not be set.
func TestAccount(t *testing.T) {
	const list = "want one of UNCONFIRMED, CONFIRMED, ARCHIVED, COMPROMISED, UNKNOWN, RESET_REQUIRED, FORCE_CHANGE_PASSWORD, EXTERNAL_PROVIDER"
	own := New([]Attribute{{Name: "custom:status"}})
	tests := []struct {
		name   string
		schema *Schema
		set    string // else it is expected
		expect string
		value  string
		want   string
		hint   string
	}{
		{name: "a status", expect: "status", value: "CONFIRMED"},
		{name: "no such status", expect: "status", value: "ACTIVE", want: "status: the value expected is none that Cognito has", hint: list},
		{name: "a status in small letters", expect: "status", value: "confirmed", want: "status: the value expected is none that Cognito has", hint: list},
		{name: "no status", expect: "status", want: "status: the value expected is none that Cognito has", hint: list},
		{name: "enabled", expect: "enabled", value: "True"},
		{name: "not a truth value", expect: "enabled", value: "yes", want: "enabled: the value expected is neither true nor false",
			hint: "write true or false, in any case"},
		{name: "a status is set", set: "status", value: "CONFIRMED",
			want: "status: is no attribute: it tells of the account, and only a precondition can name it",
			hint: "write expect:status for a precondition, or leave it out (--ignore status)"},
		{name: "enabled is set", set: "enabled", value: "true",
			want: "enabled: is no attribute: it tells of the account, and only a precondition can name it",
			hint: "write expect:enabled for a precondition, or leave it out (--ignore enabled)"},
		{name: "the prefix is forgotten", schema: own, set: "status", value: "gold",
			want: "status: the pool has no such attribute, did you mean custom:status?",
			hint: "rename it (--map status=custom:status) or leave it out (--ignore status)"},
		{name: "with users' own tokens", schema: Standard().ForTokens(), expect: "status", value: "CONFIRMED",
			want: "status: users' own tokens do not tell it", hint: "leave it out (--ignore expect:status), or change these users with --as admin"},
		{name: "enabled, with users' own tokens", schema: Standard().ForTokens(), expect: "enabled", value: "true"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.schema
			if s == nil {
				s = Standard()
			}
			c := &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: "locale", Value: "de"}}}
			a := sources.Attribute{Name: tt.set + tt.expect, Value: tt.value, Delete: tt.value == ""}
			if tt.set != "" {
				c.Attributes = append(c.Attributes, a)
			} else {
				c.Expect = append(c.Expect, a)
			}
			err := s.Check(c)
			if got := textOf(err); got != tt.want || refusal.HintOf(err) != tt.hint {
				t.Errorf("%q (%s)\nwant %q (%s)", got, refusal.HintOf(err), tt.want, tt.hint)
			}
		})
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
