package sources

import (
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTextCells(t *testing.T) {
	const header = "username,a,expect:b\n"
	tests := []struct {
		name string
		text string
		opts Options
		want []string
	}{
		{"a value", header + "ann,\"=\"\"+15550100\"\"\",\n", Options{}, []string{`2: ann a="+15550100"`}},
		{"without quotes around the cell", header + "ann,x,y\n=\"007\",1,\n", Options{},
			[]string{`2: ann a="x" expect:b="y"`, "3: MalformedRow! column 2: a quote in the middle of a cell"}},
		{"a precondition", header + "ann,,\"=\"\"007\"\"\"\n", Options{}, []string{`2: ann expect:b="007"`}},
		{"a username", header + "\"=\"\"007\"\"\",1,\n", Options{}, []string{`2: 007 a="1"`}},
		{"quotes and line ends in it", header + "ann,\"=\"\"a \"\"\"\"b\"\"\"\"\nc\"\"\",\n", Options{}, []string{`2: ann a="a \"b\"\nc"`}},
		{"the header", "\"=\"\"username\"\"\",\"=\"\"custom:mar1\"\"\"\nann,1\n", Options{}, []string{`2: ann custom:mar1="1"`}},
		{"never deletes", header + "ann,\"=\"\"<delete>\"\"\",\"=\"\"<delete>\"\"\"\n", Options{}, []string{`2: ann a="<delete>" expect:b="<delete>"`}},
		{"nor does another marker", header + "ann,\"=\"\"-\"\"\",-\n", Options{DeleteMarker: "-"}, []string{`2: ann a="-" expect:b=-`}},
		{"wrapped twice", header + "ann,\"=\"\"=\"\"\"\"<delete>\"\"\"\"\"\"\",\n", Options{}, []string{`2: ann a="<delete>"`}},
		{"empty, kept", header + "ann,\"=\"\"\"\"\",\"=\"\"\"\"\"\n", Options{}, []string{"2: ann"}},
		{"empty, deletes", header + "ann,\"=\"\"\"\"\",\n", Options{Empty: DeleteEmpty}, []string{"2: ann a=-"}},
		{"empty, refused", header + "ann,\"=\"\"\"\"\",\n", Options{Empty: RefuseEmpty}, []string{"2: EmptyValue! a: the cell is empty"}},
		{"no user", header + "\"=\"\"\"\"\",1,\n", Options{}, []string{"2: MissingUsername! username: the cell is empty, so the row names no user"}},
		{"other formulas are text as they stand", header + "ann,=1+1,\n\"bo\",\"=\"\"a\"\"&\"\"b\"\"\",\"=\"\"a\"\n", Options{},
			[]string{`2: ann a="=1+1"`, `3: bo a="=\"a\"&\"b\"" expect:b="=\"a"`}},
		{"a blank in front of it", header + "ann,\" =\"\"a\"\"\",\n", Options{}, []string{`2: ann a=" =\"a\""`}},
		{"long", "username,attribute,value\n\"=\"\"007\"\"\",\"=\"\"custom:mar1\"\"\",\"=\"\"1e5\"\"\"\n007,b,\"=\"\"<delete>\"\"\"\n", Options{},
			[]string{`2: 007 custom:mar1="1e5" b="<delete>"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, "users.csv", tt.text, tt.opts, tt.want...) })
	}
}

// The cells of a row are given back as they stood, for the reports.
func TestTextCellsAreGivenBack(t *testing.T) {
	const cell = `="007"`
	changes, err := read(t, Options{}, write(t, "users.csv", "username,a\n\"=\"\"007\"\"\",\"=\"\"007\"\"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if cells := changes[0].Rows[0].Cells; cells[0] != cell || cells[1] != cell {
		t.Errorf("cells: %q", cells)
	}
}

// Any text that is no wrapped cell itself comes back from a cell, wrapped once or twice.
func TestTextCellProperty(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("=\"\"\",x\n é")))
	rapid.Check(t, func(t *rapid.T) {
		want := text.Draw(t, "text")
		if _, wrapped := textOf(want); wrapped {
			t.Skip("reads as a wrapped cell")
		}
		for _, cell := range []string{want, TextCell(want), TextCell(TextCell(want))} {
			if got, wrapped := textOf(throughCSV(t, cell)); got != want || wrapped == (cell == want) {
				t.Fatalf("%q is read as %q (wrapped: %t)", cell, got, wrapped)
			}
		}
	})
}

func throughCSV(t *rapid.T, cell string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.Write([]string{"x", cell}); err != nil {
		t.Fatalf("%v", err)
	}
	w.Flush()
	row, err := csv.NewReader(strings.NewReader(b.String())).Read()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return row[1]
}
