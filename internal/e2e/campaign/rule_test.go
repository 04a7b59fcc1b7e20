//go:build unix

package campaign

import (
	"fmt"
	"slices"
	"strings"
)

// rule is what plan makes changes of: for whom it is, and what it makes of them. Beside its text stands what it means, told
// without the language of rules.
type rule struct {
	where condition
	makes []assignment
}

// condition chooses users. The cell is that of the user's row in the file beside the rule.
type condition struct {
	text  string // "": all
	holds func(user map[string]string, cell string) bool
}

// assignment makes a value, "" to delete it, or leaves the attribute alone.
type assignment struct {
	attribute, flag, text string
	value                 func(user map[string]string, cell string) (value string, said bool)
}

// conditions are those that a rule may have; the last one is of a file.
var conditions = []condition{
	{"", func(map[string]string, string) bool { return true }},
	{`custom.tier == nil`, func(user map[string]string, _ string) bool { return user["custom:tier"] == "" }},
	{`custom.tier != nil and custom.points != nil`, func(user map[string]string, _ string) bool {
		return user["custom:tier"] != "" && user["custom:points"] != ""
	}},
	{`locale != "de"`, func(user map[string]string, _ string) bool { return user["locale"] != "de" }},
	{`row["Note"] != nil`, func(_ map[string]string, cell string) bool { return cell != "" }},
}

// assignments are those that a rule may have; the last one is of a file.
var assignments = []assignment{
	{"custom:mark", "--set", "custom:mark=seen", func(map[string]string, string) (string, bool) { return "seen", true }},
	{"locale", "--set", "locale=fr", func(map[string]string, string) (string, bool) { return "fr", true }},
	{"custom:points", "--unset", "custom:points", func(map[string]string, string) (string, bool) { return "", true }},
	{"custom:note", "--set", "custom:note:=upper(custom.tier)", func(user map[string]string, _ string) (string, bool) {
		return strings.ToUpper(user["custom:tier"]), user["custom:tier"] != ""
	}},
	{"birthdate", "--set", `birthdate:=locale == "de" ? DELETE : "1999-09-09"`, func(user map[string]string, _ string) (string, bool) {
		return map[bool]string{false: "1999-09-09"}[user["locale"] == "de"], true
	}},
	{"custom:tier", "--set", `custom:tier:=row["Note"]`, func(_ map[string]string, cell string) (string, bool) { return cell, cell != "" }},
}

// drawRule draws a rule, the same one for all pools, and the file beside it, by nickname.
func (s *scene) drawRule() {
	s.cells = map[string]string{}
	with := len(assignments)
	if s.source == fromRule {
		with--
	}
	if s.number == 0 {
		s.rule.where = pick(s.dice, conditions[:len(conditions)-len(assignments)+with]...)
		for _, n := range s.Perm(with)[:s.between(1, 4)] {
			s.rule.makes = append(s.rule.makes, assignments[n])
		}
	}
	if s.source == fromRule {
		return
	}
	for _, p := range s.users {
		if s.chance(0.8) {
			s.cells[p.Attributes["nickname"]] = pick(s.dice, "", "note", "a,b;c", "größe")
		}
	}
	for range s.between(0, 2) {
		s.cells[fmt.Sprintf("nick-nobody-%d", s.IntN(1<<30))] = "note"
	}
}

// wanted are the changes that the rule makes, by user.
func (s *scene) wanted() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, p := range s.users {
		cell, listed := s.cells[p.Attributes["nickname"]]
		if s.source == fromBoth && !listed || !s.rule.where.holds(p.Attributes, cell) {
			continue
		}
		set := map[string]string{}
		for _, a := range s.rule.makes {
			if value, said := a.value(p.Attributes, cell); said && value != p.Attributes[a.attribute] {
				set[a.attribute] = value
			}
		}
		if len(set) > 0 {
			all[p.username()] = set
		}
	}
	return all
}

// writeData writes the file beside a rule.
func (s *scene) writeData(w *lines) {
	w.row("Nick", "Note")
	for _, p := range s.users {
		nick := p.Attributes["nickname"]
		if cell, listed := s.cells[nick]; listed {
			w.row(nick, cell)
		}
	}
	var nobody []string
	for nick := range s.cells {
		if strings.HasPrefix(nick, "nick-nobody") {
			nobody = append(nobody, nick)
		}
	}
	slices.Sort(nobody)
	for _, nick := range nobody {
		w.row(nick, s.cells[nick])
	}
}

// planArgs are the words of a plan that make the rule.
func (s *scene) planArgs() (args []string) {
	if s.rule.where.text != "" {
		args = append(args, "--where", s.rule.where.text)
	}
	for _, a := range s.rule.makes {
		args = append(args, a.flag, a.text)
	}
	if s.source == fromBoth {
		args = append(args, "--match", "Nick=nickname")
	}
	return args
}

func (r rule) String() string {
	text := "where " + r.where.text
	for _, a := range r.makes {
		text += ", " + strings.TrimPrefix(a.flag, "--") + " " + a.text
	}
	return text
}
