package records

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

var linePieces = []string{"a\n", "bb\r\n", "\n", " \t\r\n", "é\n", "last", "\x00\n", "c\rd\r", "e\n\r", strings.Repeat("x", bufferSize-3) + "\n", strings.Repeat("y", bufferSize+5) + "\n"}

// TestLinesAtRandom finds lines forwards and backwards, and goes on at some of them.
func TestLinesAtRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkLines(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(linePieces), 0, 20).Draw(t, "pieces"), ""))
	})
}

func FuzzLines(f *testing.F) {
	f.Add(strings.Join(linePieces[:len(linePieces)-2], "")) // the last are too long to be tried often
	const returnAlone = "00\r"                              // no line feed, and a line for all that
	f.Add(returnAlone)
	f.Fuzz(func(t *testing.T, text string) { checkLines(t, text) })
}

func checkLines(t fataler, text string) {
	lines := NewLines(large)
	forwards := func(at Mark) []Record {
		lines.Begin(strings.NewReader(text[at.Offset:]), at)
		got, err := all(lines)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return got
	}
	backwards := func(at Mark, fed []Record) {
		got, err := all(NewBackward(strings.NewReader(text), 0, at, large))
		slices.Reverse(got)
		want, last := fed, -1
		for i, r := range fed {
			if bytes.IndexByte(r.Trimmed(), '\r') >= 0 {
				want, last = fed[i+1:], i
			}
		}
		if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("backwards from %v\n%s\nwant\n%s", at, show(got), show(want))
		}
		damage, damaged := errors.AsType[*Damage](err)
		if last < 0 && err != nil || last >= 0 && (!damaged || damage.Line != fed[last].Begin.Line) {
			t.Fatalf("backwards from %v it ends with %v", at, err)
		}
	}
	want := forwards(start)
	checkPlaces(t, text, want)
	checkNoneLost(t, text, want)
	fed := fedLines(text)
	if withoutReturns := !strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r"); withoutReturns && !reflect.DeepEqual(want, fed) {
		t.Fatalf("forwards\n%s\nwant\n%s", show(want), show(fed))
	}
	end := start
	end.pass([]byte(text))
	backwards(end, fed)
	for i := 0; i < len(want); i += 1 + len(want)/10 {
		r := want[i]
		if got := forwards(r.After); !reflect.DeepEqual(got, want[i+1:]) && len(got)+len(want[i+1:]) > 0 {
			t.Fatalf("from %v on\n%s", r.After, show(got))
		}
	}
	for i := 0; i < len(fed); i += 1 + len(fed)/10 {
		backwards(fed[i].Begin, fed[:i])
	}
}

// fedLines are the lines that line feeds end, and nothing else: as Backward has them, down to one with a carriage return
// in it.
func fedLines(text string) (records []Record) {
	at := start
	for line := range strings.SplitAfterSeq(text, "\n") {
		r := Record{Text: []byte(line), Begin: at}
		at.pass(r.Text)
		if r.After = at; strings.TrimSpace(line) != "" {
			records = append(records, r)
		}
	}
	return records
}

// checkNoneLost checks that a record is one line, whatever ends it, and that nothing but blanks stands between them.
func checkNoneLost(t fataler, text string, records []Record) {
	t.Helper()
	last := start
	for _, r := range append(slices.Clone(records), Record{Begin: Mark{Offset: int64(len(text))}}) {
		if between := text[last.Offset:r.Begin.Offset]; strings.TrimSpace(between) != "" {
			t.Fatalf("%q is in no record", between)
		}
		if strings.ContainsAny(string(r.Trimmed()), "\r\n") {
			t.Fatalf("a record of several lines: %s", show([]Record{r}))
		}
		last = r.After
	}
}

// TestLinesOfEveryEnd has lines that end in every way.
func TestLinesOfEveryEnd(t *testing.T) {
	long := strings.Repeat("x", bufferSize-1)
	for _, end := range []string{"\n", "\r\n", "\r\r\n", "\r", "\n\r", strings.Repeat("\r", maxReturns) + "\n"} {
		text := "ann" + end + end + long + end + "bob" + end + "cy"
		lines := NewLines(large)
		for _, from := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), bufio.NewReaderSize(strings.NewReader(text), 4<<10)} {
			lines.Begin(from, start)
			got, err := all(lines)
			if err != nil || len(got) != 4 {
				t.Fatalf("%.8q: %d lines, %v", end, len(got), err)
			}
			for i, want := range []string{"ann", long, "bob", "cy"} {
				line := []int{1, 3, 4, 5}[i]
				if r := got[i]; string(r.Trimmed()) != want || r.Begin.Line != line || string(r.Text) != text[r.Begin.Offset:r.After.Offset] {
					t.Errorf("%.8q: line %d is at %v", end, line, r.Begin)
				}
			}
			lines.Begin(strings.NewReader(text[got[1].After.Offset:]), got[1].After)
			if again, err := all(lines); err != nil || !reflect.DeepEqual(again, got[2:]) {
				t.Errorf("%.8q: from there on %d lines, %v", end, len(again), err)
			}
		}
	}
}

func TestLongLines(t *testing.T) {
	const before, behind = "ann\n", "\nbob\n"
	for _, tt := range []struct {
		name string
		size int
		err  bool
	}{{"as long as may be", small - 1, false}, {"too long", small, true}, {"far too long", 3 * small, true}} {
		t.Run(tt.name, func(t *testing.T) {
			text := before + strings.Repeat("x", tt.size) + behind
			lines := NewLines(small)
			lines.Begin(strings.NewReader(text), start)
			for name, finder := range map[string]interface{ Next() (Record, error) }{
				"forwards": lines, "backwards": NewBackward(strings.NewReader(text), 0, Mark{int64(len(text)), 4}, small),
			} {
				got, err := all(finder)
				if !tt.err {
					if err != nil || len(got) != 3 {
						t.Errorf("%s: %d records, %v", name, len(got), err)
					}
					continue
				}
				damaged(t, err, "2: record is over 192 KiB", "a missing line end")
				if len(got) != 1 {
					t.Errorf("%s: %d records before it", name, len(got))
				}
			}
		})
	}
}

// TestUnreadable: what the reader says is told, with the line.
func TestUnreadable(t *testing.T) {
	failure := errors.New("the disk is gone")
	broken := func(text string) io.Reader { return io.MultiReader(strings.NewReader(text), iotest.ErrReader(failure)) }
	lines, csv, documents := NewLines(small), NewCSV(',', 1, small), NewDocuments(start, small, quoted)
	lines.Begin(broken("ann\nbo"), start)
	csv.Begin(broken("ann\nbo"), start)
	documents.Begin(broken("{}\n{"), start)
	for name, next := range map[string]func() error{
		"lines":     func() error { _, err := all(lines); return err },
		"csv":       func() error { _, err := rowsOf(csv); return err },
		"documents": func() error { _, err := all(documents); return err },
		"backward":  func() error { _, err := all(NewBackward(unreadable{failure}, 0, Mark{6, 2}, small)); return err },
	} {
		failed, ok := errors.AsType[*ReadError](next())
		if !ok || failed.Line != 2 || !errors.Is(failed, failure) || failed.Error() != failure.Error() {
			t.Errorf("%s: %+v", name, failed)
		}
	}
}

// unreadable cannot be read anywhere.
type unreadable struct{ err error }

func (u unreadable) ReadAt([]byte, int64) (int, error) { return 0, u.err }

func TestEnd(t *testing.T) {
	if end, err := End(t.Context(), strings.NewReader("a\nb\n\nc")); err != nil || end != (Mark{6, 4}) {
		t.Error(end, err)
	}
}

// TestIndexLineEnd finds a line end wherever pieces begin and end.
func TestIndexLineEnd(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"", "\n", "\r", "\r\n", "\n\r"} {
		for _, n := range []int{0, 1, firstPiece - 1, firstPiece, firstPiece + 1, 3*firstPiece - 1, 3 * firstPiece, 20 * firstPiece} {
			text := strings.Repeat("x", n) + end + strings.Repeat("y\n\r", len(end))
			if got := indexLineEnd([]byte(text)); got != n {
				t.Errorf("%d bytes and %q: %d", n, end, got)
			}
		}
	}
}

// BenchmarkReturns finds lines that carriage returns end, of which a buffer holds many.
func BenchmarkReturns(b *testing.B) {
	text := strings.Repeat("{}\r", 100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		l := NewLines(large)
		l.Begin(strings.NewReader(text), Mark{Line: 1})
		for {
			if _, err := l.Next(); err != nil {
				break
			}
		}
	}
}
