package schema

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"attrmigrate/sources"
)

func TestCheckColumns(t *testing.T) {
	s := New([]Attribute{{Name: "custom:tier"}, {Name: "custom:points"}})
	for _, tt := range []struct {
		name  string
		cells string // separated by |
		want  string
		words []string
	}{
		{"all known", "email|custom:tier|expect:custom:tier", "", nil},
		{"one alone", "email|Owner", "Owner: the pool has no such attribute", nil},
		{"several", "Account Name|email|Owner, 2nd", "the pool has no attributes for 2 columns: Account Name, Owner, 2nd",
			[]string{"--ignore", `Account Name,Owner\, 2nd`}},
		{"nearly", "E-mail|Teir|Owner", "the pool has no attributes for 3 columns: E-mail (did you mean email?), Teir (did you mean custom:tier?), Owner",
			[]string{"--map", "E-mail=email", "--map", "Teir=custom:tier", "--ignore", "Owner"}},
		{"two for one attribute", "E-mail|emial|Owner", "the pool has no attributes for 3 columns: E-mail (did you mean email?), emial, Owner",
			[]string{"--map", "E-mail=email", "--ignore", "emial,Owner"}},
		{"one whose attribute is there", "email|emial|Owner", "the pool has no attributes for 2 columns: emial, Owner", []string{"--ignore", "emial,Owner"}},
		{"a precondition goes with its column", "custom:teir|expect:custom:teir|Owner|expect:Owner",
			"the pool has no attributes for 4 columns: custom:teir (did you mean custom:tier?), expect:custom:teir (did you mean custom:tier?), Owner, expect:Owner",
			[]string{"--map", "custom:teir=custom:tier", "--ignore", "Owner,expect:Owner"}},
		{"a precondition alone is not left out", "Owner|expect:colour", "the pool has no attributes for 2 columns: Owner, expect:colour", []string{"--ignore", "Owner"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var columns []sources.Column
			for cell := range strings.SplitSeq(tt.cells, "|") {
				name, expect := strings.CutPrefix(cell, "expect:")
				columns = append(columns, sources.Column{Cell: cell, Attribute: name, Expect: expect})
			}
			err := s.CheckColumns(columns)
			if got := text(err); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
			unknown, several := errors.AsType[*UnknownColumnsError](err)
			if several != (tt.words != nil) || several && !slices.Equal(unknown.Words(), tt.words) {
				t.Errorf("%+v, want %q", unknown, tt.words)
			}
		})
	}
	many := s.CheckColumns(slices.Repeat([]sources.Column{{Cell: "x", Attribute: "x"}}, 50))
	if !strings.HasSuffix(text(many), ", x and 10 more") {
		t.Error(many)
	}
	own := s.ForTokens().CheckColumns([]sources.Column{{Cell: "a", Attribute: "a"}, {Cell: "b", Attribute: "b"}, {Cell: "email_verified", Attribute: "email_verified"}})
	if !strings.HasPrefix(text(own), "email_verified: users can't write it") {
		t.Error(own)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
