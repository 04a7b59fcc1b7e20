package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"attrmigrate/internal/sandbox"
)

// bad are the rows of the backfill that fail, by line, with what errors.csv says of them and the
// cells that mend them.
var bad = map[int]struct {
	class, code, message string
	mend                 map[string]string
}{
	144: {"schema", "ValueTooLong", "custom:tier: value is 30 bytes, the pool allows 20",
		map[string]string{"custom:tier": "gold"}},
	418: {"schema", "OutOfRange", "custom:points: value is under the pool's minimum of 0",
		map[string]string{"custom:points": "0"}},
	703: {"input", "MalformedRow", "the row has 8 cells, the header has 7",
		map[string]string{"username": "user-00702", "custom:tier": "silver", "custom:points": "1250", "_raw": ""}},
	959: {"schema", "BadEmail", "email: value is not an e-mail address",
		map[string]string{"email": "user-00958@new.example.com"}},
	1237: {"schema", "BadBirthdate", "birthdate: value is not a date of the form YYYY-MM-DD",
		map[string]string{"birthdate": "1987-02-28"}},
	1378: {"input", "MissingUsername", "username: the cell is empty, so the row names no user",
		map[string]string{"username": "user-01377"}},
	1610: {"schema", "ImmutableAttribute", "custom:signup_store: the pool allows no change of it once the user exists",
		map[string]string{"custom:signup_store": ""}},
	1855: {"refused", "UserNotFoundException", "no such user: UserNotFoundException: User does not exist",
		map[string]string{"username": "user-01854"}},
}

// loyaltyUsers are the 2,000 users that `attrmigrate sandbox --users 2000` makes, and what they are to
// have.
func loyaltyUsers() (users []sandbox.User, want map[string]map[string]string) {
	want = map[string]map[string]string{}
	for i := 1; i <= 2000; i++ {
		name := fmt.Sprintf("user-%05d", i)
		attributes := map[string]string{"email": name + "@example.com", "email_verified": "true"}
		users = append(users, sandbox.User{Username: name, Attributes: attributes})
		want[name] = maps.Clone(attributes)
	}
	return users, want
}

// asked sets what a row asks for. A new address is not verified.
func asked(want map[string]map[string]string, row map[string]string) {
	for _, name := range []string{"custom:tier", "custom:points", "locale", "email", "birthdate"} {
		if row[name] != "" {
			set(want, row["username"], name, row[name])
		}
	}
	if row["email"] != "" {
		set(want, row["username"], "email_verified", "false")
	}
}

// TestLoyalty plans the backfill, applies it, mends what failed, and goes all the way back.
func TestLoyalty(t *testing.T) {
	if testing.Short() {
		t.Skip("the backfill is made over and over")
	}
	tests := []struct {
		name   string
		starts [][]string // flags of each start of the same run but the last
	}{
		{"stopped twice and resumed", [][]string{{"--limit", "700"}, {"--limit", "12", "--workers", "3"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			users, want := loyaltyUsers()
			c := serve(t, readFile(t, "loyalty/pool.json"), users)
			start := c.users()
			file := c.example("loyalty/loyalty.csv")
			c.plan(t, 0, file)
			checkLoyaltyPlan(t, file)
			c.checkUpdates(t, 0)

			for _, flags := range tt.starts {
				c.apply(t, 4, append(flags, file)...)
			}
			c.apply(t, 3, file)
			checkLoyaltyReports(t, file, want)
			c.check(t, want)
			c.checkUpdates(t, 2000-len(bad)) // one for each good row
			c.plan(t, 0, "--check", "loyalty.plan/plan.jsonl")

			mendLoyalty(t, want)
			c.plan(t, 3, "--check", "loyalty.run/errors.csv")
			c.apply(t, 0, "loyalty.run/errors.csv")
			c.plan(t, 0, "--check", "loyalty.run/errors.csv")
			c.check(t, want)
			c.apply(t, 3, file) // done already: nothing is sent
			c.checkUpdates(t, 2000)

			c.apply(t, 0, "loyalty.errors.run/undo.jsonl") // the newest run first
			c.apply(t, 0, "loyalty.run/undo.jsonl")
			c.check(t, start)
			c.checkUpdates(t, 4000)
		})
	}
}

// TestLoyaltyAsPlanned applies what was reviewed, finds nothing left to change but the rows that
// fail, and brings the pool back by an export.
func TestLoyaltyAsPlanned(t *testing.T) {
	users, want := loyaltyUsers()
	c := serve(t, readFile(t, "loyalty/pool.json"), users)
	file := c.example("loyalty/loyalty.csv")
	c.export(t, "before.csv")
	c.plan(t, 0, "--check", "before.csv") // it is the pool
	c.plan(t, 0, file)
	c.apply(t, 0, "loyalty.plan/plan.jsonl")
	_, rows := readCSV(t, file)
	for i, row := range rows {
		if _, isBad := bad[i+2]; !isBad {
			asked(want, row)
		}
	}
	c.check(t, want)

	c.plan(t, 3, "--check", file)
	var result struct {
		Failing   int
		Estimates struct{ Updates int }
	}
	if err := json.Unmarshal(readFile(t, "loyalty.plan/summary.json"), &result); err != nil {
		t.Fatal(err)
	}
	if result.Failing != len(bad) || result.Estimates.Updates != 0 {
		t.Errorf("%d rows fail and %d updates are left, want %d and none", result.Failing, result.Estimates.Updates, len(bad))
	}

	c.apply(t, 0, "--empty", "delete", "before.csv")
	c.export(t, "after.csv")
	if !bytes.Equal(readFile(t, "before.csv"), readFile(t, "after.csv")) {
		t.Error("the pool is not as it was before")
	}
}

// checkLoyaltyPlan wants every good row to change its user, and says that of no bad one.
func checkLoyaltyPlan(t *testing.T, file string) {
	t.Helper()
	_, rows := readCSV(t, "loyalty.plan/audit.csv")
	lines := map[int]bool{}
	for _, row := range rows {
		line, err := strconv.Atoi(row["line"])
		verdict := "change"
		if fails, isBad := bad[line]; isBad && fails.code == "UserNotFoundException" {
			verdict = "missing"
		} else if isBad {
			verdict = "invalid"
		}
		if err != nil || row["file"] != file || row["verdict"] != verdict {
			t.Errorf("audit.csv: %v, want the verdict %s", row, verdict)
		}
		lines[line] = true
	}
	updates := bytes.Count(readFile(t, "loyalty.plan/plan.jsonl"), []byte("\n"))
	if len(lines) != 2000 || updates != 2000-len(bad) {
		t.Errorf("%d rows in audit.csv and %d updates in plan.jsonl, want 2000 and %d", len(lines), updates, 2000-len(bad))
	}
}

// checkLoyaltyReports wants each row once in a report, and collects what the good ones ask for.
func checkLoyaltyReports(t *testing.T, file string, want map[string]map[string]string) {
	t.Helper()
	_, failed := readCSV(t, "loyalty.run/errors.csv")
	seen := map[int]bool{}
	for _, row := range failed {
		line, err := strconv.Atoi(row["_line"])
		if expected := bad[line]; err != nil || seen[line] || row["_file"] != file || row["_class"] != expected.class ||
			row["_code"] != expected.code || !strings.HasPrefix(row["_message"], expected.message) {
			t.Errorf("errors.csv: %v\nwant once, with %+v", row, expected)
		}
		seen[line] = true
	}
	_, applied := readCSV(t, "loyalty.run/applied.csv")
	for _, row := range applied {
		line, err := strconv.Atoi(row["line"])
		if _, isBad := bad[line]; err != nil || seen[line] || isBad || row["file"] != file || row["outcome"] != "updated" {
			t.Errorf("applied.csv: %v, want a good row, once", row)
		}
		seen[line] = true
	}
	_, rows := readCSV(t, file)
	if len(rows) != 2000 || len(seen) != 2000 || len(failed) != len(bad) {
		t.Fatalf("%d rows: %d in the reports, %d of them failed; want 2000, 2000 and %d", len(rows), len(seen), len(failed), len(bad))
	}
	for i, row := range rows {
		if _, isBad := bad[i+2]; !isBad {
			asked(want, row)
		}
	}
}

// mendLoyalty mends errors.csv as a person would, and collects what its rows then ask for.
func mendLoyalty(t *testing.T, want map[string]map[string]string) {
	t.Helper()
	header, rows := readCSV(t, "loyalty.run/errors.csv")
	for _, row := range rows {
		line, err := strconv.Atoi(row["_line"])
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(row, bad[line].mend)
		asked(want, row)
	}
	writeCSV(t, "loyalty.run/errors.csv", header, rows)
}
