package audit

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/refusal"
	"attrmigrate/sources"
)

// longPreflight passes over the rows of a long CSV.
func longPreflight(t *testing.T, rows string, caseSensitive bool) (*Preflight, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("username,attribute,value\n"+rows), 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := sources.Open([]string{path}, sources.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s := NewPreflight(Terms{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema(), CaseSensitive: caseSensitive}, Rate: 20, ReadRate: 80, Long: &Long{Sort: "sort a.csv"}})
	for {
		c, err := in.Next(t.Context())
		if err == io.EOF {
			return s, s.Finish(in)
		}
		if err != nil {
			t.Fatal(err)
		}
		c.File = "a.csv"
		_ = s.Add(c)
	}
}

func TestRowsApart(t *testing.T) {
	const (
		torn = "one part would be sent without the precondition, client metadata or verified flag of the other"
		bad  = "one part is bad, and may hold a precondition of the other"
	)
	for _, tt := range []struct {
		name, rows    string
		caseSensitive bool
		told, refused string
	}{
		{"together", "amy,locale,fr\namy,email,a@example.com\nbob,locale,de\n", false, "", ""},
		{"apart", "amy,locale,fr\nbob,locale,de\namy,nickname,x\nbob,nickname,x\n", false,
			"the rows of 2 users are apart from each other: each part is a record of its own [a.csv:4 a.csv:5]", ""},
		{"in three parts", "amy,locale,fr\nbob,locale,de\namy,nickname,x\ncat,locale,de\namy,name,x\n", false,
			"the rows of 1 user are apart from each other: each part is a record of its own [a.csv:4]", ""},
		{"a precondition apart", "amy,locale,fr\nbob,locale,de\namy,expect:locale,de\n", false, "", "a.csv:4: the rows of this user are apart from those at a.csv:2: " + torn},
		{"a precondition apart, first", "amy,expect:locale,fr\nbob,locale,de\namy,locale,de\n", false, "", "a.csv:4: the rows of this user are apart from those at a.csv:2: " + torn},
		{"a precondition that only one part has", "amy,locale,fr\namy,expect:locale,de\nbob,locale,de\namy,nickname,x\n", false, "", "a.csv:5: the rows of this user are apart from those at a.csv:2: " + torn},
		{"of two users", "amy,locale,fr\nbob,locale,de\nbob,expect:locale,fr\namy,expect:locale,de\nbob,nickname,x\n", false, "",
			"a.csv:5: the rows of this user are apart from those at a.csv:2: " + torn + " (so it is with 2 users)"},
		{"both with the same precondition", "amy,expect:locale,fr\namy,locale,de\nbob,locale,de\namy,expect:locale,de\namy,locale,it\n", false,
			"the rows of 1 user are apart from each other: each part is a record of its own [a.csv:5]", ""},
		{"a sub apart", "amy,locale,fr\nbob,locale,de\namy,sub,1-2\n", false, "", "a.csv:4: the rows of this user are apart from those at a.csv:2: " + torn},
		{"metadata apart", "amy,locale,fr\nbob,locale,de\namy,metadata:k,v\n", false, "", "a.csv:4: the rows of this user are apart from those at a.csv:2: " + torn},
		{"a flag apart from its address", "amy,email,a@example.com\nbob,locale,de\namy,email_verified,true\n", false, "", "a.csv:4: the rows of this user are apart from those at a.csv:2: " + torn},
		{"an address apart from its flag", "amy,phone_number_verified,true\nbob,locale,de\namy,phone_number,+15555550101\n", false, "", "a.csv:4: the rows of this user are apart from those at a.csv:2: " + torn},
		{"a flag of another address", "amy,email,a@example.com\namy,email_verified,true\nbob,locale,de\namy,phone_number_verified,true\n", false,
			"the rows of 1 user are apart from each other: each part is a record of its own [a.csv:5]", ""},
		{"a bad row apart", "amy,locale,fr\nbob,locale,de\namy,expect:locale,de,x\n", false, "", "a.csv:4: the rows of this user are apart from those at a.csv:2: " + bad},
		{"another case, of one user", "amy,locale,fr\nAMY,expect:locale,de\n", false, "", "a.csv:3: this is the user of a.csv:2, whose name is written otherwise there: " + torn},
		{"another case, and apart", "Amy,locale,fr\nbob,locale,de\namy,expect:locale,de\n", false, "", "a.csv:4: this is the user of a.csv:2, whose name is written otherwise there: " + torn},
		{"another case, without a condition", "amy,locale,fr\nAMY,nickname,x\nbob,locale,de\namy,name,x\n", false,
			"the rows of 1 user are apart from each other, or write its name otherwise: each part is a record of its own [a.csv:3]", ""},
		{"another case, of two users", "amy,locale,fr\nAmy,expect:locale,de\n", true, "", ""},
		{"rows that name nobody", ",locale,fr\n,expect:locale,de\n", false, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := longPreflight(t, tt.rows, tt.caseSensitive)
			if err != nil || tt.refused != "" {
				hint := "sort the rows by their users: sort a.csv"
				if strings.Contains(tt.refused, "written otherwise") { // no sorting would bring them together
					hint = oneSpelling
				}
				if err == nil || err.Error() != tt.refused || err.(*sources.FileError).Hint() != hint {
					t.Errorf("%v, want %s", err, tt.refused)
				}
				return
			}
			got := ""
			for _, w := range s.Warnings() {
				if w.Kind == partsApart {
					got = fmt.Sprint(w.Text, " ", w.Examples)
				}
			}
			if got != tt.told {
				t.Errorf("%s, want %s", got, tt.told)
			}
		})
	}
}

// TestSortCommand: there is none for a file of which sort would tear a cell.
func TestSortCommand(t *testing.T) {
	for _, tt := range []struct {
		name, rows, want string
	}{
		{"usual", "amy,locale,fr\nbob,locale,de\namy,expect:locale,de\n", "sort the rows by their users: sort a.csv"},
		{"a line end in a value", "amy,locale,fr\nbob,address,\"x\r\ny\"\namy,expect:locale,de\n", "sort the rows by their users"},
		{"a line end in a bad row", "amy,locale,fr\nbob,address,\"x\ny\",z\namy,expect:locale,de\n", "sort the rows by their users"},
		{"a line end in a row that names nobody", "amy,locale,fr\n,address,\"x\ny\"\nbob,locale,de\namy,expect:locale,de\n", "sort the rows by their users"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := longPreflight(t, tt.rows, false)
			if e, ok := errors.AsType[*sources.FileError](err); !ok || e.Hint() != tt.want {
				t.Errorf("%v, hint %q, want %q", err, refusal.HintOf(err), tt.want)
			}
		})
	}
}

// TestRowsApartInPlan: a plan refuses and tells the same.
func TestRowsApartInPlan(t *testing.T) {
	plan := func(records ...*sources.Change) (*Result, error) {
		return Plan(t.Context(), Config{Pool: &cognito.Pool{ID: poolID, Schema: exampleSchema()}, Changes: changes(records...), Writer: new(output),
			Reader: reading(&users{list: []cognito.User{person("amy"), person("bob")}}), Long: new(Long)})
	}
	r, err := plan(record("amy", "locale=fr"), record("bob", "locale=fr"), record("amy", "nickname=x"))
	if err != nil || len(r.Warnings) != 1 || r.Warnings[0].Kind != partsApart {
		t.Errorf("%+v, %v", r, err)
	}
	condition := record("amy")
	condition.Expect = []sources.Attribute{{Name: "locale", Value: "de"}}
	if r, err = plan(record("amy", "locale=fr"), record("bob", "locale=fr"), condition); err == nil || !strings.Contains(err.Error(), "are apart from those at") {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestRowsApartOfMany finds the users of many rows, in any order, whose rows are apart.
func TestRowsApartOfMany(t *testing.T) {
	const users, rows = 500, 1000
	r := rand.New(rand.NewPCG(1, 2))
	order := make([]int, rows)
	for i := range order {
		order[i] = i % users
	}
	r.Shuffle(rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
	var text strings.Builder
	for i, user := range order {
		fmt.Fprintf(&text, "user-%d,%s,x\n", user, []string{"nickname", "name"}[i%2])
	}
	together := len(order) - len(slices.Compact(slices.Clone(order)))
	s, err := longPreflight(t, text.String(), false)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.Warnings()[0]; w.Kind != partsApart || w.Count != int64(users-together) {
		t.Errorf("%+v, want %d users", w, users-together)
	}
}
