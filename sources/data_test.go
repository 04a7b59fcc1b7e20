package sources

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// showData writes a record of data on one line.
func showData(c *Change) string {
	if c.Err != nil {
		return show(c)
	}
	parts := []string{fmt.Sprintf("%d: %s", c.Line, c.Username)}
	for _, column := range slices.Sorted(maps.Keys(c.Data)) {
		parts = append(parts, fmt.Sprintf("%s=%q", column, c.Data[column]))
	}
	if len(c.Attributes)+len(c.Expect)+len(c.ClientMetadata) > 0 {
		parts = append(parts, "and attributes")
	}
	return strings.Join(parts, " ")
}

// checkData reads data and compares its records, read in order and each by itself.
func checkData(t *testing.T, name, text string, opts Options, want ...string) {
	t.Helper()
	opts.Data = true
	f, err := Open([]string{write(t, name, text)}, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	changes, err := rest(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, showData(c))
		if f.inputs[0].packing == 0 && !f.inputs[0].wide {
			if again, err := f.At(c.Begin); err != nil || showData(again) != showData(c) {
				t.Errorf("at %v: %v, %v", c.Begin, again, err)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestData(t *testing.T) {
	email := Options{UsernameColumn: "Email"}
	for _, tt := range []struct {
		name, file, text string
		opts             Options
		want             []string
	}{
		{"a row has its cells by their columns", "crm.csv", "Email,Plan Name,Mobile\na@example.com,Gold,\n", email,
			[]string{`2: a@example.com Email="a@example.com" Mobile="" Plan Name="Gold"`}},
		{"columns that mean something in a change set mean nothing, and tokens are not read", "crm.csv", "Email,username,sub,expect:locale,metadata:x,_id,Enabled,access_token\na@example.com,u,s,e,m,i,E,t\n", email,
			[]string{`2: a@example.com Email="a@example.com" Enabled="E" _id="i" expect:locale="e" metadata:x="m" sub="s" username="u"`}},
		{"a long change set is data like any", "crm.csv", "username,attribute,value\na,b,c\na,d,<delete>\n", Options{UsernameColumn: "username"},
			[]string{`2: a attribute="b" username="a" value="c"`, `3: a attribute="d" username="a" value="<delete>"`}},
		{"columns without a name can't be asked for", "crm.csv", ",Email,,Plan\n0,a@example.com,x,Gold\n", email,
			[]string{`2: a@example.com Email="a@example.com" Plan="Gold"`}},
		{"only what is wanted", "crm.csv", "Email,Plan,Notes\na@example.com,Gold,\xff\n", Options{UsernameColumn: "Email", Columns: []string{"Plan"}},
			[]string{`2: a@example.com Email="a@example.com" Plan="Gold"`}},
		{"semicolons, which the column tells from commas in names", "crm.csv", "Name, first;Name, last, all;Email\nA;B;a@example.com\n", email,
			[]string{`2: a@example.com Email="a@example.com" Name, first="A" Name, last, all="B"`}},
		{"cells that spreadsheets take for text", "crm.csv", "Email,Mobile\na@example.com,\"=\"\"+15550100\"\"\"\n", email,
			[]string{`2: a@example.com Email="a@example.com" Mobile="+15550100"`}},
		{"UTF-16", "crm.csv", wideText(t, unicode.LittleEndian, "Email\tPlan\na@example.com\tGold\n"), email, []string{`2: a@example.com Email="a@example.com" Plan="Gold"`}},
		{"blanks, and words for no value", "crm.csv", "Email,Plan,Mobile\n a@example.com , Gold,NULL\n", Options{UsernameColumn: "Email", Trim: true, EmptyValues: []string{"NULL"}},
			[]string{`2: a@example.com Email="a@example.com" Mobile="" Plan="Gold"`}},
		{"rows that are bad", "crm.csv", "Email,Plan\n,Gold\na@example.com\nb@example.com,\xff\nc@example.com,Gold\n", email, []string{
			`2: MissingUsername! Email: the cell is empty, so the row names no user`,
			`3: MalformedRow! the row has 1 cell, the header has 2`, `4: InvalidText! Plan: not UTF-8`, `5: c@example.com Email="c@example.com" Plan="Gold"`}},

		{"an object", "crm.jsonl", `{"Email":"a@example.com","n":7,"b":true,"none":null,"_id":"x","attributes":"A"}` + "\n", email,
			[]string{`1: a@example.com Email="a@example.com" _id="x" attributes="A" b="true" n="7" none=""`}},
		{"an array of objects", "crm.json", `[{"Email":"a@example.com"},` + "\n" + `{"Email":"b@example.com"}]`, email,
			[]string{`1: a@example.com Email="a@example.com"`, `2: b@example.com Email="b@example.com"`}},
		{"an undo file is data like any", "crm.jsonl", `{"Email":"a","_undo":1}` + "\n" + `{"Email":"b","_undo":2}` + "\n", email,
			[]string{`1: a Email="a" _undo="1"`, `2: b Email="b" _undo="2"`}},
		{"an object in an object", "crm.jsonl", `{"x":{"y":1},"Email":"a","z":[]}` + "\n" + `{"z":[1],"Email":"b"}` + "\n", email,
			[]string{`1: InvalidValue! x: an object is no single value`, `2: InvalidValue! z: an array is no single value`}},
		{"an object with an access token", "crm.jsonl", `{"Email":"a","access_token":"t","AccessToken":{"t":1}}`, email, []string{`1: a AccessToken="" Email="a" access_token=""`}},
		{"an object that nobody wants", "crm.jsonl", `{"x":{"y":1},"Email":"a","z":1}`, Options{UsernameColumn: "Email", Columns: []string{"z", "w"}}, []string{`1: a Email="a" z="1"`}},
		{"objects that are bad", "crm.jsonl", "{\"Plan\":\"x\"}\n{\"Email\":null}\n[]\n{\"Email\":\"a\",\"Email\":\"b\"}\n{\"Email\":\"a\"} x\n", email, []string{
			`1: MissingUsername! Email: there is no value, so the record names no user`, `2: MissingUsername! Email: there is no value, so the record names no user`,
			`3: MalformedRecord! column 1: the line is no JSON object`, `4: DuplicateAttribute! Email: the name stands twice in one object`,
			`5: MalformedRecord! column 15: there is more behind the object`}},
	} {
		t.Run(tt.name, func(t *testing.T) { checkData(t, tt.file, tt.text, tt.opts, tt.want...) })
	}
}

// TestDataRefused: what can't be data is refused when it is opened.
func TestDataRefused(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		opts             Options
		want, hint       string
	}{
		{"the column is not there", "crm.csv", "E-Mail,Plan\n", Options{UsernameColumn: "Email"}, `:1: Options.UsernameColumn: there is no column "Email"`, `did you mean "E-Mail"?`},
		{"case counts", "crm.csv", "email,Plan\n", Options{UsernameColumn: "Email"}, `:1: Options.UsernameColumn: there is no column "Email"`, `did you mean "email"?`},
		{"two columns of one name", "crm.csv", "Email,Plan,Plan\n", Options{UsernameColumn: "Email"}, `:1: columns 2 and 3 are both named "Plan"`, "remove or rename"},
		{"no column is said", "crm.csv", "Email\n", Options{}, `: Options.UsernameColumn is missing`, "by which users are found"},
		{"columns are renamed", "crm.csv", "Email\n", Options{UsernameColumn: "Email", Rename: map[string]string{"Email": "email"}}, `: Options.Rename is for change sets, and this is data`, "leave it out"},
		{"columns are left out", "crm.csv", "Email\n", Options{UsernameColumn: "Email", Ignore: []string{"x"}}, `: Options.Ignore is for change sets, and this is data`, ""},
		{"empty cells delete", "crm.csv", "Email\n", Options{UsernameColumn: "Email", Empty: DeleteEmpty}, `: Options.Empty is for change sets, and this is data`, ""},
		{"users are named by tokens", "crm.csv", "access_token\n", Options{UsernameColumn: "access_token"}, ": Options.UsernameColumn names access tokens: no user is found by one", "name the column of an attribute"},
		{"tokens are asked for", "crm.jsonl", `{"Email":"a","AccessToken":"t"}`, Options{UsernameColumn: "Email", Columns: []string{"Email", "AccessToken"}},
			`: column "AccessToken" has access tokens, which are not read`, "read another column"},
		{"separated by what is no separator", "crm.csv", "Email|Plan\n", Options{UsernameColumn: "Email"}, ":1: the columns are not separated by commas", "export"},
		{"records in a member", "crm.json", `{"rows":[{"Email":"a","Plan":"b"}]}`, Options{UsernameColumn: "Email"}, `:1: has its records in "rows", and not one a line`, `jq -c '.rows[]' `},
		{"DynamoDB", "crm.jsonl", `{"Item":{"Email":{"S":"a"}}}`, Options{UsernameColumn: "Email"}, `:1: is JSON as DynamoDB writes it, and not one flat object a record`,
			`jq -c '.Item | map_values(to_entries[0] | if .key == "NULL" then null else .value end)' `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.opts.Data = true
			path := write(t, tt.file, tt.text)
			_, err := Open([]string{path}, tt.opts)
			refused(t, err, path, tt.want, tt.hint)
		})
	}
}

// TestDataColumns: a CSV says its columns before it is read, and JSONL in each record, also one that is in error.
func TestDataColumns(t *testing.T) {
	f, err := Open([]string{write(t, "crm.csv", "\"=\"\"Email\"\"\", Plan ,,\n")}, Options{Data: true, UsernameColumn: "Email"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.DataColumns(); !slices.Equal(got, []string{"Email", "Plan"}) {
		t.Errorf("%q", got)
	}
	j, err := Open([]string{write(t, "crm.jsonl", `{"Email":"a","x":{},"Plan":null}`)}, Options{Data: true, UsernameColumn: "Email"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	c, err := j.Next(context.Background())
	if got := slices.Sorted(maps.Keys(c.Data)); err != nil || c.Err == nil || !slices.Equal(got, []string{"Email", "Plan", "x"}) || j.DataColumns() != nil {
		t.Errorf("%q, %v", got, err)
	}
}
