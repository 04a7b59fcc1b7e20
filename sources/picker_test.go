package sources

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"attrmigrate/internal/sealed"
)

// checkAt compares what At and Next give of the same records.
func checkAt(t fataler, f *Files, changes []*Change) {
	if len(changes) == 0 || f.inputs[0].packing != sealed.Plain || f.inputs[0].wide {
		return
	}
	for i := range changes { // neither forwards nor backwards
		want := changes[(i*7+3)%len(changes)]
		got, err := f.At(want.Begin)
		if err != nil || !sameButForColumns([]*Change{got}, []*Change{want}) {
			t.Fatalf("At(%v):\n%+v\n%v\nwant\n%+v", want.Begin, got, err, want)
		}
	}
}

func TestAtBetweenCallsOfNext(t *testing.T) {
	const rows = 2_000
	for _, name := range []string{"a.csv", "a.jsonl"} {
		t.Run(name, func(t *testing.T) {
			text := csvText(rows)
			if name == "a.jsonl" {
				text = jsonlText(rows)
			}
			path := write(t, name, text)
			want, err := read(t, Options{}, path)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Open([]string{path}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for i := range want {
				j := (i * 37) % rows
				if got, err := f.At(want[j].Begin); err != nil || !reflect.DeepEqual(got, want[j]) {
					t.Fatalf("At(%v) = %+v, %v", want[j].Begin, got, err)
				}
				if got, err := f.Next(context.Background()); err != nil || !reflect.DeepEqual(got, want[i]) {
					t.Fatalf("record %d: %+v, %v", i, got, err)
				}
			}
		})
	}
}

func TestAtOfARecordLargerThanTheBuffer(t *testing.T) {
	long := strings.Repeat("x", 2*bufferSize)
	tests := []struct{ name, text string }{
		{"wide.csv", "username,a\nann,1\nbob,\"" + long + "\n" + long + "\"\ncat,3\n"},
		{"long.csv", "username,attribute,value\nann,a,1\nbob,a," + long + "\nbob,b," + long + "\ncat,a,3"},
		{"lines.jsonl", `{"username":"ann"}` + "\n" + `{"username":"bob","attributes":{"a":"` + long + `"}}` + "\n" + `{"username":"cat"}`},
		{"documents.json", "[\n" + `{"username":"ann"},{"username":"bob","attributes":` + "\n" + `{"a":"` + long + `"}},` + "\n" + `{"username":"cat"}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Open([]string{write(t, tt.name, tt.text)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			changes, err := rest(f)
			if err != nil || len(changes) != 3 {
				t.Fatal(len(changes), err)
			}
			checkAt(t, f, changes)
		})
	}
}

func TestAtRefused(t *testing.T) {
	const text = "username,a\nann,1\n\nbob,\"2\n3\"\ncat,4\n"
	tests := []struct {
		name string
		file string
		at   Position
		want string
		hint string
	}{
		{"in the header", "a.csv", Position{Line: 1}, ": no record begins at byte 0, where one began before", "put that back"},
		{"in a row", "a.csv", Position{Offset: 13, Line: 2}, ": no record begins at byte 13, where one began before", "put that back"},
		{"at a blank line", "a.csv", Position{Offset: 17, Line: 3}, ": no record begins at byte 17, where one began before", ""},
		{"at the end", "a.csv", Position{Offset: int64(len(text)), Line: 7}, fmt.Sprintf(": no record begins at byte %d, where one began before", len(text)), ""},
		{"behind the end", "a.csv", Position{Offset: 99, Line: 7}, ": no record begins at byte 99, where one began before", ""},
		{"packed", "a.csv.zst", Position{Offset: 11, Line: 2}, ": is zstd data, of which single records can't be read", "unpack"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, tt.file, packText(t, tt.file, text))
			f, err := Open([]string{path}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			_, err = f.At(tt.at)
			refused(t, err, path, tt.want, tt.hint)
			if tt.file != "a.csv" {
				return
			}
			if c, err := f.At(Position{Offset: 18, Line: 4}); err != nil || c.Username != "bob" || c.After != (Position{Offset: 28, Line: 6}) {
				t.Errorf("a good position afterwards: %+v, %v", c, err)
			}
		})
	}
	t.Run("in JSON documents", func(t *testing.T) {
		path := write(t, "a.json", "\xef\xbb\xbf[\n {\"username\": \"ann\"}\n]\n")
		f, err := Open([]string{path}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, offset := range []int64{0, 3, 5, 7, 8, 27, 99} { // of the byte-order mark, the [, a blank, in the record, the ], behind the end
			_, err := f.At(Position{Offset: offset, Line: 2})
			refused(t, err, path, fmt.Sprintf(": no record begins at byte %d, where one began before", offset), "put that back")
		}
		if c, err := f.At(Position{Offset: 6, Line: 2}); err != nil || c.Username != "ann" || c.After != (Position{Offset: 25, Line: 2}) {
			t.Errorf("a good position afterwards: %+v, %v", c, err)
		}
	})
	f, err := Open([]string{write(t, "a.csv", text)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.At(Position{Input: 1})
	refused(t, err, "", "there is no input 2, but 1 inputs", "")
	f.Close()
	if _, err := f.At(Position{Offset: 11, Line: 2}); !errors.Is(err, fs.ErrClosed) {
		t.Error("after Close:", err)
	}
}

func TestAtOfAChangedFile(t *testing.T) {
	path := write(t, "a.csv", "username,a\nann,1\n")
	f, err := Open([]string{path}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.WriteFile(path, []byte("username,a\nann,1\nbob,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = f.At(Position{Offset: 11, Line: 2})
	refused(t, err, path, ": has changed since it was opened", "start again")
}

// BenchmarkAt reads short records in random order.
func BenchmarkAt(b *testing.B) {
	for name, text := range map[string]string{"users.csv": csvText(benchRows), "users.jsonl": jsonlText(benchRows)} {
		b.Run(name, func(b *testing.B) {
			f, err := Open([]string{write(b, name, text)}, Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			changes, err := rest(f)
			if err != nil {
				b.Fatal(err)
			}
			random := rand.New(rand.NewPCG(1, 2))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.At(changes[random.IntN(len(changes))].Begin); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
