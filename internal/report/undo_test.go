package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// tierEntry is the way back from silver to gold.
func tierEntry(user string) UndoEntry {
	return UndoEntry{Username: user, Line: 7,
		Before: []sources.Attribute{{Name: "custom:tier", Value: "gold"}, {Name: "nickname", Delete: true}},
		Wrote:  []sources.Attribute{{Name: "custom:tier", Value: "silver"}, {Name: "nickname", Value: "A \"B\"\n"}}}
}

// tierLine is the entry as the file has it.
func tierLine(number int, user string) string {
	return fmt.Sprintf(`{"_undo":%d,"_line":7,"username":%q,"attributes":{"custom:tier":"gold","nickname":null},"expect":{"custom:tier":"silver","nickname":"A \"B\"\n"}}`+"\n", number, user)
}

func TestUndoFile(t *testing.T) {
	first, second := tierLine(1, "ann"), tierLine(2, "bob")
	tests := []struct {
		name   string
		before string // the file that is there; "" none
		want   string // the file after an entry for cat
	}{
		{"new", "", tierLine(1, "cat")},
		{"goes on", first + second, first + second + tierLine(3, "cat")},
		{"torn", first + second[:40], first + tierLine(2, "cat")},
		{"torn in its first bytes", first + second[:3], first + tierLine(2, "cat")},
		{"torn in its first entry", first[:40], tierLine(1, "cat")},
		{"torn, with zeros", first + "\x00\x00\x00", first + tierLine(2, "cat")},
		{"torn in the middle of a letter", first + `{"_undo":2,"username":"` + "\xc3", first + tierLine(2, "cat")},
		{"whole without its line end", first + strings.TrimSuffix(second, "\n"), first + second + tierLine(3, "cat")},
		{"a replay", first + second + first, first + second + first + tierLine(3, "cat")},
		{"numbers that somebody has thinned out", tierLine(7, "ann"), tierLine(7, "ann") + tierLine(8, "cat")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, UndoJSONL)
			if tt.before != "" {
				if err := os.WriteFile(path, []byte(tt.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			u, err := openUndo(Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if err := u.append(tierEntry("cat")); err != nil {
				t.Fatal(err)
			}
			if got := read(t, dir, UndoJSONL); got != tt.want {
				t.Errorf("got\n%q\nwant\n%q", got, tt.want)
			}
			if err := errors.Join(u.close(), u.close()); err != nil {
				t.Error(err)
			}
			if err := u.append(tierEntry("dan")); !errors.Is(err, fs.ErrClosed) {
				t.Errorf("append after close: %v", err)
			}
			if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
		})
	}
}

func TestUndoRefusesWhatIsNotItsOwn(t *testing.T) {
	first := tierLine(1, "ann")
	second := fmt.Sprintf("the line at byte %d is no undo entry", len(first))
	tests := []struct{ name, text, want string }{
		{"a plan", `{"username":"ann","attributes":{}}` + "\n", "the line at byte 0 is no undo entry"},
		{"a line of another file", "hello", "the line at byte 0 is no undo entry"},
		{"notes with a zero byte", "my notes\x00and more\n", "the line at byte 0 is no undo entry"},
		{"notes with a zero byte behind an entry", first + "my notes\x00and more\n", second},
		{"damaged in the middle", first + first[:30] + "\n" + first, second},
		{"an empty line", first + "\n" + first, second},
		{"a number that is none", `{"_undo":"1","username":"ann"}` + "\n", "the line at byte 0 is no undo entry"},
		{"a fraction", `{"_undo":1.5,"username":"ann"}` + "\n", "the line at byte 0 is no undo entry"},
		{"zero", `{"_undo":0,"username":"ann"}` + "\n", "the line at byte 0 is no undo entry"},
		{"one line of 5 MiB", strings.Repeat("x", 5<<20), "it has a line of over 4194304 bytes, which is no undo entry"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, UndoJSONL)
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := openUndo(Config{Dir: dir})
			var refusal *checkpoint.DamagedError
			if !errors.As(err, &refusal) || err.Error() != path+": damaged: "+tt.want || !strings.Contains(refusal.Hint(), "or start over") {
				t.Errorf("got %v", err)
			}
			if read(t, dir, UndoJSONL) != tt.text {
				t.Error("the file was changed")
			}
		})
	}
	t.Run("no directory", func(t *testing.T) {
		if _, err := openUndo(Config{Dir: filepath.Join(t.TempDir(), "none")}); !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
}

// What JSON cannot hold is refused before it is written, and nothing else suffers.
func TestUndoOfABadText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &slowDisk{}
		u := newUndo(d)
		if err := u.append(UndoEntry{Username: "\xff"}); err == nil || d.syncs > 0 {
			t.Errorf("%v after %d syncs", err, d.syncs)
		}
		if err := u.append(tierEntry("ann")); err != nil || string(d.durable) != tierLine(1, "ann") {
			t.Errorf("%v %s", err, d.durable)
		}
	})
}
