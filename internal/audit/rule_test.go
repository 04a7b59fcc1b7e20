package audit

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// lower is a rule that writes e-mail addresses in small letters; who has none is an error.
type lower struct{}

func (lower) Of(u *cognito.User, _ map[string]string) (*sources.Change, error) {
	email := u.Attributes["email"]
	switch {
	case email == "":
		return nil, errors.New("--set email: there is nothing to write in small letters")
	case u.Attributes["locale"] == "de":
		return nil, nil
	}
	return &sources.Change{Attributes: []sources.Attribute{{Name: "email", Value: strings.ToLower(email)}},
		Expect: []sources.Attribute{{Name: "email", Value: email}, {Name: "locale", Delete: true}}}, nil
}

func (lower) Writes() []string { return []string{"email"} }

// flag is a rule that marks addresses as verified.
type flag struct{}

func (flag) Of(*cognito.User, map[string]string) (*sources.Change, error) {
	return &sources.Change{Attributes: []sources.Attribute{{Name: "email_verified", Value: "true"}}}, nil
}

func (flag) Writes() []string { return []string{"email_verified"} }

// ruled runs a plan of a rule.
func ruled(t *testing.T, pool cognito.Pool, rule Rule, list *users, change func(*Config)) (*Result, *output) {
	t.Helper()
	out := &output{}
	pool.ID, pool.Schema, pool.EstimatedUsers = poolID, exampleSchema(), int64(len(list.list))
	cfg := Config{Pool: &pool, Rule: rule, Writer: out, Reader: reading(list), UpdateRate: 20}
	if change != nil {
		change(&cfg)
	}
	r, err := Plan(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r, out
}

// TestRule: a rule makes a record of each user whom it fits, with what it read as preconditions; users who have what it sets are
// counted and not listed, and an error is that of its user.
func TestRule(t *testing.T) {
	list := &users{list: []cognito.User{
		person("amy", "email=Amy@example.com"), person("bob", "email=bob@example.com"), person("cat", "email=Cat@example.com", "locale=de"),
		person("dan"), person("eve", "email=EVE@example.com"),
	}}
	r, out := ruled(t, cognito.Pool{}, lower{}, list, nil)
	wantChanges := []string{
		"amy: email=amy@example.com | email=Amy@example.com locale=",
		"eve: email=eve@example.com | email=EVE@example.com locale=",
	}
	wantRows := []string{
		`user ` + subOf("amy") + `:0 amy email change "Amy@example.com">"amy@example.com" `,
		`user ` + subOf("dan") + `:0 dan  invalid "">"" --set email: there is nothing to write in small letters`,
		`user ` + subOf("eve") + `:0 eve email change "EVE@example.com">"eve@example.com" `,
	}
	if !slices.Equal(out.changes, wantChanges) || !slices.Equal(out.rows, wantRows) {
		t.Errorf("changes:\n%s\nrows:\n%s", strings.Join(out.changes, "\n"), strings.Join(out.rows, "\n"))
	}
	example := "user " + subOf("dan") + ": --set email: there is nothing to write in small letters"
	if r.Scanned != 5 || r.Matched != 4 || r.Records != 4 || r.Failing != 1 || r.Verdicts.Unchanged != 1 || r.Verdicts.Change != 2 ||
		!slices.Equal(r.Examples, []string{example}) || r.Read != Scan || r.Estimates.Updates != 2 || r.Estimates.ChangeSetReads != 0 {
		t.Errorf("%+v", r)
	}
}

// TestRuleClaims: who signs in by what a rule gives is found, whether the rule is given that user or not.
func TestRuleClaims(t *testing.T) {
	aliases := cognito.Pool{AliasAttributes: []string{"email"}}
	verified := func(name, email string, more ...string) cognito.User {
		return person(name, append([]string{"email=" + email, "email_verified=true"}, more...)...)
	}
	for _, tt := range []struct {
		name   string
		pool   cognito.Pool
		rule   Rule
		users  []cognito.User
		change func(*Config)
		want   []string // warnings: kind, count, taken, examples, holders
		calls  int
	}{
		{"two addresses become one", cognito.Pool{AliasAttributes: []string{"email"}, CaseSensitive: true}, lower{}, []cognito.User{
			verified("amy", "A@example.com"), verified("bob", "a@example.com"), verified("cat", "other@example.com"),
		}, func(c *Config) { c.KeepVerified = true }, []string{"address-held 1 1 user " + subOf("amy") + " bob"}, 1},
		{"two capitals become one", cognito.Pool{AliasAttributes: []string{"email"}, CaseSensitive: true}, lower{}, []cognito.User{
			verified("amy", "A@Example.com"), verified("bob", "a@EXAMPLE.com"),
		}, func(c *Config) { c.KeepVerified = true }, []string{"address-shared 2 1 user " + subOf("amy") + " user " + subOf("bob") + " "}, 1},
		{"a flag alone", aliases, flag{}, []cognito.User{
			person("amy", "email=a@example.com"), verified("bob", "a@example.com"),
		}, nil, []string{"address-held 1 1 user " + subOf("amy") + " bob"}, 1},
		{"a flag alone, held outside the filter", aliases, flag{}, []cognito.User{
			person("amy", "email=a@example.com"), verified("bob", "a@example.com"), verified("cat", "b@example.com"),
		}, func(c *Config) { c.Filter = `username = "amy"` }, []string{"address-held 1 1 user " + subOf("amy") + " bob"}, 2},
		{"a flag alone, held behind the limit", aliases, flag{}, []cognito.User{
			person("amy", "email=a@example.com"), person("ann", "email=x@example.com"), verified("bob", "a@example.com"),
		}, func(c *Config) { c.Most = 1 }, []string{"address-held 1 1 user " + subOf("amy") + " bob"}, 1},
		{"nobody has it", aliases, flag{}, []cognito.User{
			person("amy", "email=a@example.com"), verified("bob", "b@example.com"),
		}, nil, nil, 1},
		{"no aliases", cognito.Pool{}, flag{}, []cognito.User{
			person("amy", "email=a@example.com"), verified("bob", "a@example.com"),
		}, func(c *Config) { c.Filter = `username = "amy"` }, nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := &users{list: tt.users}
			r, _ := ruled(t, tt.pool, tt.rule, list, tt.change)
			var got []string
			for _, w := range r.Warnings {
				if OfHolders(w) {
					got = append(got, strings.Join([]string{w.Kind, number(w.Count), number(w.Taken), strings.Join(w.Examples, " "), strings.Join(w.Holders, " ")}, " "))
				}
			}
			if !slices.Equal(got, tt.want) || len(list.calls) != tt.calls {
				t.Errorf("%q after %d calls", got, len(list.calls))
			}
		})
	}
}

// TestRuleLimit: a rule ends behind so many users whom it changes.
func TestRuleLimit(t *testing.T) {
	list := &users{list: []cognito.User{
		person("amy", "email=A@example.com"), person("bob", "email=b@example.com"), person("cat", "email=C@example.com"), person("dan", "email=D@example.com"),
	}}
	r, out := ruled(t, cognito.Pool{}, lower{}, list, func(c *Config) { c.Most = 2 })
	if len(out.changes) != 2 || r.Scanned != 3 || r.Matched != 3 || r.Estimates.Updates != 2 {
		t.Errorf("%q, %+v", out.changes, r)
	}
}

// constant is a rule that writes a text to the nickname of those who have a locale, and leaves the others alone once it has read that.
type constant string

func (c constant) Of(u *cognito.User, _ map[string]string) (*sources.Change, error) {
	made := &sources.Change{Expect: []sources.Attribute{attribute("locale", u.Attributes["locale"])}}
	if u.Attributes["locale"] != "" {
		made.Attributes = []sources.Attribute{{Name: "nickname", Value: string(c)}}
	}
	return made, nil
}

func (constant) Writes() []string { return []string{"nickname"} }

// TestRuleLeavesAlone: who is left as it is, once something was read of the user, is counted and not listed.
func TestRuleLeavesAlone(t *testing.T) {
	list := &users{list: []cognito.User{person("amy", "locale=de"), person("bob"), person("cat")}}
	r, out := ruled(t, cognito.Pool{}, constant("x"), list, nil)
	if len(out.changes) != 1 || len(out.rows) != 1 || r.Matched != 3 || r.Users != 1 || r.Verdicts.Unchanged != 2 {
		t.Errorf("%q, %q, %+v", out.changes, out.rows, r)
	}
}

// TestRuleRemedies: what to do about a value names nothing that is for files.
func TestRuleRemedies(t *testing.T) {
	for value, want := range map[string]string{" x": "trim(…) in the rule takes blanks away from the ends of a value",
		"N/A": "nil leaves an attribute alone: have the rule give that where there is no value"} {
		r, _ := ruled(t, cognito.Pool{}, constant(value), &users{list: []cognito.User{person("amy", "locale=de")}}, nil)
		if len(r.Warnings) != 1 || r.Warnings[0].Remedy != want {
			t.Errorf("%q: %+v", value, r.Warnings)
		}
	}
}
