package rules

import "testing"

// A rule must not be what a scan waits for: a page of 60 users takes the service 150 ms.
func BenchmarkApply(b *testing.B) {
	for _, row := range []struct {
		name  string
		rules []Rule
	}{
		{"constant where absent", choosing("custom.tier == nil")},
		{"lower(email)", setting("", "email", "lower(email)")},
		{"e164", setting("", "phone_number", `e164(row["Mobile"], "DE")`)},
		{"several conditions", choosing(`email endsWith "@example.com" and email_verified == true and custom.points > 3 and status in ["CONFIRMED", "UNCONFIRMED"]`)},
	} {
		b.Run(row.name, func(b *testing.B) {
			e, s := mustCompile(b, row.rules, pool()).Evaluator(), ann()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Apply(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
