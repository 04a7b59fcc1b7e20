package sources

import (
	"fmt"
	"strings"
	"testing"
)

func TestDocumentsRefused(t *testing.T) {
	const good = "[\n {\"username\":\"ann\"},\n"
	tests := []struct {
		name    string
		text    string
		records int
		want    string
		hint    string
	}{
		{"a string is left open", good + " {\"username\": \"bob,\n  \"expect\": {}\n}]", 1, ":3:15: a quote is left open", "close the quote in this line"},
		{"a string loses its first quote", good + " {\"username\":\n    bob\",\n  \"expect\": {}\n}]", 1, ":4:8: a quote is left open", "close the quote"},
		{"a string ends the file", good + "{\"usern", 1, ":3:2: a quote is left open", "close the quote"},
		{"a line end behind a backslash", good + "{\"username\": \"b\\\n\"}]", 1, ":3:14: a quote is left open", "close the quote"},
		{"an object does not end", good + " {\"username\":\"bob\",\n \"attributes\":{\n \"a\":1}\n", 1, ":3:2: what begins here does not end", "the file was cut short"},
		{"an object begins, and that is all", "{\n", 0, ":1:1: what begins here does not end", ""},
		{"an object lacks its bracket", good + "{\"username\":\"bob\",\n{\"username\":\"cat\"}\n]\n", 1, ":3:1: what begins here does not end: line 5 has a ] where a } belongs", "a bracket or a quote is missing"},
		{"an array in an object lacks its bracket", good + "{\"username\":\"bob\",\n\"Attributes\":[{}}]\n", 1, ":3:1: what begins here does not end: line 4 has a } where a ] belongs", ""},
		{"cut short behind a record", good, 1, ":3:1: the file ends before its last array or object does", "cut short"},
		{"cut short behind the users", `{"Users":[{"username":"ann"}]`, 1, ":1:30: the file ends before its last array or object does", "cut short"},
		{"cut short in front of the users", `{"Users"`, 0, `:1:1: "Users" stands where a record belongs`, ""},
		{"cut short in a token", `{"Users":[],"NextToken":"ab`, 0, ":1:25: a quote is left open", ""},
		{"cut short in front of a token", `{"Users":[],"NextToken":`, 0, ":1:13: what begins here does not end", ""},
		{"an ] too many", good + "]]", 1, ":3:2: a ] closes nothing", "one too many"},
		{"a } too many", "{\n\"username\":\"ann\"}}\n{\"username\":\"bob\"}", 1, ":2:18: a } closes nothing", ""},
		{"a record that ends too early", "{\n\"username\":\"ann\"},\n\"attributes\":{}}", 1, `:3:1: "attributes" stands where a record belongs`, "objects"},
		{"a string", good + `"bob"]`, 1, `:3:1: "bob" stands where a record belongs`, "or what list-users prints"},
		{"a long string of anything", good + `"` + strings.Repeat("é", 50) + "\x1b\"", 1, `:3:1: "` + strings.Repeat("é", 40) + `" stands where a record belongs`, ""},
		{"a number", good + ` -1.5, 2]`, 1, `:3:2: "-1.5" stands where a record belongs`, ""},
		{"null", good + `null]`, 1, `:3:1: "null" stands where a record belongs`, ""},
		{"a colon", good + `: 1`, 1, `:3:1: ":" stands where a record belongs`, ""},
		{"not UTF-8", good + "\xff\xfe]", 1, `:3:1: "\xff\xfe" stands where a record belongs`, ""},
		{"another file behind it, with its mark", "[]\xef\xbb\xbf[]", 0, `:1:3: "\ufeff" stands where a record belongs`, ""},
		{"NUL", good + "\x00", 1, `:3:1: "\x00" stands where a record belongs`, ""},
		{"another list", `{"Users":[],"Groups":[]}`, 0, `:1:13: "Groups" stands where a record belongs`, ""},
		{"a list of names", "[\n\"ann\"]", 0, `:2:1: "ann" stands where a record belongs`, ""},
		{"an access token", `["eyJhbGciOiJub25lIn0.e30."]`, 0, `:1:2: "<redacted>" stands where a record belongs`, ""},
		{"behind a byte-order mark", "\xef\xbb\xbf[x", 0, `:1:2: "x" stands where a record belongs`, ""},
		{"a record that is too long", good + "{\"username\":\"" + strings.Repeat("x", smallRecord) + "\"}]", 1, ":3: record is over 4 MiB", "a quote left open"},
		{"a record that is too long, in lines", good + "\n{\n" + strings.Repeat("\"a\":1,\n", smallRecord/7) + "\"a\":1}]", 1, ":4: record is over 4 MiB", ""},
		{"a token that is too long", `{"NextToken":"` + strings.Repeat("x", smallRecord) + `"}`, 0, ":1: record is over 4 MiB", ""},
		{"more open brackets than a record may have", good + "{\"a\":" + strings.Repeat("[", smallRecord), 1, ":3: record is over 4 MiB", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "users.json", tt.text)
			changes, err := read(t, Options{maxRecord: smallRecord}, path)
			refused(t, err, path, tt.want, tt.hint)
			if len(changes) != tt.records {
				t.Errorf("%d records before it, want %d", len(changes), tt.records)
			}
			if len(tt.text) < smallRecord { // reading it again and again takes its time
				checkStream(t, []string{path}, []string{tt.text}, Options{})
			}
		})
	}
	t.Run("packed data that is cut short", func(t *testing.T) {
		packed := packText(t, ".gz", "[\n"+usersText(1000))
		path := write(t, "users.json.gz", packed[:len(packed)-4])
		changes, err := read(t, Options{}, path)
		refused(t, err, path, ":2: gzip data is damaged or cut short: unexpected EOF", "again")
		if len(changes) == 0 {
			t.Error("no record before it")
		}
	})
}

func TestDocumentsOfAnySize(t *testing.T) {
	const ann = `{"username":"ann"}`
	tests := []struct {
		name, text string
		want       string
	}{
		{"a record as large as may be", "[\n{\"username\":\"ann\",\"_\":\"" + strings.Repeat("x", smallRecord-25) + "\"}]", "2: ann"},
		{"blanks are no record", "[\n" + strings.Repeat("\r\n", smallRecord) + ann + "]", fmt.Sprintf("%d: ann", smallRecord+2)},
		{"an array larger than a record may be, on one line", "[" + strings.Repeat(ann+",", smallRecord/18) + "{}]", strings.Repeat("1: ann\n", smallRecord/18) + "1: MissingUsername! the record names no user"},
		{"deep nesting", `[{"username":"ann","_x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}]`, "1: ann"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, "users.json", tt.text, Options{maxRecord: smallRecord}, tt.want) })
	}
}

func TestUndoFileInDocuments(t *testing.T) {
	for name, text := range map[string]string{
		"over several lines": "{\n \"_undo\": 1,\n \"username\": \"ann\"\n}\n",
		"an array":           `[{"_undo":1,"username":"ann"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "undo.json", text)
			_, err := Open([]string{path}, Options{})
			refused(t, err, path, ": is an undo file that has not one record a line, and an undo file is read from its end", "jq -c . FILE")
		})
	}
}

func TestResumeOfChangedDocuments(t *testing.T) {
	path := write(t, "users.json", "[\n{\"username\":\"ann\"}\n]")
	tests := []struct {
		name   string
		offset int64
		want   string
	}{
		{"in a record", 10, ": no record ends at byte 10, where the run stopped"},
		{"behind the end", 40, ": ends before byte 40, where the run stopped"},
		{"at the end", 22, ": no record ends at byte 22, where the run stopped"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Open([]string{path}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			refused(t, f.Resume(Position{Offset: tt.offset, Line: 2}), path, tt.want, "put that back")
		})
	}
}
