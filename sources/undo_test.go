package sources

import (
	"context"
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

// checkUndo compares what an undo file is read as from its end with what it is read as forwards. Forwards, a carriage
// return alone ends a line, too, so that where there is one the records are held against the lines.
func checkUndo(t fataler, paths, texts []string, got []*Change, end error) {
	if slices.ContainsFunc(texts, oldLineEnds) {
		checkFedLines(t, texts, got, end)
		return
	}
	f, err := Open(paths, Options{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer f.Close()
	f.undo, f.current = false, 0
	want, forwards := rest(f)
	if end != nil || forwards != nil {
		if end == nil || forwards == nil {
			t.Fatalf("forwards it ends with %v, backwards with %v", forwards, end)
		}
		return
	}
	want = slices.DeleteFunc(want, func(c *Change) bool {
		text, err := os.ReadFile(c.File)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return torn(text[c.Begin.Offset:c.After.Offset])
	})
	slices.Reverse(want)
	for _, c := range want {
		c.After, c.Undo = c.Begin, true
	}
	if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Fatalf("got\n%s\nwant\n%s", showAll(got), showAll(want))
	}
}

// checkFedLines checks that each line that a line feed ends is a record, and what stands behind the last line feed, unless
// it is torn; and that none is read before a line with a carriage return in it.
func checkFedLines(t fataler, texts []string, got []*Change, end error) {
	var want, places []Position
	bad := Position{}
	for i, text := range texts {
		at := Position{Input: i, Line: 1}
		if strings.HasPrefix(text, "\xef\xbb\xbf") {
			at.Offset = 3
		}
		for line := range strings.SplitAfterSeq(text[at.Offset:], "\n") {
			switch {
			case strings.TrimSpace(line) == "":
			case strings.Contains(strings.TrimRight(line, "\r\n"), "\r"):
				want, bad = nil, at
			case !torn([]byte(line)):
				want = append(want, at)
			}
			at.Offset += int64(len(line))
			at.Line++
		}
	}
	slices.Reverse(want)
	for _, c := range got {
		places = append(places, c.Begin)
	}
	if !slices.Equal(places, want) {
		t.Fatalf("records are at %v, want %v", places, want)
	}
	refusal, refused := errors.AsType[*FileError](end)
	if bad.Line == 0 && end != nil || bad.Line > 0 && (!refused || refusal.Line != bad.Line) {
		t.Fatalf("it ends with %v, want line %d", end, bad.Line)
	}
}

// Pieces that undo files are made of, and a line that no chunk of them holds whole.
var undoLine = []string{`{"_undo":3,"username":"ann","attributes":{"a":"1"},"expect":{"a":"2"}}` + "\n",
	`{"_undo":3,"username":"ann","attributes":{"a":"1"},"expect":{"a":"2"}}` + "\n",
	`{"_undo":4,"username":"bob","attributes":{"a":null,"b":"é"}}` + "\r\n", "\n", " \r\n", "{\n", "[]\n", "{} x\n", "\xff\n", `{"_undo":5,"username":"dan"}` + "\r"}

var longUndoLine = `{"username":"cat","attributes":{"a":"` + strings.Repeat("x", bufferSize-40) + `"}}` + "\n"

// TestUndo makes undo files at random, reads them, and goes on at every record of them.
func TestUndo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var paths, texts []string
		for i := range rapid.IntRange(1, 3).Draw(t, "inputs") {
			lines := rapid.SliceOfN(rapid.SampledFrom(undoLine), 0, 12).Draw(t, "lines")
			if rapid.IntRange(0, 3).Draw(t, "a long line") == 0 {
				lines = slices.Insert(lines, len(lines)/2, longUndoLine)
			}
			text := rapid.SampledFrom([]string{"", "\xef\xbb\xbf", "\n"}).Draw(t, "begin") + undoLine[0] + strings.Join(lines, "")
			keep := rapid.SampledFrom([]int{0, 1, 2, 3, 20}).Draw(t, "torn off")
			text = text[:max(len(text)-keep, len(undoLine[0]))]
			path := filepath.Join(dir, fmt.Sprintf("undo%d.jsonl", i))
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatalf("%v", err)
			}
			paths, texts = append(paths, path), append(texts, text)
		}
		checkStream(t, paths, texts, Options{})
	})
}

func FuzzUndo(f *testing.F) {
	f.Add([]byte(strings.Join(undoLine, "")))
	const returnAlone = "\r00"
	f.Add([]byte(returnAlone))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzStream(t, "fuzz.jsonl", append([]byte(`{"_undo":1}`), data...)) })
}

func TestUndoIsReadFromItsEnd(t *testing.T) {
	const one = `{"_undo":1,"username":"ann","attributes":{"a":"1"},"expect":{"a":"2"}}`
	const two = `{"_undo":2,"username":"bob","attributes":{"a":null}}`
	tests := []struct {
		name, text string
		want       []string
	}{
		{"two", one + "\n" + two + "\n", []string{`2: bob a=-`, `1: ann a="1" expect:a="2"`}},
		{"a replay", one + "\n" + one + "\n", []string{`2: ann a="1" expect:a="2"`, `1: ann a="1" expect:a="2"`}},
		{"torn", one + "\n" + two[:30], []string{`1: ann a="1" expect:a="2"`}},
		{"torn in its first record", one[:40], nil},
		{"torn, with zeros", one + "\n\x00\x00\x00", []string{`1: ann a="1" expect:a="2"`}},
		{"a whole line without its end", one + "\n" + two, []string{`2: bob a=-`, `1: ann a="1" expect:a="2"`}},
		{"a name twice is no tear", one + "\n" + `{"username":"bob","username":"bob"}`,
			[]string{`2: DuplicateAttribute! username: the name stands twice in one object`, `1: ann a="1" expect:a="2"`}},
		{"damaged in the middle", one + "\n{\n" + two + "\n",
			[]string{`3: bob a=-`, `2: MalformedRecord! column 2: the object does not end on its line`, `1: ann a="1" expect:a="2"`}},
		{"a carriage return behind a torn one", one + "\n" + two[:30] + "\r\r", []string{`1: ann a="1" expect:a="2"`}},
		{"carriage returns behind the last", one + "\n" + two + "\r\r", []string{`2: bob a=-`, `1: ann a="1" expect:a="2"`}},
		{"not the first member", `{"username":"ann","_undo":7}` + "\n" + two, []string{`2: bob a=-`, `1: ann`}},
		{"no number", `{"_undo":"1","username":"ann"}` + "\n" + two + "\n", []string{`1: ann`, `2: bob a=-`}},
		{"not in the first record", `{"username":"ann"}` + "\n" + two + "\n", []string{`1: ann`, `2: bob a=-`}},
		{"within another member", `{"expect":{"_undo":1},"username":"ann"}` + "\n" + two + "\n", []string{`1: ann expect:_undo="1"`, `2: bob a=-`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, "a.jsonl", tt.text, Options{}, tt.want...) })
	}
}

func TestUndoInputs(t *testing.T) {
	var paths []string
	for i := range 3 {
		paths = append(paths, write(t, fmt.Sprint(i, ".jsonl"), fmt.Sprintf(`{"_undo":1,"username":"ann-%d"}`+"\n"+`{"_undo":2,"username":"bob-%d"}`+"\n", i, i)))
	}
	f, err := Open(paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	changes, err := rest(f)
	const want = "2: bob-2\n1: ann-2\n2: bob-1\n1: ann-1\n2: bob-0\n1: ann-0"
	if got := showAll(changes); err != nil || got != want {
		t.Errorf("got\n%s\n%v", got, err)
	}
	if last := changes[5].After; last != (Position{Line: 1}) {
		t.Errorf("all is done at %v", last)
	}
	for i, path := range paths {
		if digest, err := new(Seals).Digest(t.Context(), path); err != nil || f.Digests()[i] != digest {
			t.Errorf("digest %s, want %s, %v", f.Digests()[i], digest, err)
		}
	}
}

func TestUndoRefused(t *testing.T) {
	const undo, other = `{"_undo":1,"username":"ann"}` + "\n", `{"username":"ann"}` + "\n"
	plain, after := write(t, "plain.jsonl", other), write(t, "undo.jsonl", undo)
	for _, name := range []string{"a.jsonl.gz", "a.jsonl.zst"} {
		path := write(t, name, packText(t, name, undo))
		_, err := Open([]string{path}, Options{})
		refused(t, err, path, ": is a compressed undo file, and an undo file is read from its end", "unpack it first, with "+map[string]string{"a.jsonl.gz": "gunzip", "a.jsonl.zst": "unzstd"}[name])
	}
	_, err := Open([]string{plain, after}, Options{})
	refused(t, err, after, ": is an undo file, and "+plain+" is not", "apart")
	_, err = Open([]string{after, plain}, Options{})
	refused(t, err, plain, ": is no undo file, and "+after+" is one", "apart")

	f, err := Open([]string{after}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	refused(t, f.Resume(Position{Offset: 5, Line: 1}), after, ": no record begins at byte 5, where one began before", "start over")
}

func TestUndoRecordTooLong(t *testing.T) {
	for _, end := range []string{"", "\n", "\n" + `{"username":"bob"}` + "\n"} {
		path := write(t, "undo.jsonl", `{"_undo":1}`+"\n"+`{"username":"`+strings.Repeat("x", 2*smallRecord)+`"}`+end)
		changes, err := read(t, Options{maxRecord: smallRecord}, path)
		refused(t, err, path, ":2: record is over 192 KiB", "a missing line end")
		if len(changes) != strings.Count(end, "bob") {
			t.Errorf("%d records behind it", len(changes))
		}
	}
}

// TestUndoWithReturns: who has saved an undo file with the line ends of an old Macintosh is told so, and no record of it is
// taken for one that a crash has torn.
func TestUndoWithReturns(t *testing.T) {
	const one = `{"_undo":1,"username":"ann"}`
	for _, tt := range []struct {
		name, text string
		line       string
		read       int // before it
	}{
		{"all", one + "\r" + one + "\r", ":1", 0},
		{"all, the last torn", one + "\r" + one + "\r" + one[:9], ":1", 0},
		{"one at the end", one + "\n" + one + "\r" + one, ":2", 0},
		{"one among line feeds", one + "\n" + one + "\r" + one + "\n" + one + "\n", ":2", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "undo.jsonl", tt.text)
			changes, err := read(t, Options{}, path)
			refused(t, err, path, tt.line+": a carriage return alone ends a line, and the file is read from its end", "with a line feed")
			if len(changes) != tt.read {
				t.Errorf("%d records behind it", len(changes))
			}
		})
	}
}

// The pass over the file that finds its end can be cut short, and made again.
func TestUndoCancelled(t *testing.T) {
	f, err := Open([]string{write(t, "undo.jsonl", `{"_undo":1,"username":"ann"}`)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.begin(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	f.fail(context.Canceled)
	if changes, err := rest(f); err != nil || len(changes) != 1 || f.Digests() == nil {
		t.Error(changes, err)
	}
}

// TestUndoResumedIsSealed: a read that goes on in an undo file passes over all of it first, so that what is written to
// meanwhile is refused, also where no record was read yet.
func TestUndoResumedIsSealed(t *testing.T) {
	var b strings.Builder
	for i := range 8000 { // more than is read at once at either end
		fmt.Fprintf(&b, `{"_undo":%d,"username":"user-%04d","attributes":{"locale":"en"}}`+"\n", i+1, i)
	}
	path := write(t, "undo.jsonl", b.String())
	f, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	last, err := f.Next(t.Context())
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	if f, err = Open([]string{path}, Options{}); err != nil { // another process
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Resume(last.After); err != nil {
		t.Fatal(err)
	}
	if c, err := f.Next(t.Context()); err != nil || c.Username != "user-7998" {
		t.Fatalf("it goes on with %v, %v", c, err)
	}
	info, err := os.Stat(path)
	if err == nil {
		at := b.Len() / 2
		err = errors.Join(os.WriteFile(path, []byte(b.String()[:at]+strings.ReplaceAll(b.String()[at:at+1000], "en", "it")+b.String()[at+1000:]), 0o600),
			os.Chtimes(path, info.ModTime(), info.ModTime()))
	}
	if err != nil {
		t.Fatal(err)
	}
	if changes, err := rest(f); !strings.Contains(fmt.Sprint(err), "has changed since it was opened") {
		t.Errorf("it is read on for %d records, %v", len(changes), err)
	}
}
