package rules

import (
	"strings"
	"testing"
)

// TestOrigins: what a value is made of is known, whatever runs; what only decides which it is, is no part of it.
func TestOrigins(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules [][]string // the assignments of each
		want  string     // of custom:tier
	}{
		{"a text", [][]string{{"custom:tier=free"}}, ""},
		{"a name", [][]string{{"custom:tier:=email"}}, "email"},
		{"within functions", [][]string{{`custom:tier:=upper(split(email, "@")[1]) + "x"`}}, "email"},
		{"a condition", [][]string{{`custom:tier:=email endsWith "@example.com" ? "staff" : "free"`}}, ""},
		{"a choice of values", [][]string{{`custom:tier:=email_verified ? email : phone_number`}}, "email phone_number"},
		{"where it is absent", [][]string{{`custom:tier:=nickname ?? username`}}, "nickname username"},
		{"a variable", [][]string{{`custom:tier:=let who = name; lower(who)`}}, "name"},
		{"through an earlier rule", [][]string{{"custom:other:=email"}, {"custom:tier:=lower(custom.other)"}}, "custom.other email"},
		{"of the rule itself, which sees what was", [][]string{{"custom:other:=email", "custom:tier:=custom.other"}}, "custom.other"},
		{"of an earlier rule, where the later one does not fit", [][]string{{"custom:tier:=email"}, {"custom:tier=free"}}, "email"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var all []Rule
			for _, sets := range tt.rules {
				var r Rule
				for _, text := range sets {
					a, err := ParseSet(text)
					if err != nil {
						t.Fatal(err)
					}
					r.Set = append(r.Set, a)
				}
				all = append(all, r)
			}
			p, err := Compile(all, pool())
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.Origins("custom:tier"), " "); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
