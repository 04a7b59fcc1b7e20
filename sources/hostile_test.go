package sources

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestBombs: what unpacks, or stretches, to a GiB is refused where its first record has grown too long, and
// costs little memory until then.
func TestBombs(t *testing.T) {
	const gib, enough = 1 << 30, 96 << 20 // what the race detector adds is in it
	zeros := strings.Repeat("\x00", 1<<20)
	for _, tt := range []struct {
		name, file, begin string // the uncompressed beginning; then zeros
		piece             string // repeated up to a GiB; empty: a hole in the file
		want              string
	}{
		{"a cell of 1 GiB", "a.csv", "username,a\nann,", "", ":2: record is over 4 MiB"},
		{"a quoted one", "a.csv", "username,a\nann,\"", "", ":2: record is over 4 MiB"},
		{"a header", "a.csv", "username,", "", ": is not text: it looks like binary data"},
		{"a string", "a.jsonl", `{"username":"ann"}` + "\n" + `{"username":"`, "", ":2: record is over 4 MiB"},
		{"a string of documents", "a.json", `[{"username":"ann"},` + "\n" + `{"username":"`, "", ":2: record is over 4 MiB"},
		{"an undo entry", "a.jsonl", `{"_undo":1,"username":"ann"}` + "\n" + `{"_undo":2,"username":"`, "", ":2: record is over 4 MiB"},
		{"gzip", "a.csv.gz", "username,a\nann,", zeros, ":2: record is over 4 MiB"},
		{"zstd", "a.csv.zst", "username,a\nann,", zeros, ":2: record is over 4 MiB"},
		{"gzip of JSONL", "a.jsonl.gz", `{"username":"`, zeros, ": is not text: it looks like binary data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			text := packText(t, tt.file, tt.begin)
			if tt.piece != "" { // members and frames follow one another
				text += strings.Repeat(packText(t, tt.file, tt.piece), gib/len(tt.piece))
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if tt.piece == "" {
				size := int64(gib)
				if tt.name == "an undo entry" { // the file is read to its end first
					size /= 32
				}
				if err := os.Truncate(path, size); err != nil {
					t.Fatal(err)
				}
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := read(t, Options{}, path)
			runtime.ReadMemStats(&after)
			refused(t, err, path, tt.want, "")
			if grown := after.TotalAlloc - before.TotalAlloc; grown > enough {
				t.Errorf("%d MiB were allocated", grown>>20)
			}
		})
	}
}

// TestHostileText: what no attribute can hold is an error of its record alone.
func TestHostileText(t *testing.T) {
	const good = `{"username":"zoe","attributes":{"a":"1"}}`
	for _, tt := range []struct{ name, line, code string }{
		{"a lone high surrogate", `{"username":"ann","attributes":{"a":"\ud800"}}`, "MalformedRecord"},
		{"a lone low surrogate", `{"username":"\udc00"}`, "MalformedRecord"},
		{"surrogates in the wrong order", `{"username":"ann","attributes":{"\udc00\ud800":"x"}}`, "MalformedRecord"},
		{"a surrogate in UTF-8", "{\"username\":\"\xed\xa0\x80\"}", "MalformedRecord"},
		{"an overlong NUL", "{\"username\":\"\xc0\x80\"}", "MalformedRecord"},
		{"not UTF-8", "{\"username\":\"a\xff\"}", "MalformedRecord"},
		{"a NUL", "{\"username\":\"a\x00\"}", "MalformedRecord"},
		{"an escaped NUL", `{"username":"a\u0000"}`, "InvalidText"},
		{"nested without end", strings.Repeat(`{"username":`, 100_000), "MalformedRecord"},
		{"arrays without end", `{"username":` + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `}`, "MalformedRecord"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changes, err := read(t, Options{}, write(t, "a.jsonl", good+"\n"+tt.line+"\n"+good+"\n"))
			if err != nil || len(changes) != 3 {
				t.Fatalf("%d records, %v", len(changes), err)
			}
			var failed *RecordError
			if !errors.As(changes[1].Err, &failed) || failed.Code() != tt.code {
				t.Errorf("got %v, want %s", changes[1].Err, tt.code)
			}
			if changes[2].Err != nil || changes[2].Username != "zoe" || !bytes.Equal(changes[2].Text, []byte(good)) {
				t.Errorf("the record behind it: %+v", changes[2])
			}
		})
	}
}
