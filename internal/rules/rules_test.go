package rules

import (
	"testing"
	"time"

	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// pool is the scope of the tests.
func pool() Scope {
	return Scope{
		Schema: schema.New([]schema.Attribute{
			{Name: "custom:tier", Kind: schema.String, MaxLength: "20"},
			{Name: "custom:other", Kind: schema.String},
			{Name: "custom:points", Kind: schema.Number},
			{Name: "custom:vip", Kind: schema.Boolean},
			{Name: "custom:since", Kind: schema.DateTime},
			{Name: "custom:my-attr", Kind: schema.String},
			{Name: "custom:fixed", Kind: schema.String, Immutable: true},
			{Name: "dev:custom:x", Kind: schema.String},
		}),
		Columns: []string{"Email", "Mobile"},
		Groups:  true,
	}
}

// ann is the user of the tests, with some attributes set otherwise; an empty one is absent.
func ann(with ...string) *Subject {
	s := &Subject{
		Username: "ann", Status: "CONFIRMED", Enabled: true,
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Modified: time.Date(2026, 2, 3, 4, 5, 6, 0, time.FixedZone("", 3600)),
		Attributes: map[string]string{"sub": "0a1b", "email": "Ann@Example.com", "email_verified": "True", "custom:points": "5"},
		Groups:     []string{"admin", "beta"},
		Row:        map[string]string{"Email": "ann@example.com", "Mobile": "0170 1234567"},
	}
	for i := 0; i+1 < len(with); i += 2 {
		s.Attributes[with[i]] = with[i+1]
	}
	return s
}

// setting is a rule of one assignment.
func setting(where, name, expr string) []Rule {
	return []Rule{{Where: where, Set: []Assignment{{Name: name, Expr: expr}}}}
}

// choosing is a rule that sets a constant where a condition holds.
func choosing(where string) []Rule {
	return []Rule{{Where: where, Set: []Assignment{{Name: "custom:other", Text: "x"}}}}
}

func mustCompile(t testing.TB, all []Rule, in Scope) *Program {
	t.Helper()
	p, err := Compile(all, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shown is a list of attributes in one line: email=a custom:tier-
func shown(list []sources.Attribute) string {
	text := ""
	for i, a := range list {
		if i > 0 {
			text += " "
		}
		if a.Delete {
			text += a.Name + "-"
		} else {
			text += a.Name + "=" + a.Value
		}
	}
	return text
}
