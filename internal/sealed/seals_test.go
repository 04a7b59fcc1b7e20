package sealed

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// content is text of some blocks, each other than its neighbours.
func content(blocks int) string {
	var b strings.Builder
	for i := 0; b.Len() < blocks*blockSize; i++ {
		fmt.Fprintf(&b, "user-%07d,gold\n", i)
	}
	return b.String()[:blocks*blockSize-100]
}

// TestReads reads anywhere in a file, of which a byte may be written to at any time: what is given out is what was
// there, and once a block was read that is written to afterwards, it is given out no more.
func TestReads(t *testing.T) {
	t.Parallel()
	const blocks = 20 // more than is read at once
	was := content(blocks)
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "a.csv")
		stamp := time.Now().Add(-time.Hour).Truncate(time.Second)
		rewrite := func(text string) {
			if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, stamp, stamp)); err != nil {
				t.Fatalf("%v", err)
			}
		}
		rewrite(was)
		var seals Seals
		in, err := seals.Open(path, false) // which looks at the first block
		if err != nil {
			t.Fatalf("%v", err)
		}
		defer in.Close()
		var known [blocks]bool
		known[0] = true
		now := []byte(was)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			at := rapid.IntRange(0, len(was)-1).Draw(t, "at")
			if rapid.IntRange(0, 3).Draw(t, "write") == 0 && known[at/blockSize] {
				now[at] ^= 1
				rewrite(string(now))
				continue
			}
			again, err := seals.Open(path, false)
			if string(now[:blockSize]) != was[:blockSize] {
				refused(t, err, errChanged.Msg)
				return
			}
			if err != nil {
				t.Fatalf("%v", err)
			}
			p := make([]byte, rapid.IntRange(1, 2*bufferSize).Draw(t, "bytes"))
			n, err := again.ReadAt(p, int64(at))
			again.Close()
			if got, want := string(p[:n]), was[at:at+n]; got != want {
				t.Fatalf("%d bytes at %d are not those of before", n, at)
			}
			last := min(at+len(p), len(was)) - 1
			begin, end := at-at%blockSize, min(last-last%blockSize+blockSize, len(was))
			if changed := string(now[begin:end]) != was[begin:end]; changed {
				refused(t, err, errChanged.Msg)
			} else if whole := at+len(p) <= len(was); whole != (err == nil) || !whole && err != io.EOF {
				t.Fatalf("%d bytes at %d: %d, %v", len(p), at, n, err)
			}
			for i := at / blockSize; i <= (at+max(n, 1)-1)/blockSize; i++ {
				known[i] = true
			}
		}
	})
}

func TestLook(t *testing.T) {
	var seals Seals
	path := write(t, "a.csv", "username\n")
	if err := errors.Join(seals.Look(path), seals.Look(path)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("username,a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, path, want string }{
		{"nothing", filepath.Join(t.TempDir(), "a.csv"), "no such file"},
		{"a directory", t.TempDir(), "is a directory"},
		{"a device", os.DevNull, "is not a regular file, and could not be read again to resume"},
		{"an empty file", write(t, "b.csv", ""), "is empty"},
		{"another file than before", path, "has changed since it was opened"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, seals.Look(tt.path), tt.want) })
	}
}

// TestDigests: the digest is that of the stored bytes, whoever makes it, and from then on all of them are known.
func TestDigests(t *testing.T) {
	for _, name := range []string{"a.csv", "a.csv.gz", "a.csv.zst"} {
		t.Run(name, func(t *testing.T) {
			text := content(30)
			path, sum := write(t, name, pack(t, name, text)), ""
			var seals, others Seals
			in, err := seals.Open(path, true)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			if name == "a.csv" && in.Known() {
				t.Error("all is known, and the beginning was read")
			}
			got, err := io.ReadAll(in)
			if err == nil {
				sum, err = in.Digest()
			}
			stored, _ := os.ReadFile(path)
			want := fmt.Sprintf("sha256:%x", sha256.Sum256(stored))
			if err != nil || string(got) != text || sum != want || !in.Known() {
				t.Errorf("%d bytes, %s, %v, want %s", len(got), sum, err, want)
			}
			if sum, err := others.Digest(t.Context(), path); err != nil || sum != want {
				t.Errorf("%s, %v, want %s", sum, err, want)
			}
			unread, err := others.Open(path, true)
			if err != nil {
				t.Fatal(err)
			}
			defer unread.Close()
			if sum, err := unread.Digest(); err != nil || sum != want {
				t.Errorf("of what was not read yet: %s, %v, want %s", sum, err, want)
			}
			again, err := others.Open(path, false)
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if sum, err := again.Digest(); err != nil || sum != "" || !again.Known() {
				t.Errorf("not hashed: %q, %v, known: %t", sum, err, again.Known())
			}
			if err := again.Skip(int64(len(text) - 5)); err != nil {
				t.Fatal(err)
			}
			if end, err := io.ReadAll(again); err != nil || string(end) != text[len(text)-5:] {
				t.Errorf("the end is %q, %v", end, err)
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := new(Seals).Digest(ended, write(t, "a.csv", "username\n")); !errors.Is(err, context.Canceled) {
		t.Error(err)
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
	if err := seals.Look(kept); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("username,a\nann,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := seals.Open(kept, false)
	refused(t, err, errChanged.Msg)
}

// TestOtherFile: a file that was replaced, or written to, is refused before any of it is read, whatever else is the same.
func TestOtherFile(t *testing.T) {
	stamp := time.Now().Add(-time.Hour).Truncate(time.Second)
	put := func(path, text string, at time.Time) error {
		return errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, at, at))
	}
	for _, tt := range []struct {
		name    string
		change  func(path string) error
		refused bool
	}{
		{"as it was", func(string) error { return nil }, false},
		{"replaced by one of the same length and time", func(path string) error {
			return errors.Join(put(path+".new", "made up", stamp), os.Rename(path+".new", path))
		}, true},
		{"written to", func(path string) error { return put(path, "made up", stamp.Add(time.Second)) }, true},
		{"longer", func(path string) error { return put(path, "made up!", stamp) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.csv")
			if err := put(path, "made up", stamp); err != nil {
				t.Fatal(err)
			}
			var seals Seals
			if err := seals.Look(path); err != nil {
				t.Fatal(err)
			}
			if err := tt.change(path); err != nil {
				t.Fatal(err)
			}
			_, digest := seals.Digest(t.Context(), path)
			for what, err := range map[string]error{"looked at": seals.Look(path), "read": digest} {
				if tt.refused {
					refused(t, err, errChanged.Error())
				} else if err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}
