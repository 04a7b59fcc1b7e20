package rules

import (
	"strings"
	"testing"
)

func TestSelection(t *testing.T) {
	s, err := CompileSelection(`email_verified`, []Column{
		{"who", `lower(email)`}, {"half", `custom.points / 2`}, {"since", `created`}, {"in", `groups`}, {"none", `custom.tier`},
		{"domain", `map(split(email, "@"), lower(#))`}, {"on", `enabled`},
	}, pool())
	if err != nil {
		t.Fatal(err)
	}
	selector := s.Selector()
	for _, row := range []struct {
		name string
		user *Subject
		want string // the cells; empty: not chosen
	}{
		{"chosen", ann(), "ann@example.com|2.5|2026-01-02T03:04:05Z|admin,beta||ann,example.com|true"},
		{"not chosen", ann("email_verified", "false"), ""},
		{"chosen again", ann("email", ""), "|2.5|2026-01-02T03:04:05Z|admin,beta|||true"},
	} {
		t.Run(row.name, func(t *testing.T) {
			chosen, cells, err := selector.Select(row.user)
			if err != nil || chosen != (row.want != "") || strings.Join(cells, "|") != row.want {
				t.Errorf("chosen %v, cells %s, error %v; want %s", chosen, strings.Join(cells, "|"), err, row.want)
			}
		})
	}
	_, _, err = selector.Select(ann("custom:points", ""))
	if err == nil || err.Error() != "--columns half: custom.points is absent, and / needs a value" {
		t.Errorf("error %v", err)
	}
	_, err = CompileSelection("", []Column{{"who", "emial"}}, pool())
	wrong(t, err, "--columns who: emial is no name, did you mean email?", "emial", "")
}
