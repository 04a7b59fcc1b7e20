package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// columnsOf are columns as people write them.
func columnsOf(t *testing.T, texts ...string) (columns []Column) {
	t.Helper()
	for _, text := range texts {
		c, err := ParseColumns(text)
		if err != nil {
			t.Fatal(err)
		}
		columns = append(columns, c...)
	}
	return columns
}

// shownCells are cells in one line: those of other types than text in JSON.
func shownCells(cells []Cell) string {
	var texts []string
	for _, c := range cells {
		text := c.Text
		if c.JSON != "" && c.JSON != c.Text {
			text += " " + c.JSON
		} else if c.JSON != "" {
			text = "#" + text
		}
		if c.Delete {
			text += "<delete>"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "|")
}

func TestSelection(t *testing.T) {
	s, err := CompileSelection(`email_verified`, columnsOf(t, "username,sub,email_verified,created,enabled",
		"who:=lower(email)", "half:=custom.points / 2", "groups", "none:=custom.tier", `domain:=map(split(email, "@"), lower(#))`, "numbers:=[custom.points, 2]",
		`custom.tier:=custom.points > 5 ? "gold" : DELETE`, "custom:points", "_email:=upper(email)", "custom.fixed"), pool())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range s.Columns() {
		names = append(names, c.header())
	}
	if got, want := strings.Join(names, " "), "sub email_verified _created _enabled _who _half _groups _none _domain _numbers custom:tier custom:points _email _custom:fixed"; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	selector := s.Selector()
	for _, row := range []struct {
		name string
		user *Subject
		want string // the cells; empty: not chosen
	}{
		{"chosen", ann("custom:points", "05"), "0a1b|True|2026-01-02T03:04:05Z|#true|ann@example.com|#2.5|admin,beta [\"admin\",\"beta\"]||" +
			"ann,example.com [\"ann\",\"example.com\"]|5,2 [5,2]|<delete>|05|ANN@EXAMPLE.COM|"},
		{"not chosen", ann("email_verified", "false"), ""},
		{"chosen again", ann("email", "", "custom:points", "6"), "0a1b|True|2026-01-02T03:04:05Z|#true||#3|admin,beta [\"admin\",\"beta\"]|||6,2 [6,2]|gold|6||"},
	} {
		t.Run(row.name, func(t *testing.T) {
			chosen, cells, err := selector.Select(row.user)
			if got := shownCells(cells); err != nil || chosen != (row.want != "") || got != row.want {
				t.Errorf("chosen %v, error %v\ngot  %s\nwant %s", chosen, err, got, row.want)
			}
		})
	}
	_, _, err = selector.Select(ann("custom:points", ""))
	if err == nil || err.Error() != "--columns half: custom.points is absent, and / needs a value" {
		t.Errorf("error %v", err)
	}
	bare := ann()
	bare.Created, bare.Groups = time.Time{}, nil
	if s, err = CompileSelection("", columnsOf(t, "created,groups"), pool()); err != nil || !s.ReadsGroups() {
		t.Fatal(err)
	}
	if _, cells, err := s.Selector().Select(bare); err != nil || !slices.Equal(cells, make([]Cell, 2)) {
		t.Errorf("what is not there is %+v, %v", cells, err)
	}
}

// TestColumnMistakes: what is no column is told before anything is read.
func TestColumnMistakes(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"unknown", "emial", "--columns emial: emial is no name, did you mean email?"},
		{"unknown in an expression", "who:=emial", "--columns who: emial is no name, did you mean email?"},
		{"unknown custom", "custom.teir", "--columns custom:teir: the pool has no such attribute, did you mean custom:tier?"},
		{"unknown with a colon", "custom:teir", "--columns custom:teir: the pool has no such attribute, did you mean custom:tier?"},
		{"unknown, computed", "custom:teir:=email", "--columns custom:teir: the pool has no such attribute, did you mean custom:tier?"},
		{"twice", "email,email", "--columns: email is there twice"},
		{"twice in two ways", "custom:tier,custom.tier", "--columns: custom:tier is there twice"},
		{"twice, to be read", "status,_status", "--columns: _status is there twice"},
		{"the sub computed", "sub:=email", "--columns sub: it says who the user is, and cannot be computed"},
		{"the username computed", "username:=email", "--columns username: it says who the user is, and cannot be computed"},
		{"no name", "lower(email)", "--columns lower(email): it is no name, and a column that is computed has one"},
		{"no colon", "who=email", "--columns who=email: it is no name, and a column that is computed has one"},
		{"an empty name", ":=email", "--columns : the column has no name"},
		{"an empty expression", "who:= ", "--columns who: its expression is empty"},
		{"blanks", "who := email", "--columns who: there are blanks beside its name"},
		{"names before one that is computed", "email,who:=sub", "--columns email,who: a column that is computed stands alone"},
		{"a comma at the end", "email,", "--columns email,: a column has no name"},
		{"DELETE of what is no attribute", "who:=enabled ? DELETE : email", "--columns who: DELETE is what --set gives, and says nothing here"},
		{"a time for an attribute", "custom:tier:=created", "--columns custom:tier: a time is no value of an attribute"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			columns, err := ParseColumns(tt.text)
			if err == nil {
				_, err = CompileSelection("", columns, pool())
			}
			if fmt.Sprint(err) != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}
