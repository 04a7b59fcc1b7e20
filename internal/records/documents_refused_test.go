package records

import (
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
		{"a string is left open", good + " {\"username\": \"bob,\n  \"expect\": {}\n}]", 1, "3:15: a quote is left open", "close the quote in this line"},
		{"a string loses its first quote", good + " {\"username\":\n    bob\",\n  \"expect\": {}\n}]", 1, "4:8: a quote is left open", "close the quote"},
		{"a string ends the file", good + "{\"usern", 1, "3:2: a quote is left open", "close the quote"},
		{"a line end behind a backslash", good + "{\"username\": \"b\\\n\"}]", 1, "3:14: a quote is left open", "close the quote"},
		{"an object does not end", good + " {\"username\":\"bob\",\n \"attributes\":{\n \"a\":1}\n", 1, "3:2: what begins here does not end", "the file was cut short"},
		{"an object begins, and that is all", "{\n", 0, "1:1: what begins here does not end", ""},
		{"an object lacks its bracket", good + "{\"username\":\"bob\",\n{\"username\":\"cat\"}\n]\n", 1, "3:1: what begins here does not end: line 5 has a ] where a } belongs", "a bracket or a quote is missing"},
		{"an array in an object lacks its bracket", good + "{\"username\":\"bob\",\n\"Attributes\":[{}}]\n", 1, "3:1: what begins here does not end: line 4 has a } where a ] belongs", ""},
		{"cut short behind a record", good, 1, "3:1: the file ends before its last array or object does", "cut short"},
		{"cut short behind the users", `{"Users":[{"username":"ann"}]`, 1, "1:30: the file ends before its last array or object does", "cut short"},
		{"cut short in front of the users", `{"Users"`, 0, `1:1: "Users" stands where a record belongs`, ""},
		{"cut short in a token", `{"Users":[],"NextToken":"ab`, 0, "1:25: a quote is left open", ""},
		{"cut short in front of a token", `{"Users":[],"NextToken":`, 0, "1:13: what begins here does not end", ""},
		{"an ] too many", good + "]]", 1, "3:2: a ] closes nothing", "one too many"},
		{"a } too many", "{\n\"username\":\"ann\"}}\n{\"username\":\"bob\"}", 1, "2:18: a } closes nothing", ""},
		{"a record that ends too early", "{\n\"username\":\"ann\"},\n\"attributes\":{}}", 1, `3:1: "attributes" stands where a record belongs`, "objects"},
		{"a string", good + `"bob"]`, 1, `3:1: "bob" stands where a record belongs`, "or what list-users prints"},
		{"a long string of anything", good + `"` + strings.Repeat("é", 50) + "\x1b\"", 1, `3:1: "` + strings.Repeat("é", 40) + `" stands where a record belongs`, ""},
		{"a number", good + ` -1.5, 2]`, 1, `3:2: "-1.5" stands where a record belongs`, ""},
		{"null", good + `null]`, 1, `3:1: "null" stands where a record belongs`, ""},
		{"a colon", good + `: 1`, 1, `3:1: ":" stands where a record belongs`, ""},
		{"not UTF-8", good + "\xff\xfe]", 1, `3:1: "\xff\xfe" stands where a record belongs`, ""},
		{"another file behind it, with its mark", "[]\xef\xbb\xbf[]", 0, `1:3: "\ufeff" stands where a record belongs`, ""},
		{"NUL", good + "\x00", 1, `3:1: "\x00" stands where a record belongs`, ""},
		{"another list", `{"Users":[],"Groups":[]}`, 0, `1:13: "Groups" stands where a record belongs`, ""},
		{"a list of names", "[\n\"ann\"]", 0, `2:1: "ann" stands where a record belongs`, ""},
		{"a secret", `["a secret"]`, 0, `1:2: "a <redacted>" stands where a record belongs`, ""},
		{"a record that is too long", good + "{\"username\":\"" + strings.Repeat("x", small) + "\"}]", 1, "3: record is over 192 KiB", "a quote left open"},
		{"a record that is too long, in lines", good + "\n{\n" + strings.Repeat("\"a\":1,\n", small/7) + "\"a\":1}]", 1, "4: record is over 192 KiB", ""},
		{"a token that is too long", `{"NextToken":"` + strings.Repeat("x", small) + `"}`, 0, "1: record is over 192 KiB", ""},
		{"more open brackets than a record may have", good + "{\"a\":" + strings.Repeat("[", small), 1, "3: record is over 192 KiB", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := NewDocuments(start, small, quoted)
			d.Begin(strings.NewReader(tt.text), start)
			got, err := all(d)
			damaged(t, err, tt.want, tt.hint)
			if len(got) != tt.records {
				t.Errorf("%d records before it, want %d", len(got), tt.records)
			}
			if len(tt.text) < small {
				checkDocuments(t, []byte(tt.text))
			}
		})
	}
}
