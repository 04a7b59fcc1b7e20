package report

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/sources"
)

// TestUndoAsRecorded: what the checkpoint knows to be durable must be there; what a crash tore behind it,
// nobody was told of.
func TestUndoAsRecorded(t *testing.T) {
	first, second, third := tierLine(1, "ann"), tierLine(2, "bob"), tierLine(3, "cat")
	zeros := strings.Repeat("\x00", len(second)-1) + "\n"
	tests := []struct {
		name  string
		text  string // "": there is no file
		known string // what the checkpoint recorded
		left  string // of the file
		want  string // the error; "": none
	}{
		{"as recorded", first, first, first, ""},
		{"ahead of the checkpoint", first + second, first, first + second, ""},
		{"torn behind it", first + second[:20], first, first, ""},
		{"zeros behind it, and the rest of the batch", first + zeros + third, first, first, ""},
		{"zeros in the midst of a line, and the rest of the batch", first + second[:20] + zeros[20:] + third, first, first, ""},
		{"zeros within it", first + zeros + third, first + second, first + zeros + third, changedWithin(first + second)},
		{"changed", tierLine(1, "bob") + second, first + second, tierLine(1, "bob") + second, changedWithin(first + second)},
		{"changed, with a longer line", tierLine(1, "ann-marie") + second, first + second, tierLine(1, "ann-marie") + second, changedWithin(first + second)},
		{"changed, with a shorter line, and one more", tierLine(1, "a") + second + third, first + second, tierLine(1, "a") + second + third, changedWithin(first + second)},
		{"its last entry lost, and another one behind", first + third + third, first + second, first + third + third, changedWithin(first + second)},
		{"an entry lost", second + third + tierLine(4, "dan"), first + second + third, second + third + tierLine(4, "dan"), changedWithin(first + second + third)},
		{"what was recorded is no undo file", "hello\n" + first, "hello\n", "hello\n" + first, "damaged: what the checkpoint recorded does not end with an undo entry"},
		{"shorter", first, first + second, first, fmt.Sprintf("damaged: it has %d bytes, the checkpoint recorded %d", len(first), len(first+second))},
		{"empty", "\n", first, "\n", fmt.Sprintf("damaged: it has 1 bytes, the checkpoint recorded %d", len(first))},
		{"missing", "", first, "", fmt.Sprintf("damaged: it is missing, the checkpoint recorded %d bytes", len(first))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, UndoJSONL)
			if tt.text != "" {
				if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			f, err := Open(Config{Dir: dir, Recorded: map[string]checkpoint.Extent{UndoJSONL: recorded(tt.known, len(tt.known))}})
			want := tt.want
			if want != "" {
				want = path + ": " + want
			}
			if got := errorText(err); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
			if got, _ := os.ReadFile(path); string(got) != tt.left {
				t.Errorf("it holds %q, want %q", got, tt.left)
			}
			if err != nil {
				return
			}
			defer f.Close()
			if files, err := f.Sync(); err != nil || files[UndoJSONL] != recorded(tt.left, len(tt.left)) {
				t.Errorf("the next checkpoint records %v, %v", files[UndoJSONL], err)
			}
			if err := f.Undo(tierEntry("eve")); err != nil {
				t.Fatal(err)
			}
			now := read(t, dir, UndoJSONL)
			if files, err := f.Sync(); err != nil || files[UndoJSONL] != recorded(now, len(now)) {
				t.Errorf("behind an entry the checkpoint records %v, %v", files[UndoJSONL], err)
			}
		})
	}
}

func changedWithin(text string) string {
	return fmt.Sprintf("damaged: its first %d bytes are not those that the run wrote", len(text))
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestUndoComesBack writes entries over several starts that end in a crash, and reads them as a change
// set: every entry that Append has confirmed is there, the newest first.
func TestUndoComesBack(t *testing.T) {
	text := rapid.StringN(1, 40, -1).Filter(func(s string) bool { return !strings.Contains(s, "\x00") && strings.TrimSpace(s) != "" })
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "undo")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, UndoJSONL)
		image := func(t *rapid.T, label string) (list []sources.Attribute) {
			for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "custom:b", "é"}), rapid.ID).Draw(t, label) {
				a := sources.Attribute{Name: name, Delete: rapid.Bool().Draw(t, "absent")}
				if !a.Delete {
					a.Value = text.Draw(t, "value")
				}
				list = append(list, a)
			}
			return list
		}
		var want []*sources.Change
		for range rapid.IntRange(1, 4).Draw(t, "starts") {
			u, err := openUndo(Config{Dir: dir, Disk: crash.Unsynced{}})
			if err != nil {
				t.Fatal(err)
			}
			for range rapid.IntRange(0, 4).Draw(t, "entries") {
				e := UndoEntry{Username: text.Draw(t, "user"), Before: image(t, "before"), Wrote: image(t, "wrote")}
				if err := u.append(e); err != nil {
					t.Fatal(err)
				}
				want = append(want, &sources.Change{Username: e.Username, Attributes: e.Before, Expect: e.Wrote})
			}
			if err := u.close(); err != nil {
				t.Fatal(err)
			}
			tear(t, path)
		}
		slices.Reverse(want)
		f, err := sources.Open([]string{path}, sources.Options{})
		if err != nil {
			if len(want) == 0 {
				return // an empty file
			}
			t.Fatal(err)
		}
		defer f.Close()
		for _, w := range want {
			got, err := f.Next(context.Background())
			if err != nil || got.Err != nil || got.Username != w.Username || !reflect.DeepEqual(got.Attributes, w.Attributes) || !reflect.DeepEqual(got.Expect, w.Expect) {
				t.Fatalf("got %+v, %v, want %+v", got, err, w)
			}
		}
		if c, err := f.Next(context.Background()); len(want) > 0 && err != io.EOF {
			t.Fatalf("there is more: %+v, %v", c, err)
		}
	})
}

// tear leaves what a crash may leave of an entry that nobody was told of.
func tear(t *rapid.T, path string) {
	line := tierLine(999, "ann")
	line = line[:rapid.IntRange(0, len(line)-2).Draw(t, "torn at")]
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(line); err != nil {
		t.Fatal(err)
	}
	f.Close()
}
