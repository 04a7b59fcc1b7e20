package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
)

func TestResultJSON(t *testing.T) {
	r, _ := planned(t, cognito.Pool{}, Scan, Options{}, &users{list: []cognito.User{person("amy", "custom:tier=silver")}},
		changes(record("amy", "custom:tier=gold")))
	r.Elapsed = 0
	data, err := json.Marshal(r)
	want := `{"read":"scan","calls":1,"elapsed_seconds":0,"records":1,"failing":0,"users":1,"repeated_users":0,` +
		`"verdicts":{"change":1,"delete":0,"unchanged":0,"missing":0,"invalid":0,"conflict":0,"duplicate":0},` +
		`"attributes":[{"name":"custom:tier","change":1,"delete":0,"unchanged":0,"missing":0,"invalid":0,"conflict":0,"duplicate":0,` +
		`"transitions":[{"before":"silver","after":"gold","count":1}]}],"hazards":[],` +
		`"estimates":{"updates":1,"updates_per_second":20,"seconds":0.05,` +
		`"reads":1,"reads_per_second":80,"read_seconds":0.0125,"change_set_reads":1,"active_users":1,"emails":0,"sms":0}}`
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
	if got := toldOf(&few); got != "a>r 9, a>u 7, a>p 5, a>s 3, a>t 2 and 1 more" {
		t.Errorf("few: %s", got)
	}
	for i := range 1000 {
		many.add("a", strings.Repeat("x", i%90)+"y")
		many.add("silver", "gold")
	}
	if got := toldOf(&many); !strings.HasPrefix(got, "silver>gold 1,000") || !strings.HasSuffix(got, " more") {
		t.Errorf("many: %s", got)
	}
	var distinct transitions
	for i := range 1000 {
		distinct.add("", number(int64(i)))
	}
	if got := toldOf(&distinct); got != ">0 1+, >1 1+, >2 1+ and 997 more" {
		t.Errorf("all distinct: %s", got)
	}
	for i := range 10_000 {
		distinct.add("", number(int64(i)))
	}
	if got := toldOf(&distinct); got != ">0 1+, >1 1+, >2 1+ and 4093+ more" {
		t.Errorf("more than are told apart: %s", got)
	}
	if got := toldOf(&transitions{}); got != "" {
		t.Errorf("none: %s", got)
	}
}

// toldOf writes what is told of transitions: a lower bound with a plus.
func toldOf(t *transitions) string {
	var a AttributeResult
	t.told(&a)
	text := list(a.Transitions)
	if a.More > 0 {
		text += fmt.Sprintf(" and %d%s more", a.More, map[bool]string{true: "+"}[a.MoreAtLeast])
	}
	return text
}

func list(all []Transition) string {
	var parts []string
	for _, x := range all {
		parts = append(parts, x.Before+">"+x.After+" "+number(x.Count)+map[bool]string{true: "+"}[x.AtLeast])
	}
	return strings.Join(parts, ", ")
}
