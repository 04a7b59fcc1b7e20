package sources

import (
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A file that is read with seals, in some way, gives records until it ends.
type sealedRead struct {
	name  string
	file  string
	known bool // the file is known before its first record is read
	// open makes everything ready to read, and returns what gives the next record.
	open func(t *testing.T, path string) (next func() (*Change, error))
}

// opened opens a file that is closed with the test.
func opened(t *testing.T, path string, seals *Seals) *Files {
	t.Helper()
	f, err := Open([]string{path}, Options{Seals: seals})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func nextOf(t *testing.T, f *Files) func() (*Change, error) {
	return func() (*Change, error) { return f.Next(t.Context()) }
}

var sealedReads = []sealedRead{
	{"an undo file", "undo.jsonl", false, func(t *testing.T, path string) func() (*Change, error) {
		return nextOf(t, opened(t, path, nil))
	}},
	{"an undo file, resumed", "undo.jsonl", false, func(t *testing.T, path string) func() (*Change, error) {
		f := opened(t, path, nil)
		info, err := os.Stat(path)
		if err == nil {
			err = f.Resume(Position{Offset: info.Size(), Line: sealedRecords + 1})
		}
		if err != nil {
			t.Fatal(err)
		}
		return nextOf(t, f)
	}},
	{"read before", "a.jsonl", true, func(t *testing.T, path string) func() (*Change, error) {
		seals := new(Seals)
		if _, err := rest(opened(t, path, seals)); err != nil {
			t.Fatal(err)
		}
		return nextOf(t, opened(t, path, seals))
	}},
	{"digested before, and resumed", "a.jsonl", true, func(t *testing.T, path string) func() (*Change, error) {
		seals := new(Seals)
		if _, err := seals.Digest(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		first, err := opened(t, path, nil).Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		f := opened(t, path, seals)
		if err := f.Resume(first.After); err != nil {
			t.Fatal(err)
		}
		return nextOf(t, f)
	}},
	{"packed, read before", "a.jsonl.gz", true, func(t *testing.T, path string) func() (*Change, error) {
		seals := new(Seals)
		if err := seals.Unpack(t.Context(), path, io.Discard); err != nil {
			t.Fatal(err)
		}
		return nextOf(t, opened(t, path, seals))
	}},
	{"single records", "a.jsonl", true, func(t *testing.T, path string) func() (*Change, error) {
		f := opened(t, path, nil)
		changes, err := rest(f)
		if err != nil {
			t.Fatal(err)
		}
		return func() (*Change, error) {
			if len(changes) == 0 {
				return nil, io.EOF
			}
			c := changes[len(changes)-1]
			changes = changes[:len(changes)-1]
			return f.At(c.Begin)
		}
	}},
}

const sealedRecords = 500 // a third of them is more than is read at once

// sealedText is a change set of which other values have the same length.
func sealedText(file, value string) string {
	var b strings.Builder
	for i := range sealedRecords {
		number := ""
		if strings.HasPrefix(file, "undo") {
			number = fmt.Sprintf(`"_undo":%d,`, i+1)
		}
		code := sha512.Sum512([]byte{byte(i), byte(i >> 8)}) // of which nothing can be packed away
		fmt.Fprintf(&b, `{%s"username":"user-%05d","attributes":{"custom:tier":"%s","custom:code":"%x%x%x"}}`+"\n", number, i, value, code, code[1:], code[2:])
	}
	return b.String()
}

// TestChangedWhileRead: of a file that changes while it is read nothing is used that was not read, and held good,
// before. One that is replaced is read to its end, for it is the file that was opened.
func TestChangedWhileRead(t *testing.T) {
	t.Parallel()
	for _, r := range sealedReads {
		was, now := packText(t, r.file, sealedText(r.file, "gold")), packText(t, r.file, sealedText(r.file, "iron"))
		for _, change := range []struct {
			name string
			do   func(path string, stamp time.Time) error
		}{
			{"rewritten", func(path string, _ time.Time) error { return os.WriteFile(path, []byte(now), 0o600) }},
			{"rewritten in the same moment", func(path string, stamp time.Time) error {
				return errors.Join(os.WriteFile(path, []byte(now), 0o600), os.Chtimes(path, stamp, stamp))
			}},
			{"rewritten in its last third, in the same moment", func(path string, stamp time.Time) error {
				text := was[:len(was)*2/3] + now[min(len(now), len(was)*2/3):]
				return errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, stamp, stamp))
			}},
			{"truncated", func(path string, stamp time.Time) error {
				return errors.Join(os.Truncate(path, int64(len(was)/2)), os.Chtimes(path, stamp, stamp))
			}},
			{"longer", func(path string, stamp time.Time) error {
				return errors.Join(os.WriteFile(path, []byte(was+now), 0o600), os.Chtimes(path, stamp, stamp))
			}},
			{"replaced", func(path string, stamp time.Time) error {
				return errors.Join(os.WriteFile(path+".new", []byte(now), 0o600), os.Chtimes(path+".new", stamp, stamp), os.Rename(path+".new", path))
			}},
		} {
			for _, behind := range []int{0, 10} {
				if behind == 0 && !r.known {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/behind %d records", r.name, change.name, behind), func(t *testing.T) {
					path := filepath.Join(t.TempDir(), r.file)
					stamp := time.Now().Add(-time.Hour).Truncate(time.Second)
					if err := errors.Join(os.WriteFile(path, []byte(was), 0o600), os.Chtimes(path, stamp, stamp)); err != nil {
						t.Fatal(err)
					}
					next, read := r.open(t, path), 0
					for ; ; read++ {
						if read == behind {
							if err := change.do(path, stamp); err != nil {
								t.Fatal(err)
							}
						}
						c, err := next()
						if err != nil {
							wantChanged(t, err, path, change.name == "replaced")
							return
						}
						if c.Err != nil || c.Attributes[0].Value != "gold" {
							t.Fatalf("record %d of the changed content was delivered: %s", read, show(c))
						}
					}
				})
			}
		}
	}
}

// wantChanged holds the error of a file that was changed against what it is to be.
func wantChanged(t *testing.T, err error, path string, mayEnd bool) {
	t.Helper()
	if mayEnd && err == io.EOF {
		return
	}
	refusal, ok := errors.AsType[*FileError](err)
	if !ok || refusal.File != path || refusal.Msg != "has changed since it was opened" || !strings.HasPrefix(refusal.Hint(), "start again") {
		t.Errorf("it ended with %v", err)
	}
}

// TestRenamed: a file that has another name is known by it.
func TestRenamed(t *testing.T) {
	path, seals := write(t, "incoming.csv", "username,a\nann,1\n"), new(Seals)
	if _, err := seals.Digest(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	kept := path + ".kept.csv"
	if err := os.Rename(path, kept); err != nil {
		t.Fatal(err)
	}
	seals.Renamed(path, kept)
	if err := os.WriteFile(kept, []byte("username,a\nann,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open([]string{kept}, Options{Seals: seals})
	wantChanged(t, err, kept, false)
}
