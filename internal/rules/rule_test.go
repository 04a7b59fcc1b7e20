package rules

import (
	"strings"
	"testing"

	"attrmigrate/internal/refusal"
)

func TestParseSet(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       Assignment
		err, hint  string
	}{
		{"a text", `custom:tier=free`, Assignment{Name: "custom:tier", Text: "free"}, "", ""},
		{"an expression", `email:=lower(email)`, Assignment{Name: "email", Expr: "lower(email)"}, "", ""},
		{"an expression with a blank before it", `email:= lower(email)`, Assignment{Name: "email", Expr: " lower(email)"}, "", ""},
		{"the first = alone", `website=https://example.com/?a=b`, Assignment{Name: "website", Text: "https://example.com/?a=b"}, "", ""},
		{"blanks of the text are its own", `name= Ann `, Assignment{Name: "name", Text: " Ann "}, "", ""},
		{"a text with parentheses", `name=Ann (Ex)`, Assignment{Name: "name", Text: "Ann (Ex)"}, "", ""},
		{"a text like a call of nothing", `name=f(x)`, Assignment{Name: "name", Text: "f(x)"}, "", ""},

		{"no =", `custom:tier`, Assignment{}, "--set custom:tier: there is no = in it", "--unset NAME"},
		{"no name", `=free`, Assignment{}, "--set =free: it has no name", "NAME=TEXT"},
		{"a blank behind the name", `custom:tier =free`, Assignment{}, "--set custom:tier: there are blanks beside its name", "without blanks"},
		{"no text", `custom:tier=`, Assignment{}, "--set custom:tier: its text is empty", "to take the attribute away: --unset custom:tier"},
		{"no expression", `custom:tier:= `, Assignment{}, "--set custom:tier: its expression is empty", "--unset custom:tier"},
		{"the delete marker", `custom:tier=<delete>`, Assignment{}, "--set custom:tier: it would be the text <delete>", "--unset custom:tier"},
		{"two =", `custom:tier==free`, Assignment{}, "--set custom:tier: its text begins with =", `--set 'custom:tier:="=free"'`},
		{"a call without its colon", `email=lower(email)`, Assignment{}, "--set email: its text looks like an expression, and would be written as it stands",
			`to compute the value: --set 'email:=lower(email)'`},
		{"a row without its colon", `phone_number=row["Mobile"]`, Assignment{}, "--set phone_number: its text looks like an expression, and would be written as it stands", ":="},
		{"quotation marks of cmd", `'custom:tier=free'`, Assignment{}, "--set 'custom:tier: it begins with a quotation mark, which is no part of a name", "in cmd only"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := ParseSet(row.text)
			if got != row.want {
				t.Errorf("read %+v, want %+v", got, row.want)
			}
			if (err == nil) != (row.err == "") || err != nil && err.Error() != row.err {
				t.Fatalf("error %v, want %s", err, row.err)
			}
			if hint := refusal.HintOf(err); !strings.Contains(hint, row.hint) {
				t.Errorf("hint %q, want one with %q", hint, row.hint)
			}
		})
	}
}

// What a shell or a document has spoiled is told as that.
func TestMistakesOfQuoting(t *testing.T) {
	for _, row := range []struct {
		name, where, want, hint string
	}{
		{"quotation marks of cmd", `'custom.tier`, "it begins with a ' that has no end", "cmd does not know single quotation marks"},
		{"quotation marks taken from a text", `lower(email) == free`, "free is no name", "needs quotation marks; if a shell has taken them"},
		{"taken from an address", `email == ann@example.com`, "@ is no part of an expression", "needs quotation marks"},
		{"taken from two words", `name == Ann Example`, "Example is not expected here", "needs quotation marks"},
		{"taken from a column", `row[Mobile] == nil`, "the name of a column is a text, and stands in quotation marks", `write row["Mobile"]`},
		{"taken at one end", `custom.tier == "free`, "a text has no end: its quotation mark is missing", "if a shell has taken them"},
		{`\ before !`, `custom.tier \!= nil`, `a \ stands before the !`, "needs none"},
		{`\ before "`, `custom.tier == \"free\"`, `a \ stands before a quotation mark or a name`, "single quotation marks"},
		{"quotation marks of a document", `custom.tier == “free”`, "“ is no quotation mark here: a document has made it of \" or '", `write " or '`},
		{"invisible", "custom.tier\u200b == nil", "there is an invisible character", "type it anew"},

		{"one =", `custom.tier = "free"`, "a single = compares nothing", "write =="},
		{"three =", `custom.tier === "free"`, "=== has one = too many", "write =="},
		{"!==", `custom.tier !== "free"`, "!== has one = too many", "write !="},
		{"<>", `custom.tier <> "free"`, "<> is called !=", "write !="},
		{"a colon", `custom:tier == nil`, "custom:tier is written otherwise in an expression", "write custom.tier"},
		{"a colon in the middle", `enabled and custom:my-attr == nil`, "custom:my-attr is written otherwise in an expression", `write attr["custom:my-attr"]`},
		{"AND", `enabled AND true`, "AND is called otherwise", "write and"},
		{"is null", `custom.tier is null`, "is is called otherwise", "write == nil or != nil"},
		{"LIKE", `custom.tier LIKE "a%"`, "LIKE is called otherwise", "startsWith"},
		{"NULL", `custom.tier == NULL`, "NULL is called nil", "write nil"},
		{"None", `custom.tier == None`, "None is called nil", "write nil"},
		{"True", `email_verified == True`, "True is called true", "write true"},
		{"&", `enabled & true`, "& is not expected here", "write and"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Compile(choosing(row.where), pool())
			wrong(t, err, "--where: "+row.want, "", row.hint)
		})
	}
}

func TestProgram(t *testing.T) {
	in := pool()
	p := mustCompile(t, []Rule{
		{Where: "custom.tier == nil", Set: []Assignment{{Name: "custom:tier", Expr: " uuid()"}}},
		{Name: "the rest", Where: "enabled\n\tand \"\u202e\" != nil", Set: []Assignment{{Name: "custom:other", Text: "x\x1b[2J"}, {Name: "custom:since", Delete: true}}},
	}, in)
	if got, want := strings.Join(p.Writes(), " "), "custom:other custom:since custom:tier"; got != want {
		t.Errorf("writes %s, want %s", got, want)
	}
	if got, want := p.Text(), "rule 1\nwhere custom.tier == nil\nset custom:tier:=uuid()\nthe rest\nwhere enabled\n and \"\\u202e\" != nil\nset custom:other=x\\x1b[2J\nunset custom:since\n"; got != want {
		t.Errorf("text\n%s\nwant\n%s", got, want)
	}
	one, same, other := choosing("custom.tier == nil"), choosing("custom.tier == nil"), choosing("custom.tier != nil")
	same[0].Name, same[0].File = "named", "rules.yaml"
	if Digest(one) != Digest(same) || Digest(one) == Digest(other) {
		t.Error("a digest does not tell rules apart")
	}
	for _, row := range []struct {
		name                   string
		rules                  []Rule
		repeats, dates, groups bool
	}{
		{"a constant", choosing(`"a" in groups`), true, false, true},
		{"uuid where it is missing", setting("custom.tier == nil", "custom:tier", "uuid()"), true, false, false},
		{"uuid for everyone", setting("", "custom:tier", "uuid()"), false, false, false},
		{"uuid where another is missing", setting("custom.other == nil and created < modified", "custom:tier", "uuid()"), false, true, false},
		{"uuid in the condition", choosing(`uuid() startsWith "a"`), false, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := mustCompile(t, row.rules, in)
			if p.Repeats() != row.repeats || p.ReadsDates() != row.dates || p.ReadsGroups() != row.groups {
				t.Errorf("repeats %v, reads dates %v, groups %v", p.Repeats(), p.ReadsDates(), p.ReadsGroups())
			}
		})
	}
}

// A text that is the name of a value is told: it may be meant as an expression.
func TestNotes(t *testing.T) {
	for _, row := range []struct {
		text, want string
	}{
		{"free", ""},
		{"sub", "--set custom:other writes the text sub; the value of that name is written by custom:other:="},
		{"email", "--set custom:other writes the text email; the value of that name is written by custom:other:="},
		{"custom.tier", "--set custom:other writes the text custom.tier; the value of that name is written by custom:other:="},
		{"custom:tier", "--set custom:other writes the text custom:tier; the value of that name is written by custom:other:="},
	} {
		p := mustCompile(t, []Rule{{Set: []Assignment{{Name: "custom:other", Text: row.text}}}}, pool())
		if got := strings.Join(p.Notes(), "\n"); got != row.want {
			t.Errorf("%s: notes %q, want %q", row.text, got, row.want)
		}
	}
	p := mustCompile(t, choosing(`created < modified and "a" in groups`), pool())
	if got, want := strings.Join(p.Notes(), "\n"), "the rule reads when users were created or modified: apply does not notice if that has changed since\n"+
		"the rule reads the groups of users: apply does not notice if that has changed since"; got != want {
		t.Errorf("notes %q, want %q", got, want)
	}
}

// Evaluated twice, a user gets the same uuid; another user, another place and another program give others.
func TestUUID(t *testing.T) {
	both := []Rule{{Set: []Assignment{{Name: "custom:other", Expr: "uuid()"}, {Name: "custom:since", Expr: "uuid()"}}}}
	p := mustCompile(t, both, pool())
	seen := map[string]bool{}
	for _, e := range []*Evaluator{p.Evaluator(), p.Evaluator(), mustCompile(t, both, pool()).Evaluator()} {
		for range 2 {
			for _, u := range []*Subject{ann(), ann("sub", "0a1c")} {
				r, err := e.Apply(u)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range r.Attributes {
					if !uuidForm.MatchString(a.Value) {
						t.Errorf("%s is no random uuid", a.Value)
					}
					seen[a.Value] = true
				}
			}
		}
	}
	if len(seen) != 8 { // two programs, two users, two places
		t.Errorf("%d uuids, want 8", len(seen))
	}
}
