package rules

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// drawUser makes a user with values that expressions compare with each other.
func drawUser(t *rapid.T) *Subject {
	s := ann()
	for _, of := range [][]string{ // a name, and values
		{"custom:tier", "", "a", "Ab", " a "}, {"email", "", "a", "b", "Ab"}, {"custom:points", "", "0", "7", "999999999999"},
		{"email_verified", "", "true", "False", "TRUE"}, {"custom:vip", "", "true", "false"},
	} {
		s.Attributes[of[0]] = rapid.SampledFrom(of[1:]).Draw(t, of[0])
	}
	s.Enabled = rapid.Bool().Draw(t, "enabled")
	s.Status = rapid.SampledFrom([]string{"CONFIRMED", "UNCONFIRMED"}).Draw(t, "status")
	return s
}

// Whatever the rule and the user, a second implementation gives the same, and has read the same.
func TestRulesAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		where := draw(t, boolean, 3)
		value := draw(t, rapid.SampledFrom([]kind{text, number, boolean}).Draw(t, "kind"), 3)
		user := drawUser(t)
		p, err := Compile(setting(where.source, "custom:other", value.source), pool())
		if err != nil {
			t.Fatalf("%s\n%s\n%v", where.source, value.source, err)
		}
		got, err := p.Evaluator().Apply(user)

		n := &naive{user: user, reads: map[string]string{}}
		holds, wantErr := where.eval(n)
		var v any
		if wantErr == nil && holds == true {
			v, wantErr = value.eval(n)
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s\n%s\nerror %v, want %v", where.source, value.source, err, wantErr)
		}
		if err != nil {
			return
		}
		want := ""
		if v != nil && v != "" && holds == true {
			want = fmt.Sprintf("custom:other=%v", v)
		}
		if shown(got.Attributes) != want || got.Fits != (holds == true) {
			t.Fatalf("%s\n%s\nfits %v, gives %s; want %v, %s", where.source, value.source, got.Fits, shown(got.Attributes), holds, want)
		}
		reads := map[string]string{}
		for _, a := range got.Reads {
			reads[a.Name] = a.Value
		}
		if got.Fits && !maps.Equal(reads, n.reads) {
			t.Fatalf("%s\n%s\nread %v, want %v", where.source, value.source, reads, n.reads)
		}
	})
}

// What a rule has not read may become what it will: the plan still holds.
func TestReadsAreAllThatMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := []Rule{
			{Where: draw(t, boolean, 2).source, Set: []Assignment{{Name: "custom:tier", Expr: draw(t, text, 2).source}, {Name: "email", Expr: draw(t, text, 2).source}}},
			{Where: draw(t, boolean, 2).source, Set: []Assignment{{Name: "custom:other", Expr: draw(t, text, 2).source}}},
		}
		e := mustProgram(t, rules).Evaluator()
		before, after := drawUser(t), drawUser(t)
		got, err := e.Apply(before)
		if err != nil || !got.Fits {
			return
		}
		for _, a := range got.Reads {
			switch a.Name {
			case "status":
				after.Status = before.Status
			case "enabled":
				after.Enabled = before.Enabled
			default:
				after.Attributes[a.Name] = before.Attributes[a.Name]
			}
		}
		again, err := e.Apply(after)
		if err != nil || shown(again.Attributes) != shown(got.Attributes) || shown(again.Reads) != shown(got.Reads) {
			t.Fatalf("%+v\ngave %s having read %s, and then %s having read %s, %v", rules, shown(got.Attributes), shown(got.Reads), shown(again.Attributes), shown(again.Reads), err)
		}
	})
}

func mustProgram(t *rapid.T, all []Rule) *Program {
	p, err := Compile(all, pool())
	if err != nil {
		t.Fatalf("%+v\n%v", all, err)
	}
	return p
}
