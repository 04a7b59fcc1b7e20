package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/sources"
)

// tiers is a rule that writes the tier of the row, if it has one; "?" is an error.
type tiers struct{}

func (tiers) Of(u *cognito.User, row map[string]string) (*sources.Change, error) {
	switch tier := row["tier"]; tier {
	case "":
		return nil, nil
	case "?":
		return nil, errors.New("--set custom:tier: no tier")
	default:
		return &sources.Change{Attributes: []sources.Attribute{{Name: "custom:tier", Value: tier}},
			Expect: []sources.Attribute{attribute("locale", u.Attributes["locale"])}}, nil
	}
}

func (tiers) Writes() []string { return []string{"custom:tier"} }

// moves is a rule that writes the address of the row, as verified.
type moves struct{}

func (moves) Of(_ *cognito.User, row map[string]string) (*sources.Change, error) {
	return &sources.Change{Attributes: []sources.Attribute{{Name: "email", Value: row["tier"]}, {Name: "email_verified", Value: "true"}}}, nil
}

func (moves) Writes() []string { return []string{"email", "email_verified"} }

// rows are data: key=tier, or !message for a row that is bad.
func rows(list ...string) *changeSet {
	var all []*sources.Change
	for _, r := range list {
		key, tier, _ := strings.Cut(r, "=")
		c := &sources.Change{Username: key, Data: map[string]string{"tier": tier}}
		if msg, ok := strings.CutPrefix(r, "!"); ok {
			c = &sources.Change{Err: errors.New(msg)}
		}
		all = append(all, c)
	}
	return changes(all...)
}

// matchedBy runs a plan of data.
func matchedBy(t *testing.T, attribute string, pool cognito.Pool, list *users, set *changeSet, change func(*Config)) (*Result, *output) {
	t.Helper()
	return ruled(t, pool, tiers{}, list, func(c *Config) {
		c.Changes, c.Match, c.Read = set, attribute, Auto
		if change != nil {
			change(c)
		}
	})
}

func TestMatch(t *testing.T) {
	three := []cognito.User{
		person("amy", "email=amy@example.com", "custom:tier=silver"),
		person("bob", "email=Bob@example.com", "locale=de"),
		person("cat", "email=cat@example.com"),
	}
	amy := `users.csv:2 amy custom:tier change "silver">"gold" `
	for _, tt := range []struct {
		name, by string
		pool     cognito.Pool
		users    []cognito.User
		rows     []string
		changes  []string
		verdicts []string
	}{
		{"by an address that is no alias", "email", cognito.Pool{CaseSensitive: true}, three, []string{"amy@example.com=gold", "Bob@example.com=gold"},
			[]string{"amy: custom:tier=gold | custom:tier=silver locale= email=amy@example.com", "bob: custom:tier=gold | custom:tier= locale=de email=Bob@example.com"},
			[]string{amy, `users.csv:3 bob custom:tier change "">"gold" `}},
		{"by the username", "username", cognito.Pool{}, three, []string{"AMY=gold"},
			[]string{"amy: custom:tier=gold | custom:tier=silver locale="}, []string{amy}},
		{"by the sub", "sub", cognito.Pool{CaseSensitive: true}, three, []string{strings.ToUpper(subOf("amy")) + "=gold"},
			[]string{"amy: custom:tier=gold | custom:tier=silver locale= sub=" + subOf("amy")}, []string{amy}},
		{"what it has already", "email", cognito.Pool{}, three, []string{"amy@example.com=silver"}, nil, []string{`users.csv:2 amy custom:tier unchanged "silver">"silver" `}},
		{"the rule does not fit", "email", cognito.Pool{}, three, []string{"amy@example.com="}, nil, []string{`users.csv:2 amy  unchanged "">"" the rule does not fit this user`}},
		{"nobody", "email", cognito.Pool{}, three, []string{"dan@example.com=gold"}, nil, []string{`users.csv:2 dan@example.com  missing "">"" no user has this email`}},
		{"other capitals, where they count", "email", cognito.Pool{CaseSensitive: true}, three, []string{"bob@example.com=gold"}, nil,
			[]string{`users.csv:2 bob@example.com  missing "">"" no user has this email: somebody has it with other capitals or blanks`}},
		{"other capitals, where they do not count", "email", cognito.Pool{}, three, []string{"BOB@example.com=gold"},
			[]string{"bob: custom:tier=gold | custom:tier= locale=de email=Bob@example.com"}, []string{`users.csv:2 bob custom:tier change "">"gold" `}},
		{"blanks", "email", cognito.Pool{}, three, []string{"amy@example.com =gold"}, nil,
			[]string{`users.csv:2 amy@example.com   missing "">"" no user has this email: somebody has it without the blanks around it (--trim)`}},
		{"two rows of one user", "email", cognito.Pool{}, three, []string{"amy@example.com=gold", "Bob@example.com=gold", "Amy@example.com=silver", "amy@example.com=bronze"},
			[]string{"bob: custom:tier=gold | custom:tier= locale=de email=Bob@example.com"},
			[]string{`users.csv:2 amy@example.com  invalid "">"" the user of this row is that of users.csv:4, too`,
				`users.csv:4 Amy@example.com  invalid "">"" the user of this row is that of users.csv:2, too`,
				`users.csv:5 amy@example.com  invalid "">"" the user of this row is that of users.csv:2, too`, `users.csv:3 bob custom:tier change "">"gold" `}},
		{"two rows of nobody", "email", cognito.Pool{}, three, []string{"dan@example.com=gold", "dan@example.com=gold"}, nil,
			[]string{`users.csv:2 dan@example.com  missing "">"" no user has this email`, `users.csv:3 dan@example.com  missing "">"" no user has this email`}},
		{"two rows that differ in capitals, where they count", "email", cognito.Pool{CaseSensitive: true}, three, []string{"amy@example.com=gold", "AMY@example.com=bronze"},
			[]string{"amy: custom:tier=gold | custom:tier=silver locale= email=amy@example.com"},
			[]string{amy, `users.csv:3 AMY@example.com  missing "">"" no user has this email: somebody has it with other capitals or blanks`}},
		{"several users", "locale", cognito.Pool{}, []cognito.User{
			person("amy", "locale=de"), person("bob", "locale=fr"), person("cat", "locale=de"), person("dan", "locale=de"), person("eve", "locale=DE"), person("fay", "locale=de"),
		}, []string{"de=gold", "fr=gold", "de=silver", "DE=gold"},
			[]string{"bob: custom:tier=gold | custom:tier= locale=fr", "eve: custom:tier=gold | custom:tier= locale=DE"},
			[]string{`users.csv:2 de  invalid "">"" 4 users have this locale: subs ` + subOf("amy") + ", " + subOf("cat") + ", " + subOf("dan") + ", …",
				`users.csv:4 de  invalid "">"" 4 users have this locale: subs ` + subOf("amy") + ", " + subOf("cat") + ", " + subOf("dan") + ", …",
				`users.csv:3 bob custom:tier change "">"gold" `, `users.csv:5 eve custom:tier change "">"gold" `}},
		{"rows that are bad, and rules that fail", "email", cognito.Pool{}, three, []string{"!the row has 1 cell", "amy@example.com=?", "cat@example.com=a tier that is far too long for the pool"}, nil,
			[]string{`users.csv:2   invalid "">"" the row has 1 cell`, `users.csv:3 amy  invalid "">"" --set custom:tier: no tier`,
				`users.csv:4 cat custom:tier invalid "">"a tier that is far too long for the pool" value is 40 bytes, the pool allows 10`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, mode := range []Mode{Scan, Lookup} {
				if !newMatching(&tt.pool, tt.by).lookups() && mode == Lookup {
					continue
				}
				_, out := matchedBy(t, tt.by, tt.pool, &users{list: tt.users}, rows(tt.rows...), func(c *Config) { c.Read = mode })
				got, want := out.rows, slices.Clone(tt.verdicts)
				if mode == Lookup { // which knows nobody whom a filter does not find
					for i, w := range want {
						want[i], _, _ = strings.Cut(w, ": somebody")
						if i < len(got) {
							got[i], _, _ = strings.Cut(got[i], ": somebody")
						}
					}
					slices.Sort(want)
					slices.Sort(got)
				}
				if !slices.Equal(out.changes, tt.changes) || !slices.Equal(got, want) {
					t.Errorf("%s: changes:\n%s\nrows:\n%s", mode, strings.Join(out.changes, "\n"), strings.Join(got, "\n"))
				}
			}
		})
	}
}

// TestMatchPhones: a number in national spelling finds the user who has it as it is written.
func TestMatchPhones(t *testing.T) {
	for _, mode := range []Mode{Scan, Lookup} {
		list := &users{list: []cognito.User{person("amy", "phone_number=+4915123456789")}}
		_, out := matchedBy(t, "phone_number", cognito.Pool{CaseSensitive: true}, list, rows("0151 23456789=gold", "0151 0=gold"), func(c *Config) {
			c.Read, c.Pool.Schema = mode, c.Pool.Schema.WithPhoneRegion("DE")
		})
		want := []string{`users.csv:2 amy custom:tier change "">"gold" `, `users.csv:3 0151 0  missing "">"" no user has this phone_number`}
		if !slices.Equal(out.rows, want) {
			t.Errorf("%s: %q", mode, out.rows)
		}
	}
}

// TestMatchCounts: what is counted of rows is what is counted of records.
func TestMatchCounts(t *testing.T) {
	list := &users{list: []cognito.User{person("amy", "email=a@example.com"), person("bob", "email=b@example.com"), person("cat", "email=c@example.com")}}
	set := rows("a@example.com=gold", "b@example.com=", "x@example.com=gold", "c@example.com=?", "!bad")
	r, _ := matchedBy(t, "email", cognito.Pool{CaseSensitive: true}, list, set, nil)
	if r.Records != 5 || r.Scanned != 3 || r.Matched != 2 || r.Users != 1 || r.Failing != 3 || r.Verdicts.Change != 1 || r.Verdicts.Unchanged != 1 ||
		r.Verdicts.Missing != 1 || r.Verdicts.Invalid != 2 || r.Estimates.Updates != 1 {
		t.Errorf("%+v", r)
	}
	want := []string{"users.csv:4: no user has this email", "users.csv:5: --set custom:tier: no tier", "users.csv:6: bad"}
	if !slices.Equal(r.Examples, want) {
		t.Errorf("%q", r.Examples)
	}
}

// TestMatchReads: users are looked up one by one where that is as good and takes fewer calls.
func TestMatchReads(t *testing.T) {
	var pool []cognito.User
	for i := range 400 {
		pool = append(pool, person(fmt.Sprintf("u%d", i), fmt.Sprintf("email=%d@example.com", i), fmt.Sprintf("nickname=%d", i)))
	}
	for _, tt := range []struct {
		name, by string
		pool     cognito.Pool
		rows     []string
		mode     Mode
		calls    int
	}{
		{"a filter finds them", "email", cognito.Pool{CaseSensitive: true}, []string{"1@example.com=gold", "2@example.com=gold"}, Lookup, 2},
		{"a scan takes fewer calls", "email", cognito.Pool{CaseSensitive: true}, []string{"1@example.com=a", "2@example.com=a", "3@example.com=a", "4@example.com=a",
			"5@example.com=a", "6@example.com=a", "7@example.com=a", "8@example.com=a"}, Scan, 7},
		{"capitals do not count, which no filter knows", "email", cognito.Pool{}, []string{"1@example.com=gold"}, Scan, 7},
		{"there is no filter", "nickname", cognito.Pool{CaseSensitive: true}, []string{"1=gold"}, Scan, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := &users{list: pool}
			r, out := matchedBy(t, tt.by, tt.pool, list, rows(tt.rows...), nil)
			if r.Read != tt.mode || len(list.calls) != tt.calls || len(out.changes) != len(tt.rows) {
				t.Errorf("%s, %d calls, %q", r.Read, len(list.calls), out.changes)
			}
		})
	}
}

// TestMatchClaims: who signs in by an address that a row gives is found, and two rows that give one.
func TestMatchClaims(t *testing.T) {
	pool := cognito.Pool{AliasAttributes: []string{"email"}}
	for _, tt := range []struct {
		name string
		rows []string
		want string
	}{
		{"another has it", []string{"amy=bob@example.com"}, "address-held 1 users.csv:2"},
		{"two rows give it", []string{"amy=new@example.com", "bob=new@example.com"}, "address-shared 2 users.csv:2 users.csv:3"},
		{"another gives it up", []string{"amy=bob@example.com", "bob=new@example.com"}, "address-passed 1 users.csv:2"},
		{"nobody has it", []string{"amy=new@example.com"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, mode := range []Mode{Scan, Lookup} {
				list := &users{list: []cognito.User{person("amy", "email=amy@example.com", "email_verified=true"), person("bob", "email=bob@example.com", "email_verified=true")}}
				r, _ := ruled(t, pool, moves{}, list, func(c *Config) { c.Changes, c.Match, c.Read = rows(tt.rows...), "username", mode })
				got := ""
				for _, w := range r.Warnings {
					if OfHolders(w) {
						got = strings.Join(append([]string{w.Kind, number(w.Count)}, w.Examples...), " ")
					}
				}
				if got != tt.want {
					t.Errorf("%s: %q", mode, got)
				}
			}
		})
	}
}

// TestMatchAmongChosen: who was not chosen is not looked up either, however few the rows are.
func TestMatchAmongChosen(t *testing.T) {
	var pool []cognito.User
	for i := range 400 {
		pool = append(pool, person(fmt.Sprintf("u%d", i), fmt.Sprintf("email=%d@example.com", i)))
	}
	_, out := matchedBy(t, "email", cognito.Pool{CaseSensitive: true}, &users{list: pool}, rows("1@example.com=gold", "2@example.com=gold"), func(c *Config) {
		c.Filter = `username = "u1"`
	})
	want := []string{"u1: custom:tier=gold | custom:tier= locale= email=1@example.com"}
	if !slices.Equal(out.changes, want) || !strings.Contains(strings.Join(out.rows, " "), "no user that was chosen has this email") {
		t.Errorf("%q, %q", out.changes, out.rows)
	}
}

// TestMatchClaimsOfCrowd: who holds an address gives it up by a row only if no other has the value of that row.
func TestMatchClaimsOfCrowd(t *testing.T) {
	list := []cognito.User{person("amy", "name=de"), person("bob", "email=bob@example.com", "email_verified=true", "name=fr"), person("cat", "name=fr")}
	for _, mode := range []Mode{Scan, Lookup} {
		r, out := ruled(t, cognito.Pool{AliasAttributes: []string{"email"}}, moves{}, &users{list: list}, func(c *Config) {
			c.Changes, c.Match, c.Read = rows("de=bob@example.com", "fr=new@example.com"), "name", mode
		})
		if r.Losses() != 1 || len(out.steps) > 0 {
			t.Errorf("%s: %d addresses are taken, steps %q", mode, r.Losses(), out.steps)
		}
	}
}

// TestMatchClaimsInAnyCase: where capitals do not count, a filter would not find who has the address with others, and the pool is read.
func TestMatchClaimsInAnyCase(t *testing.T) {
	pool := []cognito.User{person("bob", "email=Bob@Example.com", "email_verified=true", "name=Bob")}
	for i := range 400 {
		pool = append(pool, person(fmt.Sprintf("u%d", i), fmt.Sprintf("name=%d", i)))
	}
	r, _ := ruled(t, cognito.Pool{AliasAttributes: []string{"email"}}, moves{}, &users{list: pool}, func(c *Config) {
		c.Changes, c.Match, c.Read = rows("1=bob@example.com"), "name", Auto
	})
	if r.Read != Scan || r.Losses() != 1 {
		t.Errorf("%s: %d addresses are taken", r.Read, r.Losses())
	}
}
