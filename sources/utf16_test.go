package sources

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// wideText is a text in UTF-16, with its mark.
func wideText(t *testing.T, order unicode.Endianness, text string) string {
	t.Helper()
	wide, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return wide
}

func TestUTF16(t *testing.T) {
	const (
		table = "username\tcustom:tier\r\nann\tgöld 😀\r\nbob\t\"1\t2\"\r\n"
		lines = `{"username":"ann","attributes":{"name":"Zoë"}}` + "\n" + `{"username":"bob"}` + "\n"
	)
	for _, tt := range []struct {
		name, file, text, packing, dialect string
		order                              unicode.Endianness
		want                               []string
	}{
		{"Unicode text", "a.csv", table, "", "UTF-16, separated by tabs", unicode.LittleEndian, []string{`2: ann custom:tier="göld 😀"`, `3: bob custom:tier="1\t2"`}},
		{"the other byte order", "a.tsv", table, "", "UTF-16, separated by tabs", unicode.BigEndian, []string{`2: ann custom:tier="göld 😀"`, `3: bob custom:tier="1\t2"`}},
		{"packed", "a.csv.gz", table, ".gz", "UTF-16, separated by tabs", unicode.LittleEndian, []string{`2: ann custom:tier="göld 😀"`, `3: bob custom:tier="1\t2"`}},
		{"JSONL", "a.jsonl", lines, "", "UTF-16", unicode.LittleEndian, []string{`1: ann name="Zoë"`, `2: bob`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := packText(t, tt.packing, wideText(t, tt.order, tt.text))
			check(t, tt.file, text, Options{}, tt.want...)
			path := write(t, tt.file, text)
			checkStream(t, []string{path}, []string{tt.text}, Options{})
			f, err := Open([]string{path}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if f.Dialect() != tt.dialect {
				t.Errorf("dialect %q", f.Dialect())
			}
			if _, err := f.At(Position{Line: 1}); err == nil || !strings.Contains(err.Error(), "of which single records can't be read") {
				t.Errorf("At: %v", err)
			}
			var seals Seals
			if stored, err := seals.AsStored(path); stored || err != nil {
				t.Error(stored, err)
			}
			var plain strings.Builder
			if err := seals.Unpack(context.Background(), path, &plain); err != nil || plain.String() != tt.text {
				t.Errorf("%v, unpacked %q", err, plain.String())
			}
		})
	}
}

// TestUTF16Undo: an undo file is read from its end, where its bytes are to be what they say.
func TestUTF16Undo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "undo.jsonl")
	text := wideText(t, unicode.LittleEndian, `{"_undo":1,"username":"ann","attributes":{"a":"b"}}`+"\n")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open([]string{path}, Options{})
	if err == nil || !strings.Contains(err.Error(), "is an undo file in UTF-16") {
		t.Error(err)
	}
}
