package sources

import (
	"path/filepath"
	"strings"
	"testing"
)

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
		{"UTF-16", "stdin", utf16, JSONL},
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
