package changeset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attrmigrate/sources"
)

// dataSet is a set of data in a file.
func dataSet(t *testing.T, name, text string) *Set {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Spec{Paths: []string{path}, Decoding: sources.Options{Data: true, UsernameColumn: "Email"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestColumns: the columns of data are those of the header, or the names in all records, and only those that are wanted are read.
func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		name, file, text, noun string
		want                   []string
	}{
		{"a header", "crm.csv", "Plan,Email,\ngold,a@example.com,\n", "row", []string{"Plan", "Email"}},
		{"a header of a long change set", "crm.csv", "Email,attribute,value\n", "row", []string{"Email", "attribute", "value"}},
		{"records", "crm.jsonl", `{"Email":"a@example.com","Plan":null}` + "\n" + `{"x":{},"Email":"b@example.com"}` + "\n[]\n", "record", []string{"Email", "Plan", "x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := dataSet(t, tt.file, tt.text)
			if got, err := s.Columns(t.Context()); err != nil || !slices.Equal(got, tt.want) || s.Noun() != tt.noun {
				t.Errorf("%q, %v, a %s", got, err, s.Noun())
			}
		})
	}
}

func TestWanting(t *testing.T) {
	in, err := dataSet(t, "crm.jsonl", `{"Email":"a@example.com","Plan":"gold","x":{}}`).Wanting([]string{"Plan"}).Read()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	c, err := in.Next(t.Context())
	if err != nil || c.Err != nil || c.Username != "a@example.com" || len(c.Data) != 2 || c.Data["Plan"] != "gold" {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestColumnsWithoutEnd: names that are values are no columns.
func TestColumnsWithoutEnd(t *testing.T) {
	var text strings.Builder
	for i := range maxColumns / 2 {
		fmt.Fprintf(&text, `{"a%d":1,"b%d":1,"Email":"x"}`+"\n", i, i)
	}
	_, err := dataSet(t, "crm.jsonl", text.String()).Columns(t.Context())
	refused, ok := errors.AsType[*sources.FileError](err)
	if !ok || refused.Line != maxColumns/2 || !strings.HasSuffix(refused.Error(), ": its records have more than 10000 names of columns") {
		t.Errorf("%v", err)
	}
}
