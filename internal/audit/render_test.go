package audit

import (
	"encoding/json"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
)

func TestRender(t *testing.T) {
	off := person("cat", "custom:tier=silver")
	off.Enabled = false
	list := &users{list: []cognito.User{person("amy", "custom:tier=silver"), person("bob", "custom:tier=\x1b[31m"), off,
		person("dan", "email=dan@example.com", "email_verified=true")}}
	r, _ := planned(t, cognito.Pool{AutoVerified: []string{"email"}}, Scan, Options{}, list, changes(
		record("amy", "custom:tier=gold"), record("bob", "custom:tier=gold"), record("cat", "custom:tier=gold"), record("cat", "nickname="),
		record("dan", "email=d@example.com", "custom:tier="), record("eve", "locale=fr")))
	r.Elapsed = 2.25
	var b strings.Builder
	if err := r.Render(&b, 80); err != nil {
		t.Fatal(err)
	}
	want := `this was a dry run: nothing was written

read     6 records, for 4 users of the pool (scan: 1 call of ListUsers, 2.2s,
         free of charge)
found    4 change · 2 unchanged · 1 missing user
         1 user is named more than once: the net change stands

attribute        change      delete   unchanged       other
custom:tier           3           0           1           0
  silver > gold                    2
  \x1b[31m > gold                  1
email                 1           0           0           0
locale                0           0           0           1
nickname              0           0           1           0

watch    1 new e-mail address without email_verified: Cognito resets it, and
         these users can't recover a password by it until they verify
         users.csv:6
         hint: if you have verified these addresses yourself, --verified keep
watch    1 e-mail to users, with a code
         users.csv:6
         hint: send email_verified true with addresses that you have verified
         (--verified keep where it was true)
watch    1 disabled user among those to change
         users.csv:4
         hint: take the records out if these accounts are to stay as they are
costs    4 updates, 0.2s at 20/s; up to 4 users newly counted as active this
         month; 1 e-mail
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestRenderNothingToDo(t *testing.T) {
	r, _ := planned(t, cognito.Pool{}, None, Options{}, nil, changes())
	var b strings.Builder
	if err := r.Render(&b, 0); err != nil {
		t.Fatal(err)
	}
	want := "this was a dry run: nothing was written\n\n" +
		"read     0 records, held against the schema only: no user was read\nfound    nothing to change\ncosts    no updates\n"
	if b.String() != want || !r.Clean() {
		t.Errorf("got\n%s", b.String())
	}
}

func TestResultJSON(t *testing.T) {
	r, _ := planned(t, cognito.Pool{}, Scan, Options{}, &users{list: []cognito.User{person("amy", "custom:tier=silver")}},
		changes(record("amy", "custom:tier=gold")))
	r.Elapsed = 0
	data, err := json.Marshal(r)
	want := `{"read":"scan","calls":1,"elapsed_seconds":0,"records":1,"failing":0,"users":1,"repeated_users":0,` +
		`"verdicts":{"change":1,"delete":0,"unchanged":0,"missing":0,"invalid":0,"conflict":0,"duplicate":0},` +
		`"attributes":[{"name":"custom:tier","change":1,"delete":0,"unchanged":0,"missing":0,"invalid":0,"conflict":0,"duplicate":0,` +
		`"transitions":[{"before":"silver","after":"gold","count":1}]}],"hazards":[],` +
		`"estimates":{"updates":1,"updates_per_second":20,"seconds":0.05,"active_users":1,"emails":0,"sms":0}}`
	if err != nil || string(data) != want {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestTransitions(t *testing.T) {
	var few, many transitions
	for i, n := range []int{5, 1, 9, 3, 2, 7} {
		for range n {
			few.add("a", string(rune('p'+i)))
		}
	}
	if got := list(few.commonest()); got != "a>r 9, a>u 7, a>p 5, a>s 3, a>t 2" {
		t.Errorf("few: %s", got)
	}
	for i := range 1000 {
		many.add("a", strings.Repeat("x", i%90)+"y")
		many.add("silver", "gold")
	}
	if got := list(many.commonest()); !strings.HasPrefix(got, "silver>gold 1,000") {
		t.Errorf("many: %s", got)
	}
	var distinct transitions
	for i := range 1000 {
		distinct.add("", number(int64(i)))
	}
	if got := list(distinct.commonest()); got != "" {
		t.Errorf("all distinct: %s", got)
	}
}

func list(all []Transition) string {
	var parts []string
	for _, x := range all {
		parts = append(parts, x.Before+">"+x.After+" "+number(x.Count))
	}
	return strings.Join(parts, ", ")
}

func TestNumbersForPeople(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"small", number(999), "999"}, {"thousands", number(1000), "1,000"}, {"millions", number(-1234567), "-1,234,567"},
		{"tenths", span(2.26), "2.3s"}, {"seconds", span(40), "40s"}, {"minutes", span(2400), "40m"},
		{"minutes and seconds", span(940), "15m40s"}, {"hours", span(7200), "2h"}, {"hours and minutes", span(39960), "11h6m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("%s, want %s", tt.got, tt.want)
			}
		})
	}
}
