package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// showPlace writes where a record stands: from line:byte to line:byte.
func showPlace(c *Change) string {
	return fmt.Sprintf("%d:%d-%d:%d", c.Begin.Line, c.Begin.Offset, c.After.Line, c.After.Offset)
}

func TestDocuments(t *testing.T) {
	const ann, bob = `{"username":"ann"}`, `{"username":"bob"}`
	tests := []struct {
		name string
		text string
		want []string // place and record
	}{
		{"one request", "{\n  \"Username\": \"ann\",\n  \"UserAttributes\": [\n    {\"Name\": \"a\", \"Value\": \"1\"}\n  ]\n}\n", []string{`1:0-6:82 1: ann a="1"`}},
		{"several requests", "{\n\"username\":\"ann\"}\n{\n\"username\":\"bob\"}", []string{"1:0-2:19 1: ann", "3:20-4:39 3: bob"}},
		{"requests without a line end between them", "{\n\"username\":\"ann\"}{\"username\":\"bob\"}", []string{"1:0-2:19 1: ann", "2:19-2:37 2: bob"}},
		{"one a line behind one on several", "{\n\"username\":\"ann\"}\n" + bob + "\n", []string{"1:0-2:19 1: ann", "3:20-3:38 3: bob"}},
		{"an array", "[\n  " + ann + ",\n  " + bob + "\n]\n", []string{"2:4-2:22 2: ann", "3:26-3:44 3: bob"}},
		{"an array on one line", "[" + ann + "," + bob + "]", []string{"1:1-1:19 1: ann", "1:20-1:38 1: bob"}},
		{"arrays in arrays, and commas as one likes", "[[" + ann + ",,],[]," + bob + "]\n[]", []string{"1:2-1:20 1: ann", "1:27-1:45 1: bob"}},
		{"an empty array", "[]\n", nil},
		{"no users", `{"Users": []}`, nil},
		{"list-users", "{\n  \"Users\": [\n" + ann + "\n  ]\n}\n", []string{"3:15-3:33 3: ann"}},
		{"list-users on one line", `{"Users":[` + ann + "," + bob + `],"NextToken":"x"}`, []string{"1:10-1:28 1: ann", "1:29-1:47 1: bob"}},
		{"list-users with blanks wherever they may be", " \t{ \"Users\"\n:\n[ " + ann + " ] , \"NextToken\" : null }", []string{"3:16-3:34 3: ann"}},
		{"the token first", `{"PaginationToken": "x]}", "Users": [` + ann + "]}", []string{"1:37-1:55 1: ann"}},
		{"what the SDK for Python returns", `{"Users":[` + ann + `],"ResponseMetadata":{"HTTPHeaders":{"a":"}"},"RetryAttempts":0}}`, []string{"1:10-1:28 1: ann"}},
		{"pages one behind the other", `{"Users":[` + ann + `],"NextToken":"x"}{"Users":[]}` + "\n" + `{"Users":[` + bob + "]}", []string{"1:10-1:28 1: ann", "2:69-2:87 2: bob"}},
		{"pages in an array", `[{"Users":[` + ann + `]},{"Users":[` + bob + "]}]", []string{"1:11-1:29 1: ann", "1:42-1:60 1: bob"}},
		{"a page that was reported", `{"Users":[` + ann + `],"_error":{"line":1,"x":[true]}}`, []string{"1:10-1:28 1: ann"}},
		{"users of all kinds of values", "{\"Users\":[{\"Username\":\"ann\",\"UserCreateDate\":1.5e3,\"Enabled\":true,\"MFAOptions\":null}]}", []string{"1:10-1:84 1: ann"}},
		{"byte-order mark and CRLF", "\xef\xbb\xbf\r\n[\r\n{\r\n\"username\":\"ann\"\r\n}\r\n]\r\n", []string{"3:8-5:30 3: ann"}},
		{"byte-order mark and no blanks", "\xef\xbb\xbf[" + ann + "]", []string{"1:4-1:22 1: ann"}},
		{"brackets and quotes in strings", `[{"username":"a]}\"{[","attributes":{"b\\":"}"}}]`, []string{`1:1-1:48 1: a]}"{[ b\="}"`}},
		{"escapes and what is not ASCII", "[{\"username\":\"\\u00e9\",\"attributes\":{\"é😀\":\"\\\\\\n\\ud83d\\ude00\"}}]", []string{`1:1-1:65 1: é é😀="\\\n😀"`}},
		{"an object of nothing", "[{}]", []string{"1:1-1:3 1: MissingUsername! the record names no user"}},
		{"a bad record among good ones", "[\n" + ann + ",\n {\"username\": ann},\n" + bob + "]",
			[]string{"2:2-2:20 2: ann", "3:23-3:40 3: MalformedRecord! column 14: invalid character 'a' at start of value", "4:42-4:60 4: bob"}},
		{"a record that is bad further down", "{\n  \"username\": \"ann\",\n  \"atributes\": {}\n}", []string{`1:0-4:42 1: UnknownKey! unknown key "atributes" (line 3)`}},
		{"a value that is bad further down", "[\n{\n\"username\": \"ann\",\n\"attributes\": {\n\"a\": [\n]}}]", []string{"2:2-6:49 2: InvalidValue! a: an object or array cannot be a value (line 6)"}},
		{"what only the whole record shows", "{\n\"expect\": {}\n}", []string{"1:0-3:16 1: MissingUsername! the record names no user"}},
		{"Users further in a record", `[{"username":"ann","Users":[` + bob + `]}]`, []string{`1:1-1:48 1: UnknownKey! unknown key "Users"`}},
		{"an _undo that is not the first's", "[" + ann + `,{"_undo":1,"username":"bob"}]`, []string{"1:1-1:19 1: ann", "1:20-1:48 1: bob"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "users.json", tt.text)
			changes, err := read(t, Options{}, path)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range changes {
				got = append(got, showPlace(c)+" "+show(c))
				if want := tt.text[c.Begin.Offset:c.After.Offset]; string(c.Text) != want {
					t.Errorf("text %q, want %q", c.Text, want)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			checkStream(t, []string{path}, []string{tt.text}, Options{})
		})
	}
}

func TestLineOfAFault(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no JSON", "{\n \"username\":\n\n ann\n}", "invalid character 'a' at start of value (line 4)"},
		{"a name twice", "{\n \"username\":\"ann\",\n \"username\":\"ann\"}", "the name stands twice in one object (line 3)"},
		{"a stray key in an attribute", "[\n{\"username\":\"ann\",\n\"Attributes\":[{\"Name\":\n\"a\",\n\"value\":\"x\"}]}]", `unknown key "value" (line 5)`},
		{"on its first line", "[\n{\"usrname\":\"ann\"\n}]", `unknown key "usrname"`},
		{"in a line of JSONL", "{\"usrname\":\"ann\"}\n", `unknown key "usrname"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changes, err := read(t, Options{}, write(t, "users.json", tt.text))
			if err != nil || len(changes) != 1 || changes[0].Err == nil {
				t.Fatal(showAll(changes), err)
			}
			if got := changes[0].Err.Error(); !strings.HasSuffix(got, tt.want) {
				t.Errorf("%s, want %s at its end", got, tt.want)
			}
		})
	}
}

func TestWhatIsTakenForDocuments(t *testing.T) {
	tests := []struct {
		name, text string
		want       bool
	}{
		{"a { alone", "{\n}", true},
		{"a { alone, with blanks", " \r\n\t{ \t\r\n}", true},
		{"a [ alone", "[\n]", true},
		{"an array on a line", `["x"]`, true},
		{"a page", `{"Users":[]}`, true},
		{"a page, with blanks", ` {  "Users"`, true},
		{"the token of a page", `{"NextToken":null}`, true},
		{"behind more blanks than are looked at", strings.Repeat("\n", 2*bufferSize) + "[]", true},
		{"a line", `{"username":"ann"}` + "\n[\n", false},
		{"a line that is cut short", `{"username":"ann"` + "\n}", false},
		{"a { and no more", "{", false},
		{"a { and blanks", "{ \t", false},
		{"another name", `{"Usersx":[]}`, false},
		{"no JSON", "username", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, err := openInput(write(t, "users.json", tt.text), Options{Seals: new(Seals)})
			if err != nil {
				t.Fatal(err)
			}
			if in.documents != tt.want {
				t.Errorf("%v, want %v", in.documents, tt.want)
			}
		})
	}
}

func TestListUsers(t *testing.T) {
	const name = "testdata/list-users.json"
	want := strings.Join([]string{
		`3: ann email="ann@example.com" custom:note="one {brace, two ]brackets[ and a \"quote\" \\" expect:sub="00000000-0000-4000-8000-000000000001"`,
		`24: bob phone_number="+15550100002" expect:sub="00000000-0000-4000-8000-000000000002"`,
		`47: cat`,
	}, "\n")
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	dec := json.NewDecoder(bytes.NewReader(content))
	for dec.More() {
		var page json.RawMessage
		if err := dec.Decode(&page); err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&compact, page); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ name, file, text string }{
		{"as it is printed", "users.json", string(content)},
		{"with CRLF", "users.json", strings.ReplaceAll(string(content), "\n", "\r\n")},
		{"gzip", "users.json.gz", string(content)},
		{"zstd", "users.jsonl.zst", string(content)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.file, packText(t, tt.file, tt.text))
			changes, err := read(t, Options{}, path)
			if got := showAll(changes); err != nil || got != want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, want)
			}
			checkStream(t, []string{path}, []string{tt.text}, Options{})
		})
	}
	t.Run("on one line", func(t *testing.T) {
		changes, err := read(t, Options{}, write(t, "users.json", compact.String()))
		var got []string
		for _, c := range changes {
			got = append(got, fmt.Sprint(c.Line, " ", c.Username))
		}
		if err != nil || !slices.Equal(got, []string{"1 ann", "1 bob", "1 cat"}) {
			t.Error(got, err)
		}
	})
}

// TestPlaceOfElements: each element of an array has a place that a person finds, on lines of its own or not.
func TestPlaceOfElements(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"an array in one line", `[{"username":"ann"},{"username":"bob"}, {"username":"cat"}]`, "u.json:1:2 u.json:1:21 u.json:1:41"},
		{"a line each", "[\n  {\"username\":\"ann\"},\n  {\"username\":\"bob\"}\n]\n", "u.json:2 u.json:3"},
		{"the bracket beside the first", "[{\"username\":\"ann\"},\n{\"username\":\"bob\"}]", "u.json:1:2 u.json:2"},
		{"over several lines", "[ {\n\"username\":\n\"ann\"}, {\n\"username\":\"bob\"\n}]", "u.json:1:3 u.json:3:9"},
		{"what list-users prints, in one line", `{"Users":[{"Username":"ann"},{"Username":"bob"}]}`, "u.json:1:11 u.json:1:30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "u.json", tt.text)
			changes, err := read(t, Options{}, path)
			var got []string
			for _, c := range changes {
				c.File = filepath.Base(c.File)
				got = append(got, c.Place())
			}
			if text := strings.Join(got, " "); err != nil || text != tt.want {
				t.Errorf("%s, %v, want %s", text, err, tt.want)
			}
		})
	}
}

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

func TestDocumentsWithTokens(t *testing.T) {
	const token = "eyJhbGciOiJub25lIn0.e30."
	changes, err := read(t, Options{Tokens: true}, write(t, "users.json", "[\n{\n \"AccessToken\": \""+token+"\",\n \"UserAttributes\": []}]"))
	if err != nil || len(changes) != 1 || changes[0].Err != nil || string(changes[0].Token) != token {
		t.Fatal(showAll(changes), err)
	}
	if got, want := string(changes[0].Text), "{\n \"AccessToken\": \"<redacted>\",\n \"UserAttributes\": []}"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestDocumentsBesideLines(t *testing.T) {
	paths := []string{write(t, "a.jsonl", "{\"username\":\"ann\"}\n"), write(t, "b.json", "[\n{\"username\":\"bob\"}]"), write(t, "c.jsonl", "{\"username\":\"cat\"}")}
	changes, err := read(t, Options{}, paths...)
	if got, want := showAll(changes), "1: ann\n2: bob\n1: cat"; err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
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

func TestGuessFormat(t *testing.T) {
	utf16 := "\xff\xfe[\x00"
	tests := []struct {
		name, file, text string
		want             Format
	}{
		{"a line of JSON", "stdin", `{"username":"ann"}`, JSONL},
		{"a line of JSON that is cut short", "stdin", `{"user`, JSONL},
		{"documents", "stdin", "\n \t[\n", JSONL},
		{"an empty list", "stdin", "[]", JSONL},
		{"behind a byte-order mark", "stdin", "\xef\xbb\xbf\r\n{", JSONL},
		{"gzip", "stdin.gz", " {", JSONL},
		{"zstd", "stdin.zst", "\xef\xbb\xbf[", JSONL},
		{"a header", "stdin", "username,custom:tier\n", CSV},
		{"a quoted header", "stdin", "\"{\"\n", CSV},
		{"a packed header", "stdin.gz", "username\n", CSV},
		{"no more than blanks", "stdin", "\n", CSV},
		{"empty", "stdin", "", CSV},
		{"UTF-16", "stdin", utf16, CSV},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := GuessFormat(write(t, tt.file, packText(t, tt.file, tt.text))); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
	for name, text := range map[string]string{"not packed as its name says": "{", "packed and damaged": "\x1f\x8b\x08"} {
		if got := GuessFormat(write(t, "stdin.gz", text)); got != CSV {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := GuessFormat(filepath.Join(t.TempDir(), "missing")); got != CSV {
		t.Errorf("missing: %v", got)
	}
}

// flat returns the texts of the records in JSON documents, found by a parser that holds all of a text, and
// whether the documents are as they must be.
func flat(text []byte) (records []string, ok bool) {
	dec := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		v, err := dec.ReadValue()
		if err != nil {
			return records, err == io.EOF
		}
		if !flatten(bytes.Clone(v), &records) {
			return nil, false
		}
	}
}

// flatten adds the records in a value to a list, and tells whether the value may stand in documents.
func flatten(v jsontext.Value, records *[]string) bool {
	dec := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	value := func() jsontext.Value {
		v, _ := dec.ReadValue() // read once already, as part of the value
		return bytes.Clone(v)
	}
	if _, err := dec.ReadToken(); err != nil || v.Kind() != '{' && v.Kind() != '[' {
		return false
	}
	for v.Kind() == '[' && dec.PeekKind() != ']' {
		if !flatten(value(), records) {
			return false
		}
	}
	if v.Kind() == '[' {
		return true
	}
	first := true
	for ; dec.PeekKind() != '}'; first = false {
		name := string(value())
		switch around := slices.Contains(aroundRecords, name); {
		case first && !around:
			*records = append(*records, string(v))
			return true
		case name == usersMember:
			if dec.PeekKind() != '[' || !flatten(value(), records) {
				return false
			}
		case around, strings.HasPrefix(name, `"_`):
			value()
		default:
			return false
		}
	}
	if first { // it has no members
		*records = append(*records, string(v))
	}
	return true
}

// decodeDocuments decodes the documents in a text from a position on.
func decodeDocuments(text []byte, at Position) (changes []*Change, err error) {
	d := newDocuments(&Options{}, Position{Line: 1})
	d.begin(bytes.NewReader(text[at.Offset:]), at)
	for {
		c, err := d.next()
		if err == io.EOF {
			return changes, nil
		}
		if err != nil {
			return changes, err
		}
		changes = append(changes, c)
	}
}

// sameButForColumns compares records, of which the second ones may know a column that the first don't.
func sameButForColumns(got, want []*Change) bool {
	return slices.EqualFunc(got, want, func(a, b *Change) bool {
		other := *b
		if a.Column == 0 {
			other.Column = 0
		}
		return reflect.DeepEqual(*a, other)
	})
}

// checkDocuments compares the records of JSON documents with those that the other parser finds, and goes
// on behind some of them.
func checkDocuments(t fataler, text []byte) {
	changes, end := decodeDocuments(text, Position{Line: 1})
	want, ok := flat(text)
	if ok && (end != nil || len(changes) != len(want)) {
		t.Fatalf("%v\n%s\nwant\n%q", end, showAll(changes), want)
	}
	for i, c := range changes {
		if got := string(text[c.Begin.Offset:c.After.Offset]); ok && got != want[i] || got[0] != '{' {
			t.Fatalf("at %v stands %q, want %q", c.Begin, got, want)
		}
	}
	for i := 0; i < len(changes); i += 1 + len(changes)/10 {
		left, err := decodeDocuments(text, changes[i].After)
		want := changes[i+1:]
		if unbalanced(end) {
			left, err = left[:min(len(left), len(want))], end
		}
		if placeless(err) != placeless(end) || !sameButForColumns(left, want) {
			t.Fatalf("from %v on: %v\n%s\nwant %v\n%s", changes[i].After, err, showAll(left), end, showAll(want))
		}
	}
}

// Pieces of JSON documents. A record has its blanks where they are drawn.
var (
	recordPieces = []string{
		`{~"username"~:~"ann"~}`, `{~"username":"bo\"b}",~"attributes":~{"a{":~"]\\"~,"b":null}}`, `{}`, `{~"Username":"é😀",~"UserAttributes":[~{"Name":"a","Value":"}"}~]}`,
		`{"Username":"\u007b",~"Enabled":true,~"Attributes":[]~,"MFAOptions":[{},[{}]]}`, `{"_raw":"x"}`, `{"username":~1.5e3}`, `{"x":~"Users"}`,
	}
	emptyPieces  = []string{`[]`, `[~]`, `{"Users":~[]}`, `{~"NextToken":~null}`, `[[],~[]]`}
	memberPieces = []string{``, `,~"NextToken":~"e]}\""`, `,~"PaginationToken"~:~null`, `,"NextToken":"x",~"ResponseMetadata":{"a":[{"b":"]"}]}`, `,~"_error":~[1,{"Users":2}]`}
	blankPieces  = []string{"", "", " ", "\n", "\r\n", "\n    ", "\t"}
)

// drawDocument draws a document, with ~ where blanks may be.
func drawDocument(t *rapid.T, depth int) string {
	kinds := []string{"record", "empty"}
	if depth > 0 {
		kinds = append(kinds, "array", "page")
	}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	switch kind {
	case "record":
		return rapid.SampledFrom(recordPieces).Draw(t, "record")
	case "empty":
		return rapid.SampledFrom(emptyPieces).Draw(t, "empty")
	}
	var elements []string
	for range rapid.IntRange(0, 4).Draw(t, "elements") {
		elements = append(elements, drawDocument(t, depth-1))
	}
	array := "[~" + strings.Join(elements, "~,~") + "~]"
	if kind == "array" {
		return array
	}
	return `{~"Users"~:~` + array + "~" + rapid.SampledFrom(memberPieces).Draw(t, "members") + "~}"
}

// TestDocumentsAtRandom makes documents at random, finds the same records in them as another parser does,
// and goes on behind every one.
func TestDocumentsAtRandom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString("~[]") // so that it is taken for documents
		for range rapid.IntRange(1, 4).Draw(t, "documents") {
			b.WriteString("~" + drawDocument(t, 3))
		}
		b.WriteString("~")
		var text string
		for i, piece := range strings.Split(b.String(), "~") {
			if i > 0 {
				text += rapid.SampledFrom(blankPieces).Draw(t, "blanks")
			}
			text += piece
		}
		mark := rapid.SampledFrom([]string{"", "\xef\xbb\xbf"}).Draw(t, "mark")
		packing := rapid.SampledFrom([]string{"", "", ".gz", ".zst"}).Draw(t, "packing")
		path := filepath.Join(dir, "documents.json"+packing)
		if err := os.WriteFile(path, []byte(packText(t, packing, mark+text)), 0o600); err != nil {
			t.Fatalf("%v", err)
		}
		if _, ok := flat([]byte(text)); !ok {
			t.Fatalf("drawn wrongly: %q", text)
		}
		checkDocuments(t, []byte(text))
		checkStream(t, []string{path}, []string{mark + text}, Options{})
	})
}

func FuzzDocuments(f *testing.F) {
	content, err := os.ReadFile("testdata/list-users.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	for _, piece := range slices.Concat(recordPieces, emptyPieces) {
		f.Add([]byte("[" + strings.ReplaceAll(piece, "~", "\n") + "]"))
	}
	f.Add([]byte(`{"Users":[{"username":"ann"},{"username":"bob"}],"NextToken":"x","_error":{}}{"Users":[]}`))
	f.Add([]byte("{\n\"username\":\"ann\"}}\n{\"username\":\"b\n\"}"))
	f.Fuzz(func(t *testing.T, text []byte) { checkDocuments(t, text) })
}
