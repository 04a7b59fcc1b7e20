package rules

import (
	"slices"
	"testing"

	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// TestRow: an empty cell is nil, as an attribute without a value is; a program knows which columns it reads.
func TestRow(t *testing.T) {
	scope := Scope{Schema: schema.Standard(), Columns: []string{"Email", "First Name", "Plan", "Notes"}}
	p, err := Compile([]Rule{
		{Where: `row["Plan"] != nil`, Set: []Assignment{{Name: "name", Expr: `upper(row["First Name"])`}, {Name: "nickname", Expr: `row["Plan"]`}}},
		{Where: `row["Email"] == "x"`, Set: []Assignment{{Name: "nickname", Delete: true}}},
	}, scope)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Columns(); !slices.Equal(got, []string{"Email", "First Name", "Plan"}) {
		t.Errorf("columns %q", got)
	}
	for _, tt := range []struct {
		name string
		row  map[string]string
		fits bool
		want []sources.Attribute
	}{
		{"all cells", map[string]string{"Plan": "gold", "First Name": "Ann"}, true, []sources.Attribute{{Name: "name", Value: "ANN"}, {Name: "nickname", Value: "gold"}}},
		{"an empty cell", map[string]string{"Plan": "gold", "First Name": ""}, true, []sources.Attribute{{Name: "nickname", Value: "gold"}}},
		{"an empty cell in the condition", map[string]string{"Plan": "", "First Name": "Ann"}, false, nil},
		{"a member that is not there", map[string]string{}, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := p.Evaluator().Apply(&Subject{Username: "ann", Row: tt.row, Attributes: map[string]string{"sub": "1"}})
			if err != nil || r.Fits != tt.fits || !slices.Equal(r.Attributes, tt.want) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}
