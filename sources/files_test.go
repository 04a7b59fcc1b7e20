package sources

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"attrmigrate/internal/sealed"
)

// packText compresses a text as the name of a file says.
func packText(t fataler, name, text string) string {
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch packing, _ := sealed.PackingOf(name); packing {
	case sealed.Gzip:
		w = gzip.NewWriter(&b)
	case sealed.Zstd:
		w, err = zstd.NewWriter(&b)
	default:
		return text
	}
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatalf("%v", err)
	}
	return b.String()
}

func TestSeveralPackedInputs(t *testing.T) {
	ctx := context.Background()
	var paths, want []string
	for i, name := range []string{"a.csv", "b.csv.gz", "c.CSV.zst", "d.csv"} {
		text := fmt.Sprintf("username,a\nuser-%d,%d\n", i, i)
		paths = append(paths, write(t, name, packText(t, name, text)))
		want = append(want, fmt.Sprintf(`2: user-%d a="%d"`, i, i))
	}
	f, err := Open(paths, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Digests() != nil {
		t.Error("digests are known before the end")
	}
	changes, err := rest(f)
	if err != nil {
		t.Fatal(err)
	}
	if got := showAll(changes); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
	for i, c := range changes {
		if c.File != paths[i] || c.After.Input != i {
			t.Errorf("record %d is of %s, input %d", i, c.File, c.After.Input)
		}
		stored, err := os.ReadFile(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		sum := fmt.Sprintf("sha256:%x", sha256.Sum256(stored))
		byItself, err := new(Seals).Digest(ctx, paths[i])
		if f.Digests()[i] != sum || byItself != sum || err != nil {
			t.Errorf("digests of %s: %s and %s (%v), want %s", paths[i], f.Digests()[i], byItself, err, sum)
		}
	}
}

func TestResumeAtTheBeginningOfAnInput(t *testing.T) {
	a, b := write(t, "a.csv", "username\nann\n"), write(t, "b.csv", "\xef\xbb\xbfusername\nbob\n")
	tests := []struct {
		name    string
		at      Position
		want    string
		digests int
	}{
		{"zero position", Position{}, "2: ann\n2: bob", 2},
		{"end of the first", Position{Offset: 13, Line: 3}, "2: bob", 0},
		{"beginning of the second", Position{Input: 1}, "2: bob", 0},
		{"end of the second", Position{Input: 1, Offset: 16, Line: 3}, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Open([]string{a, b}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := f.Resume(tt.at); err != nil {
				t.Fatal(err)
			}
			changes, err := rest(f)
			if got := showAll(changes); err != nil || got != tt.want || len(f.Digests()) != tt.digests {
				t.Errorf("got %q, %v, digests %v", got, err, f.Digests())
			}
		})
	}
}

func TestGzipStreamsInARow(t *testing.T) {
	text := packText(t, "a.gz", "username,a\nann,1\n") + packText(t, "a.gz", "bob,2\n")
	check(t, "a.csv.gz", text, Options{}, `2: ann a="1"`, `3: bob a="2"`)
}

func TestTornGzip(t *testing.T) {
	packed := packText(t, "a.gz", csvText(5_000))
	path := write(t, "a.csv.gz", packed[:len(packed)/2])
	_, err := read(t, Options{}, path)
	var refusal *FileError
	if !errors.As(err, &refusal) || !errors.Is(err, io.ErrUnexpectedEOF) || refusal.File != path || refusal.Line < 100 ||
		refusal.Msg != "gzip data is damaged or cut short: unexpected EOF" {
		t.Error(err)
	}
}

func TestWhatIsKnownBeforeReading(t *testing.T) {
	f, err := Open([]string{write(t, "a.csv", "\xef\xbb\xbfsub, username,tier,expect:tier,_line,notes,identities\n")},
		Options{Rename: map[string]string{"tier": "custom:tier"}, Ignore: []string{"notes"}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, want := f.Header(), []string{"sub", " username", "tier", "expect:tier", "_line", "notes", "identities"}; !slices.Equal(got, want) {
		t.Errorf("header %q", got)
	}
	want := []Column{{"tier", "custom:tier", false}, {"expect:tier", "custom:tier", true}}
	if got := f.Columns(); !slices.Equal(got, want) {
		t.Errorf("columns %v", got)
	}
	if f.Format() != CSV || f.Format().String() != "CSV" {
		t.Errorf("format %v", f.Format())
	}
	lines, err := Open([]string{write(t, "a.ndjson", "{}")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	if lines.Header() != nil || lines.Columns() != nil || lines.Format() != JSONL {
		t.Errorf("JSONL: %v %v %v", lines.Header(), lines.Columns(), lines.Format())
	}
}

func TestNextStops(t *testing.T) {
	f, err := Open([]string{write(t, "a.csv", "username\nann\nbob\n")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if c, err := f.Next(ctx); err != nil || c.Username != "ann" {
		t.Fatal(c, err)
	}
	cancel()
	if _, err := f.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if c, err := f.Next(context.Background()); err != nil || c.Username != "bob" {
		t.Error("a cancelled call lost a record:", c, err)
	}
	for range 2 {
		if _, err := f.Next(context.Background()); err != io.EOF {
			t.Error(err)
		}
	}
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Error(err)
	}
	closed, err := Open([]string{write(t, "a.csv", "username\nann\n")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	if _, err := closed.Next(context.Background()); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
	if _, err := new(Seals).Digest(ctx, closed.inputs[0].path); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestResumeRefused(t *testing.T) {
	const text = "username,a\nann,1\nbob,2\n"
	tests := []struct {
		name string
		file string
		at   Position
		want string
	}{
		{"in the middle of a record", "a.csv", Position{Offset: 14, Line: 2}, ": no record ends at byte 14, where the run stopped"},
		{"behind the end", "a.csv", Position{Offset: 99, Line: 9}, ": ends before byte 99, where the run stopped"},
		{"behind the end, packed", "a.csv.gz", Position{Offset: 99, Line: 9}, ": ends before byte 99, where the run stopped"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.file, packText(t, tt.file, text))
			f, err := Open([]string{path}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			refused(t, f.Resume(tt.at), path, tt.want, "start over")
		})
	}
	t.Run("another input", func(t *testing.T) {
		f, err := Open([]string{write(t, "a.csv", text)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		refused(t, f.Resume(Position{Input: 1}), "", "the run stopped in input 2 at byte 0, and there are 1 inputs", "same order")
	})
	t.Run("the file changes after Open", func(t *testing.T) {
		path := write(t, "a.csv", text)
		f, err := Open([]string{path}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
		_, err = f.Next(context.Background())
		refused(t, err, path, ": has changed since it was opened", "start again")
	})
}
