package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
