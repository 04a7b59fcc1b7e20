package rules

import (
	"errors"
	"testing"
)

// What an expression makes of a user: a value, DELETE, nothing, or an error; and which live values it has read.
func TestResults(t *testing.T) {
	for _, row := range []struct {
		name, expr string
		user       *Subject
		want       string // of custom:other: a value, - for none, nothing where it is left alone
		reads      string
		err        string
	}{
		{"a constant", `"free"`, ann(), "custom:other=free", "", ""},
		{"lower case", `lower(email)`, ann(), "custom:other=ann@example.com", "email=Ann@Example.com", ""},
		{"nil is passed on", `lower(custom.tier)`, ann(), "", "custom:tier-", ""},
		{"an empty text is left alone", `digits("abc")`, ann(), "", "", ""},
		{"a pipe", `email | lower() | split("@") | last()`, ann(), "custom:other=example.com", "email=Ann@Example.com", ""},
		{"DELETE", `DELETE`, ann(), "custom:other-", "", ""},
		{"DELETE or not", `custom.points > 3 ? DELETE : nil`, ann(), "custom:other-", "custom:points=5", ""},
		{"not DELETE", `custom.points > 5 ? DELETE : nil`, ann(), "", "custom:points=5", ""},
		{"DELETE behind let and ??", `let t = custom.tier; t ?? DELETE`, ann(), "custom:other-", "custom:tier-", ""},
		{"a whole number", `custom.points * 2`, ann(), "custom:other=10", "custom:points=5", ""},
		{"a number that turns out whole", `custom.points / 2.5`, ann(), "custom:other=2", "custom:points=5", ""},
		{"zero has no sign", `0.0 * -1`, ann(), "custom:other=0", "", ""},
		{"a boolean", `custom.points > 3`, ann(), "custom:other=true", "custom:points=5", ""},
		{"a boolean in any case", `email_verified`, ann(), "custom:other=true", "email_verified=True", ""},
		{"branches of several types", `enabled ? 5 : "none"`, ann(), "custom:other=5", "enabled=true", ""},
		{"username and sub are no condition", `username + sub`, ann(), "custom:other=ann0a1b", "", ""},
		{"status is one", `lower(status)`, ann(), "custom:other=confirmed", "status=CONFIRMED", ""},
		{"a row is none", `row["Email"]`, ann(), "custom:other=ann@example.com", "", ""},
		{"a date is none", `created.Format("2006-01-02")`, ann(), "custom:other=2026-01-02", "", ""},
		{"dates are in UTC", `modified.Format("15:04")`, ann(), "custom:other=03:05", "", ""},
		{"days between", `int((modified - created).Hours() / 24)`, ann(), "custom:other=32", "", ""},
		{"groups are none", `join(groups, ",")`, ann(), "custom:other=admin,beta", "", ""},
		{"a part of a text, in characters", `custom.tier[1:3]`, ann("custom:tier", "Zürich"), "custom:other=ür", "custom:tier=Zürich", ""},
		{"an element from the end", `split(email, "@")[-1]`, ann(), "custom:other=Example.com", "email=Ann@Example.com", ""},
		{"a phone number", `e164(row["Mobile"], "de")`, ann(), "custom:other=+491701234567", "", ""},
		{"no phone number", `e164("", "DE")`, ann(), "", "", ""},
		{"digits", `digits("+49 (170) 12-34")`, ann(), "custom:other=491701234", "", ""},
		{"only what is run is read", `email ?? custom.tier`, ann(), "custom:other=Ann@Example.com", "email=Ann@Example.com", ""},
		{"a developer's attribute", `dev.x`, ann("dev:custom:x", "a"), "custom:other=a", "dev:custom:x=a", ""},
		{"a date of an attribute", `date(custom.since).Year()`, ann("custom:since", "2026-05-01T10:00:00+02:00"), "custom:other=2026", "custom:since=2026-05-01T10:00:00+02:00", ""},
		{"large numbers keep their digits", `custom.points + 1`, ann("custom:points", "9007199254740993"), "custom:other=9007199254740994", "custom:points=9007199254740993", ""},

		{"a number with decimals", `custom.points / 2`, ann(), "", "", "it gives a number that is not whole"},
		{"a sum of nothing", `custom.tier + "x"`, ann(), "", "", "custom.tier is absent, and + needs a value"},
		{"a number that is none", `custom.points`, ann("custom:points", "five"), "", "", "custom:points is no number"},
		{"too many digits", `custom.points`, ann("custom:points", "12345678901234567890"), "", "", "custom:points has more digits than a rule computes with"},
		{"a sum that is too large", `custom.points + 1`, ann("custom:points", "9223372036854775807"), "", "", "a number becomes too large"},
		{"a product that is too large", `custom.points * custom.points`, ann("custom:points", "9223372036854775807"), "", "", "a number becomes too large"},
		{"a product that loses digits", `custom.points * 1.0`, ann("custom:points", "9007199254740993"), "", "", "a number becomes too large"},
		{"zero below", `5 / (custom.points - 5)`, ann(), "", "", "it divides by zero"},
		{"a remainder of decimals", `custom.points % 2`, ann("custom:points", "2.5"), "", "", "a number has decimals, where a whole one is wanted"},
		{"neither true nor false", `custom.vip`, ann("custom:vip", "yes"), "", "", "custom:vip is neither true nor false"},
		{"no date", `date(custom.since).Year()`, ann("custom:since", "soon"), "", "", "date(): its text is no date"},
		{"no whole number", `int(email)`, ann(), "", "", "int(): its text is no whole number"},
		{"no such element", `split(email, "@")[2]`, ann(), "", "", "a list has no element 2: it has 2"},
		{"a number that is no phone number", `e164("call me", "DE")`, ann(), "", "", "not a phone number of DE: it has letters: a number alone is wanted, without an extension"},
		{"a pattern of the user", `email matches custom.tier`, ann("custom:tier", "("), "", "", "it cannot be computed from the values of this user"},
		{"a text that grows", `replace(repeat("a", 10000), "a", "bbb")`, ann(), "", "", "a text becomes longer than 16,384 bytes"},
		{"lists in lists", `let l = split(repeat("a ", 8000), " "); string(all(l, all(l, true)))`, ann(), "", "", "it takes more than 10,000 steps"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := mustCompile(t, setting("", "custom:other", row.expr), pool())
			r, err := p.Evaluator().Apply(row.user)
			told := ""
			if e, ok := errors.AsType[*UserError](err); ok {
				told = e.Error()
			}
			want := row.err
			if want != "" {
				want = "--set custom:other: " + want
			}
			if told != want {
				t.Errorf("error %q, want %q", told, want)
			}
			if got := shown(r.Attributes); got != row.want {
				t.Errorf("gives %q, want %q", got, row.want)
			}
			if got := shown(r.Reads); got != row.reads {
				t.Errorf("read %q, want %q", got, row.reads)
			}
		})
	}
}

// nil is compared with anything, and no type makes a comparison hold for everyone.
func TestConditions(t *testing.T) {
	absent, yes, no := ann("email_verified", ""), ann("email_verified", "TRUE"), ann("email_verified", "false")
	for _, row := range []struct {
		where string
		users []*Subject
		want  string // Y or n for each; ! where it is an error
	}{
		{`email_verified == true`, []*Subject{absent, yes, no}, "nYn"},
		{`email_verified != true`, []*Subject{absent, yes, no}, "YnY"},
		{`email_verified == nil`, []*Subject{absent, yes, no}, "Ynn"},
		{`email_verified`, []*Subject{absent, yes, no}, "nYn"},
		{`not email_verified`, []*Subject{absent, yes, no}, "YnY"},
		{`!email_verified && enabled`, []*Subject{absent, yes, no}, "YnY"},
		{`email_verified ? false : true`, []*Subject{absent, yes, no}, "YnY"},
		{`(email_verified ?? false) == false`, []*Subject{absent, yes, no}, "YnY"},

		{`custom.tier == "gold"`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`custom.tier != "gold"`, []*Subject{ann(), ann("custom:tier", "gold")}, "Yn"},
		{`"gold" == custom.tier`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`custom.tier == ""`, []*Subject{ann(), ann("custom:tier", "gold")}, "Yn"},
		{`custom.tier != ""`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`digits(custom.tier) == nil`, []*Subject{ann(), ann("custom:tier", "gold"), ann("custom:tier", "5")}, "YYn"},
		{`custom.tier in ["", "silver"]`, []*Subject{ann(), ann("custom:tier", "gold")}, "Yn"},
		{`custom.tier == custom.other`, []*Subject{ann(), ann("custom:tier", "a"), ann("custom:tier", "a", "custom:other", "a")}, "YnY"},
		{`lower(custom.tier) == lower(custom.other)`, []*Subject{ann(), ann("custom:tier", "a"), ann("custom:tier", "A", "custom:other", "a")}, "YnY"},
		{`custom.tier in ["gold", "silver"]`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`custom.tier not in [nil, "silver"]`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`custom.tier contains "ol"`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`not (custom.tier startsWith "g")`, []*Subject{ann(), ann("custom:tier", "gold")}, "Yn"},
		{`hasPrefix(custom.tier, "g")`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`custom.tier matches "^g.*d$"`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`len(custom.tier) == 4`, []*Subject{ann(), ann("custom:tier", "gold")}, "nY"},
		{`any(split(custom.tier, ","), # == "a")`, []*Subject{ann(), ann("custom:tier", "b,a")}, "nY"},
		{`attr["custom:my-attr"] == nil`, []*Subject{ann(), ann("custom:my-attr", "a")}, "Yn"},

		{`custom.points == 5`, []*Subject{ann(), ann("custom:points", ""), ann("custom:points", "5.0"), ann("custom:points", "+5")}, "YnYY"},
		{`custom.points > 4.5`, []*Subject{ann(), ann("custom:points", "4.4"), ann("custom:points", "")}, "Yn!"},
		{`custom.points != nil && custom.points > 4`, []*Subject{ann(), ann("custom:points", "")}, "Yn"},
		{`(custom.points ?? 0) > 4`, []*Subject{ann(), ann("custom:points", "")}, "Yn"},
		{`custom.points in [5, 6]`, []*Subject{ann(), ann("custom:points", ""), ann("custom:points", "7")}, "Ynn"},

		{`created < date("2026-01-02")`, []*Subject{ann()}, "n"},
		{`created < date("2026-01-03") and modified - created > duration("24h")`, []*Subject{ann()}, "Y"},
		{`"beta" in groups and len(groups) == 2`, []*Subject{ann()}, "Y"},
		{`status == "CONFIRMED" and enabled`, []*Subject{ann()}, "Y"},
		{`row["Mobile"] != "" and lower(row["Email"]) == lower(email)`, []*Subject{ann()}, "Y"},
		{`email endsWith "@Example.com" or custom.vip`, []*Subject{ann()}, "Y"},
	} {
		t.Run(row.where, func(t *testing.T) {
			e := mustCompile(t, choosing(row.where), pool()).Evaluator()
			got := ""
			for _, u := range row.users {
				switch r, err := e.Apply(u); {
				case err != nil:
					got += "!"
				case r.Fits:
					got += "Y"
				default:
					got += "n"
				}
			}
			if got != row.want {
				t.Errorf("holds: %s, want %s", got, row.want)
			}
		})
	}
}

// Several rules follow each other; what one sets is set at once.
func TestRulesInOrder(t *testing.T) {
	set := func(where string, list ...string) Rule {
		r := Rule{Where: where}
		for _, text := range list {
			a, err := ParseSet(text)
			if err != nil {
				t.Fatal(err)
			}
			r.Set = append(r.Set, a)
		}
		return r
	}
	for _, row := range []struct {
		name        string
		rules       []Rule
		user        *Subject
		want, reads string
	}{
		{"a rule swaps, for it sees the user as it was", []Rule{set("", "custom:tier:=custom.other", "custom:other:=custom.tier")},
			ann("custom:tier", "a", "custom:other", "b"), "custom:other=a custom:tier=b", "custom:other=b custom:tier=a"},
		{"the next sees what it made", []Rule{set("", "custom:tier=gold"), set(`custom.tier == "gold"`, "custom:other:=custom.tier")},
			ann(), "custom:other=gold custom:tier=gold", ""},
		{"the next sees what it deleted", []Rule{set("", "email:=DELETE"), set(`email == nil`, "custom:other=none")},
			ann(), "custom:other=none email-", ""},
		{"the next sees what it left alone", []Rule{set("", "custom:tier:=nil"), set(`custom.tier == "silver"`, "custom:other:=custom.tier")},
			ann("custom:tier", "silver"), "custom:other=silver", "custom:tier=silver"},
		{"the last of several for one attribute", []Rule{set("", "custom:tier=a"), set("", "custom:tier:=custom.tier + \"b\"")},
			ann(), "custom:tier=ab", ""},
		{"one that does not fit is told in what it read", []Rule{set("custom.vip", "custom:tier=vip"), set("", "custom:other=x")},
			ann(), "custom:other=x", "custom:vip-"},
		{"none fits", []Rule{set("custom.vip", "custom:tier=vip")}, ann(), "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := mustCompile(t, row.rules, pool()).Evaluator().Apply(row.user)
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(r.Attributes); got != row.want {
				t.Errorf("gives %q, want %q", got, row.want)
			}
			if got := shown(r.Reads); got != row.reads {
				t.Errorf("read %q, want %q", got, row.reads)
			}
		})
	}
}
