package sources

import (
	"fmt"
	"strings"
	"testing"
)

// TestDocumentsRefused has some of what package records refuses, as people see it.
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
		{"an object lacks its bracket", good + "{\"username\":\"bob\",\n{\"username\":\"cat\"}\n]\n", 1, ":3:1: what begins here does not end: line 5 has a ] where a } belongs", "a bracket or a quote is missing"},
		{"cut short behind the users", `{"Users":[{"username":"ann"}]`, 1, ":1:30: the file ends before its last array or object does", "cut short"},
		{"an access token", `["eyJhbGciOiJub25lIn0.e30."]`, 0, `:1:2: "<redacted>" stands where a record belongs`, ""},
		{"behind a byte-order mark", "\xef\xbb\xbf[x", 0, `:1:2: "x" stands where a record belongs`, ""},
		{"a record that is too long", good + "{\"username\":\"" + strings.Repeat("x", smallRecord) + "\"}]", 1, ":3: record is over 192 KiB", "a quote left open"},
		{"more open brackets than a record may have", good + "{\"a\":" + strings.Repeat("[", smallRecord), 1, ":3: record is over 192 KiB", ""},
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
