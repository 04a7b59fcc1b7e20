package audit

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/listing"
	"attrmigrate/pipeline"
)

// split is a Lister that knows the filter by which a pool is read in chains, and whose chains lose some users.
type split struct {
	*users
	lost map[string]bool
}

func (s split) ListUsers(ctx context.Context, pool, filter, token string, limit int) (found []cognito.User, next string, err error) {
	prefix, chain := strings.CutPrefix(strings.TrimSuffix(filter, `"`), `sub ^= "`)
	if !chain {
		return s.users.ListUsers(ctx, pool, filter, token, limit)
	}
	for _, u := range s.list {
		if strings.HasPrefix(u.Attributes["sub"], prefix) && !s.lost[u.Username] {
			found = append(found, u)
		}
	}
	return found, "", nil
}

// TestConfirm: who seems to be missing where a pool was read in chains is made sure of, by the fewest calls that can tell.
func TestConfirm(t *testing.T) {
	const again = "1 user was in no chain: the pool was read once more, in one"
	for _, tt := range []struct {
		name      string
		sensitive bool
		record    string // whose
		lost      string
		found     bool
		calls     int // beyond those of the chains
		note      string
	}{
		{"nobody is missing", true, "user-0100", "", true, 0, ""},
		{"missing: two lookups", true, "nobody", "", false, 1, ""},
		{"missing in a pool that ignores case: a chain", false, "nobody", "", false, 10, ""},
		{"lost: a lookup, and a chain", true, "user-0101", "user-0101", true, 11, again},
		{"lost, in a pool that ignores case", false, "USER-0101", "user-0101", true, 10, again},
		{"somebody else is lost", true, "user-0100", "user-0101", true, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pool := split{&users{}, map[string]bool{tt.lost: true}}
			for i := range 600 {
				u := person(fmt.Sprintf("user-%04d", i))
				u.Attributes["sub"] = fmt.Sprintf("%08x-0000-4000-8000-000000000000", uint32(i)*2654435761)
				pool.list = append(pool.list, u)
			}
			reader := listing.NewReader(listing.Config{Lister: pool, PoolID: poolID, Rate: pipeline.Unlimited, Chains: 16})
			r, err := Plan(t.Context(), Config{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema(), CaseSensitive: tt.sensitive},
				Changes: changes(record(tt.record, "locale=fr")), Writer: &output{}, Reader: reader, Read: Scan})
			if err != nil {
				t.Fatal(err)
			}
			const inChains = 1 + 16 + 16
			if found := r.Verdicts.Change == 1; found != tt.found || int(r.Calls) != inChains+tt.calls || strings.Join(r.Notes, "\n") != tt.note {
				t.Errorf("found %t, %d calls beyond, told %q", found, r.Calls-inChains, r.Notes)
			}
		})
	}
}
