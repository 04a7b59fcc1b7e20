package rules

import (
	"errors"
	"strings"
	"testing"

	"attrmigrate/internal/refusal"
)

// What is wrong with an expression is told before anything is read, with a caret under the place.
func TestRefusedConditions(t *testing.T) {
	for _, row := range []struct {
		name, where string
		want        string // the message; its place is --where
		under       string // what begins where the caret stands
		hint        string // a part of it
	}{
		{"attribute misspelt", `custom.teir == nil`, "the pool has no attribute custom:teir, did you mean custom.tier?", "teir", ""},
		{"attribute without its namespace", `tier == nil`, "tier is no name, did you mean custom.tier?", "tier", ""},
		{"standard attribute misspelt", `emial != nil`, "emial is no name, did you mean email?", "emial", ""},
		{"attribute with a hyphen", `custom.my-attr == nil`, `the pool has no attribute custom:my, did you mean attr["custom:my-attr"]?`, "my-attr", ""},
		{"attr misspelt", `attr["custom:my-attt"] == nil`, `the pool has no attribute custom:my-attt, did you mean attr["custom:my-attr"]?`, `"custom:my-attt"`, ""},
		{"attr with what is computed", `attr["custom:" + status] == nil`, "the name of an attribute is a text, and stands in quotation marks", `+`, `attr["NAME"]`},
		{"attribute that can be added", `custom.brand_new_one == nil`, "the pool has no attribute custom:brand_new_one", "brand_new_one", "add it to the pool, for good, as AWS takes no custom attribute back: aws cognito-idp add-custom-attributes"},
		{"namespace alone", `custom == nil`, "custom leads to values, and is none", "custom", ""},

		{"a number as a text", `custom.points == "5"`, "a number is compared with a text", `== "5"`, "without quotation marks"},
		{"a boolean as a text", `email_verified == "true"`, "true or false is compared with a text", `== "true"`, "without quotation marks"},
		{"a text that is larger than a number", `email > 5`, "a text is compared with a number", "> 5", ""},
		{"types behind ??", `(custom.tier ?? "x") == 5`, "a text is compared with a number", "== 5", ""},
		{"types behind ?:", `(enabled ? custom.tier : custom.points) == "x"`, "it gives a text or a number: both have to be of one type", "enabled", "string("},
		{"types of ??", `(custom.points ?? "none") == "none"`, "it gives a number or a text: both have to be of one type", "?? ", "string("},
		{"a list of two types", `custom.tier in ["a", 5]`, "a list is of one type, this has a text and a number", "5]", ""},
		{"a list of another type", `custom.points in ["5"]`, "a number is looked for in a list that has a text", `in ["5"]`, ""},
		{"a list of another type, with nil", `custom.points in [nil, "5"]`, "a number is looked for in a list that has a text", `in [nil`, ""},
		{"a number for a function of texts", `lower(custom.points) == "5"`, "it is given a number where a text is wanted, by lower()", "custom.points", ""},
		{"too little for a function", `lower() == "a"`, "lower() is given too little", "lower", ""},
		{"a condition joined with a text", `enabled and email`, "and joins two conditions, here are true or false and a text", "and", ""},
		{"not of a text", `not email`, "not does not go with a text", "not", ""},
		{"a text as a condition", `custom.tier`, "a condition is true or false, this is a text", "custom.tier", "!= nil"},
		{"a number as a condition", `len(email)`, "a condition is true or false, this is a number", "len", ""},
		{"nil as a condition", `nil`, "a condition is true or false, this is nil", "nil", ""},
		{"a text in a text", `'custom.tier == nil'`, "a condition is true or false, this is a text", "'custom", "leave the inner ones out"},
		{"a method of a text", `email.lower() == "a"`, "a text has no lower", "lower", "lower(email)"},
		{"a time as a text", `created > "2026-01-01"`, "a time is compared with a text", "> ", ""},
		{"a method that knows the machine", `created.Local() == created`, "a time has no such method here", "Local", "Format"},
		{"an unknown pattern", `email matches "("`, "the pattern of matches is wrong: missing closing ): `(`", "matches", ""},
		{"any of a text", `any(email, # == "a")`, "any() goes through a list, not a text", "email", ""},
		{"any without a condition", `any(groups)`, "too little stands in the parentheses", ")", "any(LIST, CONDITION)"},
		{"count without a condition", `count(groups) > 1`, "count() wants a condition", "count", "len(LIST)"},
		{"# outside", `# == "a"`, "# stands only inside of any(), filter() and the like", "#", ""},

		{"a status in lower case", `status == "confirmed"`, `no user has the status "confirmed", did you mean "CONFIRMED"?`, `"confirmed"`, "FORCE_CHANGE_PASSWORD"},
		{"a status misspelt in a list", `status not in ["CONFIRMED", "UNCONFRIMED"]`, `no user has the status "UNCONFRIMED", did you mean "UNCONFIRMED"?`, `"UNCONF`, ""},
		{"enabled as a status", `"Enabled" != status`, `no user has the status "Enabled"`, `"Enabled"`, "ARCHIVED"},

		{"a row without a file", `row["Email"] == email`, "there is no row: no file is given", "row", "--match"},
		{"a column misspelt", `row["Emial"] == email`, "the file has no column Emial, did you mean Email?", `"Emial"`, "Email, Mobile"},
		{"groups that are not read", `"a" in groups`, "the groups of users are not read here", "groups", "--group"},

		{"the time of day", `created < now()`, "there is no function now()", "now", `date("2026-01-31")`},
		{"an unknown function", `lowre(email) == "a"`, "there is no function lowre(), did you mean lower()?", "lowre", ""},
		{"a function of another language", `toLowerCase(email) == "a"`, "there is no function toLowerCase()", "toLowerCase", "lower(TEXT)"},
		{"a function without parentheses", `lower == "a"`, "lower is a function", "lower", "lower(…)"},
		{"what it runs in", `$env.subject == nil`, "$env is no name", "$env", ""},
		{"our own functions", `@1() == nil`, "@ is no part of an expression", "@1", ""},
		{"a function left out", `reduce(groups, #acc + #) == "a"`, "there is no function reduce()", "reduce", "there are: abs, all"},
		{"a map", `{"a": 1} == nil`, "a map { } has no use here", "{", ""},
		{"a range", `any(1..5, # == 5)`, "there are no ranges", "..", ""},
		{"comparisons in a row", `1 < custom.points < 5`, "two comparisons in a row", "< 5", "a < b and b < c"},
		{"DELETE in a condition", `custom.tier == DELETE`, "DELETE is what --set gives, and says nothing here", "DELETE", "nil"},
		{"a name taken", `let email = 5; email == 5`, "email has a meaning already", "email =", "another name"},
		{"two expressions", `enabled; true`, "several expressions, where one is wanted", "enabled", ""},
		{"bytes", `b"a" == nil`, "bytes have no use here", `b"a"`, ""},
		{"in the second line", "enabled and\n  custom.teir == nil", "the pool has no attribute custom:teir, did you mean custom.tier?", "teir", ""},
		{"behind wide letters", `email == "東京" or custom.teir == nil`, "the pool has no attribute custom:teir, did you mean custom.tier?", "teir", ""},
		{"too long", strings.Repeat(" ", maxSource+1), "the expression is longer than 65536 bytes", "", ""},
		{"too deep", strings.Repeat("not ", 10001) + "enabled", "the expression is too long", "", "--rules"},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := pool()
			switch row.name {
			case "a row without a file":
				in.Columns = nil
			case "groups that are not read":
				in.Groups = false
			}
			_, err := Compile(choosing(row.where), in)
			wrong(t, err, "--where: "+row.want, row.under, row.hint)
		})
	}
}

// wrong holds an error against what a user is to read.
func wrong(t *testing.T, err error, want, under, hint string) {
	t.Helper()
	usage, isUsage := errors.AsType[*refusal.UsageError](err)
	if !isUsage {
		t.Fatalf("error %v, want a usage error: %s", err, want)
	}
	if err.Error() != want {
		t.Errorf("error\n  %s\nwant\n  %s", err, want)
	}
	if !strings.Contains(usage.Hint(), hint) {
		t.Errorf("hint %q, want one with %q", usage.Hint(), hint)
	}
	e, inExpression := errors.AsType[*Error](err)
	if !inExpression {
		if under != "" {
			t.Errorf("the error shows no expression")
		}
		return
	}
	if rest := string([]rune(e.Line)[min(e.Column, characters(e.Line)):]); !strings.HasPrefix(rest, under) {
		t.Errorf("the caret stands under %q, want %q", rest, under)
	}
}

func TestExcerpt(t *testing.T) {
	for _, row := range []struct {
		name, source string
		want         []string
	}{
		{"the place", `custom.teir == nil`, []string{
			"  custom.teir == nil",
			"         ^"}},
		{"wide letters take two columns", `email == "東京" or custom.teir == nil`, []string{
			`  email == "東京" or custom.teir == nil`,
			`                            ^`}},
		{"a tab takes one", "\tcustom.teir == nil", []string{
			"   custom.teir == nil",
			"          ^"}},
		{"its line alone", "enabled\nand custom.teir == nil\nand true", []string{
			"  and custom.teir == nil",
			"             ^"}},
		{"the part of a long line", `email == "` + strings.Repeat("a", 200) + `" or custom.teir == nil`, []string{
			"  " + strings.Repeat("a", 28) + `" or custom.teir == nil`,
			"  " + strings.Repeat(" ", 40) + "^"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Compile(choosing(row.source), pool())
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatal(err)
			}
			if got, want := strings.Join(e.Excerpt(), "\n"), strings.Join(row.want, "\n"); got != want {
				t.Errorf("excerpt\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// What an attribute is to be is checked as far as that is known before.
func TestRefusedAssignments(t *testing.T) {
	set := func(name, text string) Assignment { return Assignment{Name: name, Text: text} }
	computed := func(name, expr string) Assignment { return Assignment{Name: name, Expr: expr} }
	for _, row := range []struct {
		name              string
		set               []Assignment
		want, under, hint string
	}{
		{"attribute misspelt", []Assignment{set("custom:teir", "a")}, "--set custom:teir: the pool has no such attribute, did you mean custom:tier?", "", ""},
		{"written as in an expression", []Assignment{set("custom.tier", "a")}, "--set custom.tier: the pool has no such attribute, did you mean custom:tier?", "", ""},
		{"nobody can write it", []Assignment{set("sub", "a")}, "--set sub: nobody can write it: the service gives it", "", ""},
		{"it never changes", []Assignment{set("custom:fixed", "a")}, "--set custom:fixed: the pool allows no change of it once the user exists", "", ""},
		{"it never changes, computed", []Assignment{computed("custom:fixed", "email")}, "--set custom:fixed: the pool allows no change of it once the user exists", "", ""},
		{"a text that is too long", []Assignment{set("custom:tier", "123456789012345678901")}, "--set custom:tier: value is 21 bytes, the pool allows 20", "", ""},
		{"no number", []Assignment{set("custom:points", "many")}, "--set custom:points: value is not a number", "", ""},
		{"set twice", []Assignment{set("custom:tier", "a"), {Name: "custom:tier", Delete: true}}, "--unset custom:tier: the rule sets it twice", "", ""},
		{"new", []Assignment{set("custom:brand_new_one", "a")}, "--set custom:brand_new_one: the pool has no such attribute", "", "; or add it to the pool, for good, as AWS takes no custom attribute back: aws"},
		{"new, taken away", []Assignment{{Name: "custom:brand_new_one", Delete: true}}, "--unset custom:brand_new_one: the pool has no such attribute", "", "the pool has address, birthdate"},
		{"neither", []Assignment{{Name: "custom:tier"}}, "--set custom:tier: it has neither a text nor an expression", "", "--unset custom:tier"},
		{"none at all", nil, "a rule: nothing is set", "", "--set"},
		{"a list", []Assignment{computed("custom:tier", "groups")}, "--set custom:tier: a list is no value of an attribute", "groups", "join("},
		{"a time", []Assignment{computed("custom:tier", "created")}, "--set custom:tier: a time is no value of an attribute", "created", "Format"},
		{"a duration", []Assignment{computed("custom:tier", "modified - created")}, "--set custom:tier: a duration is no value of an attribute", "-", ""},
		{"a branch that is a list", []Assignment{computed("custom:tier", `enabled ? "a" : groups`)}, "--set custom:tier: a list is no value of an attribute", "groups", "join("},
		{"DELETE is no value", []Assignment{computed("custom:tier", `DELETE + "a"`)}, "--set custom:tier: DELETE is no value: it can only be what an expression gives", "DELETE", "CONDITION ? DELETE"},
		{"no region", []Assignment{computed("phone_number", `e164(row["Mobile"], "Germany")`)}, `--set phone_number: "Germany" is no region, want two letters of ISO 3166, such as DE or US`, `"Germany"`, ""},
		{"a region that differs", []Assignment{computed("phone_number", `e164(row["Mobile"], custom.tier)`)}, "--set phone_number: the region is a text in quotation marks, the same for all users", "custom.tier", `"DE"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Compile([]Rule{{Set: row.set}}, pool())
			wrong(t, err, row.want, row.under, row.hint)
		})
	}
}
