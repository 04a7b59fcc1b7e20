package sources

import (
	"bytes"
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
