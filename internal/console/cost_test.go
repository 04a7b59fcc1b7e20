package console

import (
	"testing"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/schema"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestCost: what the confirmation says of calls, time and bill, of records of each kind.
func TestCost(t *testing.T) {
	locale := []sources.Attribute{{Name: "locale", Value: "de"}}
	var (
		change = &sources.Change{Username: "ann", Attributes: locale}
		expect = &sources.Change{Username: "ann", Expect: locale}
		idle   = &sources.Change{Username: "ann"}
		moved  = &sources.Change{Username: "ann", Attributes: []sources.Attribute{{Name: "email", Value: "ann@example.com"}}}
	)
	pool := &cognito.Pool{VerifyBeforeUpdate: []string{"email"}, Schema: schema.BuiltIn()}
	tests := []struct {
		name    string
		terms   audit.Terms
		records map[*sources.Change]int
		want    string
	}{
		{"each kind of record", audit.Terms{Rate: 20, ReadRate: 80}, map[*sources.Change]int{change: 2000, expect: 400, idle: 9000},
			"up to 2,000 updates, 1m40s at 20/s; 2,400 reads, 30s at 80/s; up to 2,400 users counted as active this month"},
		{"a sparse file takes hours of reading", audit.Terms{Rate: 20, ReadRate: 1}, map[*sources.Change]int{change: 1, expect: 40_000},
			"up to 1 update, 0.1s at 20/s; 40,001 reads, 11h7m at 1/s; up to 40,001 users counted as active this month"},
		{"one of each", audit.Terms{Rate: 20, ReadRate: 80}, map[*sources.Change]int{change: 1},
			"up to 1 update, 0.1s at 20/s; 1 read, 0.0s at 80/s; up to 1 user counted as active this month"},
		{"nothing at all", audit.Terms{Rate: 20, ReadRate: 80}, map[*sources.Change]int{idle: 3}, "no updates"},
		{"only preconditions", audit.Terms{Rate: 20, ReadRate: 80}, map[*sources.Change]int{expect: 8},
			"no updates; 8 reads, 0.1s at 80/s; up to 8 users counted as active this month"},
		{"without reading", audit.Terms{Rate: 20, ReadRate: 80, NoRead: true}, map[*sources.Change]int{change: 40, idle: 3},
			"up to 40 updates, 2.0s at 20/s; up to 40 users counted as active this month"},
		{"by users' own tokens", audit.Terms{Rate: 20, ReadRate: 80, AsUser: true}, map[*sources.Change]int{change: 40, moved: 40},
			"up to 80 updates, 4.0s at 20/s; 80 reads, 1.0s at 80/s; nobody is counted as active for it"},
		{"an address that may be held back", audit.Terms{Rate: 20, ReadRate: 80}, map[*sources.Change]int{moved: 40},
			"up to 40 updates, 2.0s at 20/s; up to 80 reads, 1.0s at 80/s; up to 40 users counted as active this month"},
		{"without a limit", audit.Terms{Rate: pipeline.Unlimited, ReadRate: pipeline.Unlimited}, map[*sources.Change]int{change: 2}, "up to 2 updates, without a limit of the rate; " +
			"2 reads, without a limit of the rate; up to 2 users counted as active this month"},
		{"reads as fast as fast updates", audit.Terms{Rate: 100, ReadRate: 100}, map[*sources.Change]int{change: 100},
			"up to 100 updates, 1.0s at 100/s; 100 reads, 1.0s at 100/s; up to 100 users counted as active this month"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.terms.Pool, test.terms.Noun = pool, "row"
			s := audit.NewPreflight(test.terms)
			for record, n := range test.records {
				for range n {
					if err := s.Add(record); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got := costText(s.Cost(), "counted"); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}
