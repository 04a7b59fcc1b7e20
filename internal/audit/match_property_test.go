package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/internal/cognito"
)

// joined is what becomes of rows by the definition: a row is applied if one user has its value, and no other row has that user.
func joined(by matching, pool []cognito.User, keys, tiers []string) (verdicts []string) {
	whose := func(key string) (found []string) {
		for _, u := range pool {
			if value := by.of(&u); value != "" && by.key(value) == by.key(key) {
				found = append(found, u.Username)
			}
		}
		return found
	}
	for i, key := range keys {
		users := whose(key)
		verdict := "missing"
		if len(users) > 0 {
			verdict = "invalid"
		}
		same := slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return by.key(k) != by.key(key) })
		if len(users) == 1 && len(same) == 1 {
			verdict = users[0] + " change"
			if tiers[i] == "" {
				verdict = users[0] + " unchanged"
			}
		}
		verdicts = append(verdicts, fmt.Sprintf("users.csv:%d %s", i+2, verdict))
	}
	slices.Sort(verdicts)
	return verdicts
}

// TestMatchIsAJoin: whatever pool and rows, each row gets the verdict that a join of all with all gives it.
func TestMatchIsAJoin(t *testing.T) {
	values := []string{"", "a", "A", " a", "b", "B ", "c", "ä", "Ä"}
	rapid.Check(t, func(rt *rapid.T) {
		pool := cognito.Pool{CaseSensitive: rapid.Bool().Draw(rt, "case"), ID: poolID, Schema: exampleSchema(), EstimatedUsers: 5}
		attribute := rapid.SampledFrom([]string{"nickname", "email", "name", "username"}).Draw(rt, "by")
		by := newMatching(&pool, attribute)
		var all []cognito.User
		for i := range rapid.IntRange(0, 6).Draw(rt, "users") {
			name := fmt.Sprintf("u%d", i)
			all = append(all, person(name))
			if v := rapid.SampledFrom(values).Draw(rt, "value"); v != "" && attribute != "username" {
				all[i].Attributes[attribute] = v
			}
		}
		var keys, tiersOf, list []string
		for range rapid.IntRange(0, 6).Draw(rt, "rows") {
			key := rapid.SampledFrom(values[1:]).Draw(rt, "key")
			if attribute == "username" {
				key = rapid.SampledFrom([]string{"u0", "U0", "u1", "u2", "x"}).Draw(rt, "key")
			}
			tier := rapid.SampledFrom([]string{"", "gold"}).Draw(rt, "tier")
			keys, tiersOf, list = append(keys, key), append(tiersOf, tier), append(list, key+"="+tier)
		}
		mode := Scan
		if by.lookups() && rapid.Bool().Draw(rt, "lookup") {
			mode = Lookup
		}
		out := &output{}
		_, err := Plan(t.Context(), Config{Pool: &pool, Rule: tiers{}, Match: attribute, Changes: rows(list...), Writer: out, Read: mode,
			Reader: reading(&users{list: all})})
		if err != nil {
			rt.Fatal(err)
		}
		var got []string
		for _, r := range out.rows {
			parts := strings.Fields(r)
			for _, verdict := range parts {
				switch verdict {
				case "missing", "invalid":
					got = append(got, parts[0]+" "+verdict)
				case "change", "unchanged":
					got = append(got, parts[0]+" "+parts[1]+" "+verdict)
				}
			}
		}
		slices.Sort(got)
		if want := joined(by, all, keys, tiersOf); !slices.Equal(got, want) {
			rt.Fatalf("%s: got\n%s\nwant\n%s", mode, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}
