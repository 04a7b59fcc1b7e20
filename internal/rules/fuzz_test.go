package rules

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"attrmigrate/internal/refusal"
)

// FuzzExpression: no expression panics, hangs, grows without a bound or says more of a user than it may. An error is a usage error with
// its place in the text, or one of the user. What it comes to, it comes to whenever it is asked.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		`custom.tier == nil`, `lower(email) ?? DELETE`, `let l = split(email, "@"); all(l, all(l, # != ""))`, `custom.points * 9223372036854775807 % 3`,
		`e164(row["Mobile"], "DE")`, `created.Format(email)`, `enabled ? custom.points : email[1:-1]`, `email matches custom.tier`,
		`custom.tier \!= “a”`, `a:=b`, `map(groups, {# + "x"}) | join("")`, `-custom.points ** 2 in [1.5, nil]`, `uuid() + digits(sub)`,
		`((((`, `1 < 2 < 3`, `find(groups, # == nil).x?.y`, `replace(repeat("a", 9999), "", email)`, "a\n\tb # c", `$env`, `if enabled { "a" } else { nil }`, "0\"\r\"", `0""`, "\r",
	} {
		f.Add(seed, "Ann@Example.com", "5")
	}
	f.Fuzz(func(t *testing.T, source, email, points string) {
		for _, all := range [][]Rule{choosing(source), setting("", "custom:other", source)} {
			p, err := Compile(all, pool())
			if err != nil {
				usage, isUsage := errors.AsType[*refusal.UsageError](err)
				if !isUsage {
					t.Fatalf("%q: %v is no usage error", source, err)
				}
				if e, ok := errors.AsType[*Error](err); ok {
					if len(e.Excerpt()) > 2 || strings.Contains(e.Msg, "\n") {
						t.Errorf("%q: an error of several lines: %q %q %q", source, e.Msg, e.Excerpt(), usage.Hint())
					}
					if !strings.Contains(source, e.Line) || e.Column < 0 || e.Column > characters(e.Line) {
						t.Errorf("%q: the place %d of %q is not in it", source, e.Column, e.Line)
					}
				}
				if _, again := Compile(all, pool()); again == nil || again.Error() != err.Error() {
					t.Errorf("%q: %v, and then %v", source, err, again)
				}
				continue
			}
			user := ann("email", email, "custom:points", points)
			r, err := p.Evaluator().Apply(user)
			if e, ok := errors.AsType[*UserError](err); err != nil && (!ok || len(email) > 3 && strings.Contains(strings.ReplaceAll(e.Error(), source, ""), email)) {
				t.Errorf("%q: error %v", source, err)
			}
			if again, failed := p.Evaluator().Apply(user); !reflect.DeepEqual(again, r) || fmt.Sprint(failed) != fmt.Sprint(err) {
				t.Errorf("%q: gives %v, %v, and then %v, %v", source, r, err, again, failed)
			}
			for _, a := range r.Attributes {
				if len(a.Value) > 4*maxText || utf8.ValidString(source+email+points) && !utf8.ValidString(a.Value) && !strings.Contains(source, "ase64") && !strings.Contains(source, `\`) {
					t.Errorf("%q: gives %q", source, a.Value)
				}
			}
		}
	})
}
