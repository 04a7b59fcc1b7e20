package sources

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// fataler is what testing.T and rapid.T have in common here.
type fataler interface {
	Fatalf(format string, args ...any)
}

// checkStream reads a change set, checks that places ascend and agree with the texts of the files,
// that reading goes on at any position with exactly the records behind it, and that At finds each record.
func checkStream(t fataler, paths, texts []string, opts Options) {
	f, err := Open(paths, opts)
	if err != nil {
		checkFileError(t, err, paths)
		return
	}
	defer f.Close()
	changes, end := rest(f)
	if end != nil {
		checkFileError(t, end, paths)
	}
	if f.undo {
		checkUndo(t, paths, texts, changes, end)
	} else {
		checkPlaces(t, changes, texts)
	}
	checkAt(t, f, changes)
	const enough = 12
	for i := 0; i < len(changes); i += 1 + len(changes)/enough {
		again, err := Open(paths, opts)
		if err != nil {
			t.Fatalf("open again: %v", err)
		}
		if err := again.Resume(changes[i].After); err != nil {
			t.Fatalf("resume at %v: %v", changes[i].After, err)
		}
		left, err := rest(again)
		again.Close()
		want := changes[i+1:]
		if unbalanced(end) { // only a read from the beginning knows
			left, err = left[:min(len(left), len(want))], end
		}
		if placeless(err) != placeless(end) {
			t.Fatalf("resumed at %v it ends with %v, from the beginning with %v", changes[i].After, err, end)
		}
		if !sameButForColumns(left, want) {
			t.Fatalf("resumed at %v:\n%s\nwant\n%s", changes[i].After, showAll(left), showAll(want))
		}
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

// unbalanced tells whether JSON documents have brackets too many, or too few.
func unbalanced(err error) bool {
	var refusal *FileError
	return errors.As(err, &refusal) && (strings.HasSuffix(refusal.Msg, "closes nothing") || strings.HasPrefix(refusal.Msg, "the file ends before"))
}

// placeless is the text of an error without the column: in the line where reading goes on, that is not known.
func placeless(err error) string {
	var refusal *FileError
	if !errors.As(err, &refusal) {
		return fmt.Sprint(err)
	}
	there := *refusal
	there.Column = 0
	return there.Error()
}

func checkFileError(t fataler, err error, paths []string) {
	var refusal *FileError
	if !errors.As(err, &refusal) || !slices.Contains(paths, refusal.File) {
		t.Fatalf("not a *FileError of an input: %v", err)
	}
}

func checkPlaces(t fataler, changes []*Change, texts []string) {
	last := Position{Line: 1}
	for _, c := range changes {
		if c.After.Input != last.Input {
			last = Position{Input: c.After.Input, Line: 1}
		}
		text := texts[c.After.Input]
		begin := c.Begin
		if begin.Input != last.Input || begin.Line != c.Line || begin.Offset < last.Offset || begin.Offset >= c.After.Offset ||
			c.Line != 1+strings.Count(text[:begin.Offset], "\n") && !oldLineEnds(text) {
			t.Fatalf("line %d begins at %v, behind %v", c.Line, begin, last)
		}
		if c.Line < last.Line || c.After.Offset <= last.Offset || c.After.Offset > int64(len(text)) {
			t.Fatalf("line %d, %v stands behind %v", c.Line, c.After, last)
		}
		if want := 1 + strings.Count(text[:c.After.Offset], "\n"); c.After.Line != want && !oldLineEnds(text) {
			t.Fatalf("%v is in line %d", c.After, want)
		}
		for _, r := range c.Rows {
			if r.Line < c.Line || r.Line > c.After.Line {
				t.Fatalf("a row in line %d of a record in line %d to %v", r.Line, c.Line, c.After)
			}
		}
		var failed *RecordError
		if c.Err != nil && (!errors.As(c.Err, &failed) || failed.Code() == "") {
			t.Fatalf("not a *RecordError: %v", c.Err)
		}
		if c.Err == nil && c.Username == "" || c.Err != nil && c.Rows == nil && c.Text == nil {
			t.Fatalf("a record without user or text: %+v", c)
		}
		redacted := strings.Contains(string(c.Text), Redacted)
		if c.Text != nil && !redacted && !strings.Contains(text[:c.After.Offset], string(c.Text)) {
			t.Fatalf("the text %q does not stand before %v", c.Text, c.After)
		}
		last = c.After
	}
}

// oldLineEnds reports whether carriage returns stand alone in a text: lines may end there, too.
func oldLineEnds(text string) bool {
	return strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r")
}

// Pieces that change sets are made of, good ones and bad ones.
var (
	wideLines = []string{"ann,1,x\n", "ann,<delete>,\r\n", "\"b\"\"b\",\"2\n3\",\n", "cat,\"a,b\",\"\r\n\n\"\r\n", "\n", "\r\n", "ragged\n",
		"dan,x\"y,z\n", "dan,\"x\"y,z\n", ",1,2\n", "fay,1,2\r", "gus,1,2\r\r\n", ",,\r\n", "eve,\xff,\x00\n", " ,,\n", "é,ü,😀\n", "\"=\"\"f\"\"\",\"=\"\"<delete>\"\"\",\"=\"\"\"\"\"\n"}
	longLines = []string{"ann,a,1\n", "ann,b,\"2\n\"\n", "bob,a,1\r\n", "bob,a,\n", "\n", "ann,c\n", ",a,1\n", "cat,expect:a,<delete>\n", "ann,\"x\"y,z\n"}
	jsonLine  = []string{`{"username":"ann"}` + "\n", `{"username":"bob","attributes":{"a":1,"b":null}}` + "\r\n", "\n", " \r\n", "{\n", "[]\n", "{} x\n",
		`{"Username":"ann","UserAttributes":[{"Name":"a","Value":"é"}]}` + "\n", `{"username":"cat"}` + "\r\r\n", `{"username":"dan"}` + "\r", `{"_raw":"x"}` + "\n", "\xff\n", `{"username":"a","x":1}` + "\n"}
	jsonDocument = []string{"{\n\"username\":\"ann\"}\n", `[{"username":"bob","attributes":{"a":"]}"}},` + "\r\n" + `{"username":"cat"}]`, "\n", " ", "[]\n", `{"Users":[]}`,
		`{"Users": [` + "\n" + `{"Username":"ann","Attributes":[{"Name":"a","Value":"é"}]}],"NextToken":"x]"}`, `{"_raw":"x"}`, "{}", `{"username":1.5e3}`}
)

// TestResume makes files at random and goes on behind every record of them.
func TestResume(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]struct {
			name, header string
			lines        []string
		}{{"wide.csv", "username,custom:a,expect:b\n", wideLines}, {"long.csv", "username,attribute,value\r\n", longLines}, {"lines.jsonl", "", jsonLine}, {"documents.json", "[]", jsonDocument}}).Draw(t, "kind")
		packing := rapid.SampledFrom([]string{"", "", ".gz", ".zst"}).Draw(t, "packing")
		var paths, texts []string
		for i := range rapid.IntRange(1, 3).Draw(t, "inputs") {
			lines := rapid.SliceOfN(rapid.SampledFrom(kind.lines), 1, 20).Draw(t, "lines")
			text := kind.header + strings.Join(lines, "")
			if rapid.Bool().Draw(t, "no end of line at the end") {
				text = strings.TrimSuffix(text, "\n")
			}
			text = rapid.SampledFrom([]string{"", "\xef\xbb\xbf"}).Draw(t, "mark") + text
			path := filepath.Join(dir, fmt.Sprint(i, kind.name, packing))
			if err := os.WriteFile(path, []byte(packText(t, packing, text)), 0o600); err != nil {
				t.Fatalf("%v", err)
			}
			paths, texts = append(paths, path), append(texts, text)
		}
		checkStream(t, paths, texts, rapid.SampledFrom([]Options{{}, asData}).Draw(t, "options"))
	})
}

// asData reads inputs as data.
var asData = Options{Data: true, UsernameColumn: "username"}

// fuzzStream checks what any bytes decode to, as a change set and as data.
func fuzzStream(t *testing.T, name string, data []byte) {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	checkStream(t, []string{path}, []string{string(data)}, Options{Empty: EmptyPolicy(len(data) % 3)})
	checkStream(t, []string{path}, []string{string(data)}, asData)
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("username,custom:a,expect:b\n" + strings.Join(wideLines, "")))
	f.Add([]byte("username,attribute,value\n" + strings.Join(longLines, "")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzStream(t, "fuzz.csv", data) })
}

func FuzzJSONL(f *testing.F) {
	f.Add([]byte(strings.Join(jsonLine, "")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzStream(t, "fuzz.jsonl", data) })
}

// TestManyRows has rows of every kind in batches of every size.
func TestManyRows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
	}{
		{"wide.csv", "username,custom:a,expect:b\n" + strings.Repeat(strings.Join(wideLines, ""), 3*batchRows/8)},
		{"long.csv", "username,attribute,value\n" + strings.Repeat(strings.Join(longLines, ""), 3*batchRows/8)},
		{"a quote left open.csv", "username,custom:a,expect:b\n" + strings.Repeat("ann,1,2\n", 3*batchRows+1) + "bob,\"1,2\nann,1,2\n"},
		{"large rows.csv", "username,custom:a,expect:b\n" + strings.Repeat("ann,"+strings.Repeat("x", batchBytes/2)+",2\n", 20)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkStream(t, []string{write(t, tt.name, tt.text)}, []string{tt.text}, Options{})
		})
	}
}
