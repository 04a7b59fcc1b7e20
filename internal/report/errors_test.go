package report

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// serviceError tells of itself what an error of the service does.
type serviceError struct{ class, code, id, text string }

func (e serviceError) Error() string     { return e.text }
func (e serviceError) Class() string     { return e.class }
func (e serviceError) Code() string      { return e.code }
func (e serviceError) RequestID() string { return e.id }
func (e serviceError) Hint() string      { return "take another" }

func TestFinding(t *testing.T) {
	alias := serviceError{"record", "AliasExistsException", "r-1", "the alias is taken"}
	tests := []struct {
		name                     string
		err                      error
		class, code, id, message string
	}{
		{"an error that tells nothing", errors.New("odd"), "unknown", "", "", "odd"},
		{"an error of the service", alias, "record", "AliasExistsException", "r-1", "the alias is taken (hint: take another)"},
		{"a wrapped one", fmt.Errorf("twice: %w", alias), "record", "AliasExistsException", "r-1", "twice: the alias is taken (hint: take another)"},
		{"an empty class", serviceError{text: "x"}, "unknown", "", "", "x (hint: take another)"},
		{"its own place goes", errors.New("users.csv:7: custom:tier: too long"), "unknown", "", "", "custom:tier: too long"},
		{"another place stays", errors.New("users.csv:8: x"), "unknown", "", "", "users.csv:8: x"},
		{"several lines", errors.New("a\nb\r\n\tc"), "unknown", "", "", "a b   c"},
		{"not UTF-8, and a NUL", errors.New("a\xffb\x00c"), "unknown", "", "", "a\ufffdb\ufffdc"},
		{"no error", nil, "unknown", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			change := &sources.Change{File: "users.csv", Line: 7, Username: "u"}
			got := newFinding(pipeline.Result{Change: change, Err: tt.err, Attempts: 3, At: at})
			want := finding{"users.csv", 7, tt.class, tt.code, tt.message, 3, tt.id, "2026-03-01T12:00:00Z", ""}
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestLegibleCutsLongTexts(t *testing.T) {
	for _, text := range []string{strings.Repeat("é", MaxText), "x" + strings.Repeat("é", MaxText), strings.Repeat("\x80", 2*MaxText)} {
		got := legible(text)
		if !utf8.ValidString(got) || !strings.HasSuffix(got, "…") || len(got) > MaxText+len("…") {
			t.Errorf("%d bytes become %d, ending in %q", len(text), len(got), got[len(got)-8:])
		}
	}
}

func TestErrorsCSV(t *testing.T) {
	wide := []string{"username", "email"}
	again := []string{"username", "email", "_file", "_line", "_class", "_code", "_message", "_attempts", "_request_id", "_at", "_raw"}
	row := func(line int, cells ...string) sources.Row { return sources.Row{Line: line, Cells: cells} }
	tests := []struct {
		name   string
		header []string
		raw    bool
		change sources.Change
		want   [][]string // the input's cells, _line, and _raw if there is one
	}{
		{"a row", wide, false, sources.Change{Line: 2, Rows: []sources.Row{row(2, "ann", "a@example.com")}},
			[][]string{{"ann", "a@example.com", "2"}}},
		{"a row, with _raw", wide, true, sources.Change{Line: 2, Rows: []sources.Row{row(2, "ann", "a@example.com")}},
			[][]string{{"ann", "a@example.com", "2", ""}}},
		{"a record of several rows", wide, false, sources.Change{Line: 2, Rows: []sources.Row{row(2, "ann", "1"), row(3, "ann", "2")}},
			[][]string{{"ann", "1", "2"}, {"ann", "2", "3"}}},
		{"awkward cells", wide, false, sources.Change{Line: 2, Rows: []sources.Row{row(2, "a\"b,c\nd", "=x\x00\xff\\. ")}},
			[][]string{{"a\"b,c\nd", "=\"=x\x00\xff\\. \"", "2"}}},
		{"a row that could not be decoded", wide, true, sources.Change{Line: 2, Text: []byte("ann,\"x\"y\r\n")},
			[][]string{{"", "", "2", "ann,\"x\"y"}}},
		{"its text, not UTF-8", wide, true, sources.Change{Line: 2, Text: []byte("a\xff\x00")},
			[][]string{{"", "", "2", "a\ufffd\ufffd"}}},
		{"its text without a place for it", wide, false, sources.Change{Line: 2, Text: []byte("ann,x,y")},
			[][]string{{"", "", "2"}}},
		{"too many cells, no text", wide, true, sources.Change{Line: 2, Rows: []sources.Row{row(2, "ann", "x", "y,z")}},
			[][]string{{"", "", "2", "ann,x,\"y,z\""}}},
		{"too few cells, and the text", wide, true, sources.Change{Line: 2, Text: []byte("ann"), Rows: []sources.Row{row(2, "ann")}},
			[][]string{{"", "", "2", "ann"}}},
		{"from an errors.csv", again, false, sources.Change{Line: 2, Rows: []sources.Row{
			row(2, "ann", "a@example.com", "users.csv", "9", "record", "X", "old", "8", "r-9", "2025-01-01T00:00:00Z", "")}},
			[][]string{{"ann", "a@example.com", "2", ""}}},
		{"from an errors.csv, not mended", again, false, sources.Change{Line: 2, Rows: []sources.Row{
			row(2, "", "", "users.csv", "9", "input", "X", "old", "0", "", "2025-01-01T00:00:00Z", "ann,x,y")}},
			[][]string{{"", "", "2", "ann,x,y"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			f := must(t, Config{Dir: dir, Header: tt.header, Raw: tt.raw})
			defer f.Close()
			tt.change.File = "in.csv"
			if err := f.Write(pipeline.Result{Change: &tt.change, Err: errors.New("new"), Attempts: 1, At: at}); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Sync(); err != nil {
				t.Fatal(err)
			}
			rows := rowsOf(t, read(t, dir, ErrorsCSV), ',')
			header := []string{"_line", "_message", "username", "email", "_file", "_class", "_code", "_attempts", "_request_id", "_at", "_raw"}
			if !slices.Equal(rows[0], header[:len(rows[0])]) {
				t.Errorf("header: %v", rows[0])
			}
			var got [][]string
			for _, cells := range rows[1:] {
				if mine := slices.Concat(cells[1:2], cells[4:10]); !slices.Equal(mine, []string{"new", "in.csv", "unknown", "", "1", "", "2026-03-01T12:00:00Z"}) {
					t.Errorf("report: %v", mine)
				}
				got = append(got, slices.Concat(cells[2:4], cells[:1], cells[10:]))
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// A row that spoils its record says why, and the others which one it is.
func TestErrorsOfLongRecord(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in.csv")
	text := "username,attribute,value\nann,custom:tier,gold\nann,expect:custom:tier,silver, please\nann,,x\n"
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	changes, cfg := decode(t, in)
	dir := t.TempDir()
	cfg.Dir = dir
	f := must(t, cfg)
	if err := errors.Join(f.Write(pipeline.Result{Change: changes[0], At: at}), f.Close()); err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(t, read(t, dir, ErrorsCSV), ',')
	if len(rows) != 4 {
		t.Fatal(rows)
	}
	var got []string
	for _, row := range rows[1:] {
		cell := func(name string) string { return row[slices.Index(rows[0], name)] }
		got = append(got, strings.Join([]string{cell("_line"), cell("_code"), cell("_message"), cell("_raw")}, "|"))
	}
	want := []string{
		"2|MalformedRow|line 3 spoils this record, whose rows are sent together: the row has 4 cells, the header has 3|",
		"3|MalformedRow|the row has 4 cells, the header has 3 (hint: put a cell that contains a comma into quotes)|ann,expect:custom:tier,silver, please",
		"4|MissingAttribute|attribute: the cell is empty|",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// rowsOf reads an errors.csv, which begins with a byte-order mark.
func rowsOf(t *testing.T, text string, separator rune) [][]string {
	t.Helper()
	text, ok := strings.CutPrefix(text, "\ufeff")
	if !ok {
		t.Errorf("no byte-order mark: %q", text)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestErrorsSurviveASpreadsheet: what a spreadsheet would change is wrapped, and means the same when it is read again.
func TestErrorsSurviveASpreadsheet(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"empty", "", ""},
		{"a word", "gold", "gold"},
		{"a name", "René", "René"},
		{"leading zeros", "01234", `="01234"`},
		{"a phone number", "+15550100", `="+15550100"`},
		{"a date", "2026-03-01", `="2026-03-01"`},
		{"a truth value", "TRUE", `="TRUE"`},
		{"a formula", "=1+1", `="=1+1"`},
		{"blanks", " gold", `=" gold"`},
		{"what deletes", "-", "-"},
		{"what is wrapped", `="01234"`, `="01234"`},
		{"what is wrapped so as not to delete", `="-"`, `="=""-"""`},
		{"another marker", "<delete>", "<delete>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			f := must(t, Config{Dir: dir, Header: []string{"username", "custom:2026-03"}, DeleteMarker: "-", Separator: ';'})
			change := sources.Change{File: "in.csv", Line: 2, Rows: []sources.Row{{Line: 2, Cells: []string{"ann", tt.cell}}}}
			if err := errors.Join(f.Write(pipeline.Result{Change: &change, Err: errors.New("a; b"), At: at}), f.Close()); err != nil {
				t.Fatal(err)
			}
			rows := rowsOf(t, read(t, dir, ErrorsCSV), ';')
			if got := rows[1][3]; got != tt.want || rows[1][1] != "a; b" || rows[0][3] != `="custom:2026-03"` {
				t.Errorf("got %q of %q", got, rows)
			}
			path := filepath.Join(dir, ErrorsCSV)
			meaning := func(path string) string {
				in, err := sources.Open([]string{path}, sources.Options{DeleteMarker: "-"})
				if err != nil {
					t.Fatal(err)
				}
				defer in.Close()
				c, err := in.Next(t.Context())
				return fmt.Sprint(c.Username, c.Attributes, c.Err, err)
			}
			plain := filepath.Join(dir, "in.csv")
			cell := `"` + strings.ReplaceAll(tt.cell, `"`, `""`) + `"`
			if err := os.WriteFile(plain, []byte("username;custom:2026-03\nann;"+cell+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, want := meaning(path), meaning(plain); got != want {
				t.Errorf("errors.csv means %s, the input %s", got, want)
			}
		})
	}
}

func TestErrorsJSONL(t *testing.T) {
	const report = `"_error":{"file":"in.jsonl","line":2,"class":"unknown","code":"","message":"new","attempts":1,"request_id":"","at":"2026-03-01T12:00:00Z"}}` + "\n"
	tests := []struct {
		name string
		text string
		want string // before the report
	}{
		{"an object", `{"username":"ann","attributes":{"email":"a@example.com"}}`, `{"username":"ann","attributes":{"email":"a@example.com"},`},
		{"no members", ` { } `, `{`},
		{"its bytes", `{"z" : 1.50e0, "a":"\u00e9<\/>", "a":[ 1 ,2]}`, `{"z" : 1.50e0,"a":"\u00e9<\/>","a":[ 1 ,2],`},
		{"a report is replaced", `{"a":1,"_error":{"file":"x"},"b":2}`, `{"a":1,"b":2,`},
		{"an undo entry has no number any more", `{"_undo":7,"a":1,"_und\u006f":8}`, `{"a":1,`},
		{"a report alone", `{"_error":null}`, `{`},
		{"a report spelt otherwise", `{"\u005ferror":1,"b":2}`, `{"b":2,`},
		{"a report further in stays", `{"a":{"_error":1}}`, `{"a":{"_error":1},`},
		{"a member larger than a buffer", `{"a":"` + strings.Repeat("x", 9000) + `","b":1}`, `{"a":"` + strings.Repeat("x", 9000) + `","b":1,`},
		{"several lines", "{\n \"a\": 1,\r\n \"b\": [\n2]}\n", `{"a":1,"b":[2],`},
		{"a user over several lines, reported before", "{\n    \"Username\": \"ann lee\",\r\n    \"Attributes\": [\n        {\n            \"Name\": \"name\",\n            \"Value\": \"{ \\\"a\\\\\"\n        }\n    ],\n    \"_error\": {\n        \"line\": 9\n    }\n}",
			`{"Username":"ann lee","Attributes":[{"Name":"name","Value":"{ \"a\\"}],`},
		{"nothing", ``, `{"_raw":"",`},
		{"no JSON", `ann,"x"` + "\r\n", `{"_raw":"ann,\"x\"",`},
		{"several lines of no JSON", "a\n\tb", `{"_raw":"a\n\tb",`},
		{"no object", `[{"a":1}]`, `{"_raw":"[{\"a\":1}]",`},
		{"two objects", `{"a":1}{"b":2}`, `{"_raw":"{\"a\":1}{\"b\":2}",`},
		{"cut short", `{"a":1,"b":`, `{"_raw":"{\"a\":1,\"b\":",`},
		{"not UTF-8", "{\"a\":\"\xff\"}", `{"_raw":"{\"a\":\"` + "\ufffd" + `\"}",`},
		{"a NUL", "\x00", `{"_raw":"` + "\ufffd" + `",`},
		{"from an errors.jsonl, not mended", `{"_raw":"a","_error":{"line":9}}`, `{"_raw":"a",`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := errorLine(t, t.TempDir(), tt.text); got != tt.want+report {
				t.Errorf("got  %s\nwant %s", got, tt.want+report)
			}
		})
	}
}

// errorLine is the line of errors.jsonl for an input line.
func errorLine(t *testing.T, dir, text string) string {
	f := must(t, Config{Dir: dir})
	defer f.Close()
	change := &sources.Change{File: "in.jsonl", Line: 2, Text: []byte(text)}
	if err := f.Write(pipeline.Result{Change: change, Err: errors.New("new"), Attempts: 1, At: at}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	return read(t, dir, ErrorsJSONL)
}

// Whatever a line holds, its report is one line of JSON, and reporting it again changes nothing.
func FuzzErrorsJSONL(f *testing.F) {
	for _, text := range []string{`{"a":1}`, `{"_error":1,"b":[{}]}`, "{\"a\":\"\xff\"}", "{\n\"a\":1}", "x", ""} {
		f.Add([]byte(text))
	}
	finding := []byte(`{}}`)
	f.Fuzz(func(t *testing.T, text []byte) {
		line, ok := appendMembers([]byte("{"), text)
		if !ok {
			return
		}
		line = append(line, finding...)
		if !json.Valid(line) || strings.ContainsAny(string(line), "\r\n") {
			t.Fatalf("%q becomes %q", text, line)
		}
		again, ok := appendMembers([]byte("{"), line)
		if again = append(again, finding...); !ok || string(again) != string(line) {
			t.Fatalf("%q becomes %q, then %q", text, line, again)
		}
	})
}
