package records

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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

// found reads the records of the documents in a text from a mark on.
func found(text []byte, at Mark) ([]Record, error) {
	d := NewDocuments(start, large, quoted)
	d.Begin(bytes.NewReader(text[at.Offset:]), at)
	return all(d)
}

// quoted lets errors repeat everything but a secret.
func quoted(text string) string { return strings.ReplaceAll(text, "secret", "<redacted>") }

// sameButForColumns compares records, of which the second ones may know a column that the first don't.
func sameButForColumns(got, want []Record) bool {
	return slices.EqualFunc(got, want, func(a, b Record) bool {
		if a.Column == 0 {
			b.Column = 0
		}
		return reflect.DeepEqual(a, b)
	})
}

// unbalanced tells whether there are brackets too many, or too few.
func unbalanced(err error) bool {
	damage, ok := errors.AsType[*Damage](err)
	return ok && (strings.HasSuffix(damage.Msg, "closes nothing") || strings.HasPrefix(damage.Msg, "the file ends before"))
}

// placeless is the text of an error with its line: in the line where reading goes on, the column is not known.
func placeless(err error) string {
	if damage, ok := errors.AsType[*Damage](err); ok {
		return fmt.Sprint(damage.Line, damage)
	}
	return fmt.Sprint(err)
}

// checkDocuments compares the records of JSON documents with those that the other parser finds, and goes
// on behind some of them.
func checkDocuments(t fataler, text []byte) {
	got, end := found(text, start)
	want, ok := flat(text)
	if ok && (end != nil || len(got) != len(want)) {
		t.Fatalf("%v\n%s\nwant\n%q", end, show(got), want)
	}
	checkPlaces(t, string(text), got)
	for i, r := range got {
		if ok && string(r.Text) != want[i] || r.Text[0] != '{' {
			t.Fatalf("at %v stands %q, want %q", r.Begin, r.Text, want)
		}
	}
	for i := 0; i < len(got); i += 1 + len(got)/10 {
		left, err := found(text, got[i].After)
		want := got[i+1:]
		if unbalanced(end) { // only a read from the beginning knows
			left, err = left[:min(len(left), len(want))], end
		}
		if placeless(err) != placeless(end) || !sameButForColumns(left, want) {
			t.Fatalf("from %v on: %v\n%s\nwant %v\n%s", got[i].After, err, show(left), end, show(want))
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
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
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
		if _, ok := flat([]byte(text)); !ok {
			t.Fatalf("drawn wrongly: %q", text)
		}
		checkDocuments(t, []byte(text))
	})
}

func FuzzDocuments(f *testing.F) {
	for _, piece := range slices.Concat(recordPieces, emptyPieces) {
		f.Add([]byte("[" + strings.ReplaceAll(piece, "~", "\n") + "]"))
	}
	f.Add([]byte(`{"Users":[{"username":"ann"},{"username":"bob"}],"NextToken":"x","_error":{}}{"Users":[]}`))
	f.Add([]byte("{\n\"username\":\"ann\"}}\n{\"username\":\"b\n\"}"))
	f.Fuzz(func(t *testing.T, text []byte) { checkDocuments(t, text) })
}
