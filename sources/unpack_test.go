package sources

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnpackFile(t *testing.T) {
	text := "username,custom:tier\n" + strings.Repeat("user-00001,gold\n", 70_000) // more than is copied at once
	for _, tt := range []struct{ name, file, content, want string }{
		{"gzip", "a.csv.gz", packText(t, "a.csv.gz", text), ""},
		{"zstd", "a.csv.zst", packText(t, "a.csv.zst", text), ""},
		{"plain", "a.csv", text, ""},
		{"cut short", "a.csv.gz", packText(t, "a.csv.gz", text)[:100], "gzip data is damaged or cut short: unexpected EOF"},
		{"not packed", "a.csv.gz", text, "is not gzip data, as its name says"},
		{"missing", "", "", "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path, to, theirs := filepath.Join(dir, "none.csv"), filepath.Join(dir, "unpacked"), filepath.Join(dir, "theirs")
			if err := errors.Join(os.WriteFile(theirs, []byte("theirs"), 0o644), os.Link(theirs, to)); err != nil {
				t.Fatal(err)
			}
			if tt.file != "" {
				path = filepath.Join(dir, tt.file)
				if err := os.WriteFile(path, []byte(tt.content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := new(Seals).UnpackFile(t.Context(), path, to)
			if tt.want != "" {
				e, ok := errors.AsType[*FileError](err)
				if !ok || e.File != path || e.Msg != tt.want || e.Remedy == "" {
					t.Errorf("got %v, want %s", err, tt.want)
				}
				return
			}
			if got, _ := os.ReadFile(theirs); string(got) != "theirs" {
				t.Errorf("another name of what was there has %d bytes now", len(got))
			}
			got, _ := os.ReadFile(to)
			if info, _ := os.Stat(to); err != nil || string(got) != text || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%v, %d bytes of %d, mode %v", err, len(got), len(text), info.Mode())
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "a.csv.gz")
	if err := os.WriteFile(path, []byte(packText(t, "a.csv.gz", text)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := new(Seals).UnpackFile(ended, path, path+".out"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
