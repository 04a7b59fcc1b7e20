package sealed

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// pack compresses a text as the name of a file says.
func pack(tb testing.TB, name, text string) string {
	tb.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch packing, _ := PackingOf(name); packing {
	case Gzip:
		w = gzip.NewWriter(&b)
	case Zstd:
		w, err = zstd.NewWriter(&b)
	default:
		return text
	}
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// write puts a text into a new file of the test's own directory.
func write(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// lines reads a file line by line, as sources do: what waits for the end of a line gives up on many reads of nothing.
func lines(t *testing.T, path string) (n int, err error) {
	t.Helper()
	in, err := new(Seals).Open(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for r := bufio.NewReader(in); ; n++ {
		if _, err = r.ReadString('\n'); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func TestUnpack(t *testing.T) {
	text := "username,custom:tier\n" + strings.Repeat("user-00001,gold\n", 70_000) // more than is copied at once
	for _, tt := range []struct{ name, file, content, want string }{
		{"gzip", "a.csv.gz", pack(t, "a.csv.gz", text), ""},
		{"gzip, two in a row", "a.csv.gz", pack(t, "a.csv.gz", text[:100]) + pack(t, "a.csv.gz", text[100:]), ""},
		{"gzip, of which many in a row are empty", "a.csv.gz", strings.Repeat(pack(t, "a.csv.gz", ""), 200) + pack(t, "a.csv.gz", text) +
			strings.Repeat(pack(t, "a.csv.gz", ""), 200), ""},
		{"zstd", "a.csv.zst", pack(t, "a.csv.zst", text), ""},
		{"plain", "a.csv", text, ""},
		{"cut short", "a.csv.gz", pack(t, "a.csv.gz", text)[:100], "gzip data is damaged or cut short: unexpected EOF"},
		{"cut short behind the first of two", "a.csv.gz", pack(t, "a.csv.gz", text) + "\x1f\x8b\x08", "gzip data is damaged or cut short: unexpected EOF"},
		{"cut short in the first byte of the second", "a.csv.gz", pack(t, "a.csv.gz", text) + "\x1f", "gzip data is damaged or cut short: unexpected EOF"},
		{"a few bytes behind it", "a.csv.gz", pack(t, "a.csv.gz", text) + "junk\n", "something else stands behind the end of its gzip data"},
		{"many bytes behind it", "a.csv.gz", pack(t, "a.csv.gz", text) + text, "something else stands behind the end of its gzip data"},
		{"bytes behind zstd", "a.csv.zst", pack(t, "a.csv.zst", text) + text, "something else stands behind the end of its zstd data"},
		{"not packed", "a.csv.gz", text, "is not gzip data, as its name says"},
		{"packed otherwise", "a.csv", pack(t, "a.csv.zst", text), "is zstd data, which its name does not say"},
		{"empty", "a.csv.gz", "", "is empty"},
		{"missing", "", "", "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "none.csv")
			if tt.file != "" {
				path = filepath.Join(dir, tt.file)
				if err := os.WriteFile(path, []byte(tt.content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var got bytes.Buffer
			err := new(Seals).Unpack(t.Context(), path, &got)
			if tt.want != "" {
				refused(t, err, tt.want)
				return
			}
			if err != nil || got.String() != text {
				t.Errorf("%v, %d bytes of %d", err, got.Len(), len(text))
			}
			if n, err := lines(t, path); err != nil || n != strings.Count(text, "\n") {
				t.Errorf("%v, %d lines of %d", err, n, strings.Count(text, "\n"))
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	path := write(t, "a.csv.gz", pack(t, "a.csv.gz", text))
	if err := new(Seals).Unpack(ended, path, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// TestWindows: a zstd frame that asks for more memory than is given is refused.
func TestWindows(t *testing.T) {
	for _, tt := range []struct{ name, header, want string }{
		{"a window of 2 GiB", "\x00\xa8", "window size exceeded"},
		{"a content of 1 TiB in one segment", "\xe0\x00\x00\x00\x00\x00\x01\x00\x00", "decompressed size exceeds configured limit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "a.csv.zst", "\x28\xb5\x2f\xfd"+tt.header+"\x03\x00\x00x")
			err := new(Seals).Unpack(t.Context(), path, io.Discard)
			refused(t, err, "zstd data is damaged or cut short: "+tt.want)
		})
	}
}

// refused checks that err is a refusal with a text and a remedy.
func refused(t interface {
	Helper()
	Errorf(format string, args ...any)
}, err error, want string) {
	t.Helper()
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok || refusal.Error() != want || refusal.Hint() == "" {
		t.Errorf("got %v, want %s", err, want)
	}
}
