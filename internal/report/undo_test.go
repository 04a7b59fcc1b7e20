package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

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
			u, err := openUndo(Config{Dir: dir})
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

// slowDisk is a disk whose syncs take 5 ms.
type slowDisk struct {
	mu      sync.Mutex
	cached  []byte
	durable []byte
	syncs   int
	failAt  int // the sync that fails
	closed  int
}

var errFull = errors.New("no space left on device")

func (d *slowDisk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cached = append(d.cached, b...)
	return len(b), nil
}

func (d *slowDisk) Sync() error {
	d.mu.Lock()
	reached := len(d.cached)
	d.syncs++
	n := d.syncs
	d.mu.Unlock()
	<-time.After(5 * time.Millisecond) // on the simulated clock
	if n == d.failAt {
		return errFull
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.durable = slices.Clone(d.cached[:reached])
	return nil
}

func (d *slowDisk) Close() error { d.closed++; return nil }

func (d *slowDisk) has(user string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.Contains(d.durable, []byte(`"`+user+`"`))
}

func TestUndoSharesSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers, each = 64, 50
		d := &slowDisk{}
		u := newUndo(d)
		begin := time.Now()
		var group sync.WaitGroup
		for w := range workers {
			group.Go(func() {
				for i := range each {
					user := fmt.Sprintf("user-%d-%d", w, i)
					if err := u.append(tierEntry(user)); err != nil || !d.has(user) {
						t.Errorf("%s: %v, or not durable", user, err)
					}
				}
			})
		}
		group.Wait()
		if d.syncs > workers*each/10 {
			t.Errorf("%d syncs for %d entries", d.syncs, workers*each)
		}
		if took := time.Since(begin); took > workers*each/10*5*time.Millisecond {
			t.Errorf("took %v", took)
		}
		for i, line := range slices.Collect(strings.Lines(string(d.durable))) {
			if !strings.HasPrefix(line, fmt.Sprintf(`{"_undo":%d,`, i+1)) {
				t.Fatalf("line %d is %s", i+1, line)
			}
		}
	})
}

// instantDisk is a disk whose syncs take no time. It remembers them.
type instantDisk struct{ syncs []time.Time }

func (d *instantDisk) Write(b []byte) (int, error) { return len(b), nil }
func (d *instantDisk) Sync() error                 { d.syncs = append(d.syncs, time.Now()); return nil }
func (d *instantDisk) Close() error                { return nil }

// However fast the disk is, it is not asked more often than every few milliseconds; and an entry that comes
// alone waits for nothing.
func TestUndoGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &instantDisk{}
		u := newUndo(d)
		wait := func() time.Duration {
			begin := time.Now()
			if err := u.append(tierEntry("ann")); err != nil {
				t.Error(err)
			}
			return time.Since(begin)
		}
		for range 3 {
			if took := wait(); took != 0 {
				t.Errorf("an entry alone waited %v", took)
			}
			<-time.After(time.Second)
		}
		const entries, apart = 1000, 100 * time.Microsecond
		var group sync.WaitGroup
		for i := range entries {
			group.Go(func() {
				<-time.After(time.Duration(i) * apart)
				if took := wait(); took > gathering {
					t.Errorf("entry %d waited %v", i, took)
				}
			})
		}
		group.Wait()
		for i := range d.syncs[1:] {
			if between := d.syncs[i+1].Sub(d.syncs[i]); between < gathering {
				t.Errorf("sync %d came %v after the one before", i+2, between)
			}
		}
		if n, most := len(d.syncs)-3, int(entries*apart/gathering)+1; n > most {
			t.Errorf("%d syncs for %d entries, want at most %d", n, entries, most)
		}
	})
}

func TestUndoErrorStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &slowDisk{failAt: 3}
		u := newUndo(d)
		var group sync.WaitGroup
		for w := range 8 {
			group.Go(func() {
				for i := range 8 {
					user := fmt.Sprintf("user-%d-%d", w, i)
					err := u.append(tierEntry(user))
					if err == nil && !d.has(user) || err != nil && !errors.Is(err, errFull) {
						t.Errorf("%s: %v, durable %v", user, err, d.has(user))
					}
				}
			})
		}
		group.Wait()
		if err := u.append(tierEntry("ann")); !errors.Is(err, errFull) || d.syncs != 3 {
			t.Errorf("%v after %d syncs", err, d.syncs)
		}
		if err := errors.Join(u.close(), u.close()); err != nil || d.closed != 1 {
			t.Errorf("Close: %v, closed %d times", err, d.closed)
		}
	})
}

func TestUndoCloseWhileEntriesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &slowDisk{}
		u := newUndo(d)
		var first, second error
		go func() { first = u.append(tierEntry("ann")) }()
		synctest.Wait()
		go func() { second = u.append(tierEntry("bob")) }()
		synctest.Wait()
		if err := u.close(); err != nil || d.closed != 1 {
			t.Error(err)
		}
		synctest.Wait()
		if first != nil || !d.has("ann") || !errors.Is(second, fs.ErrClosed) || d.has("bob") {
			t.Errorf("%v and %v", first, second)
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

// countingDisk counts the syncs of a real file.
type countingDisk struct {
	*os.File
	syncs atomic.Int64
}

func (d *countingDisk) Sync() error { d.syncs.Add(1); return d.File.Sync() }

// BenchmarkUndo appends from 64 goroutines to a file on the disk of the temporary directory.
func BenchmarkUndo(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), UndoJSONL))
	if err != nil {
		b.Fatal(err)
	}
	d := &countingDisk{File: f}
	u := newUndo(d)
	b.ReportAllocs()
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := u.append(tierEntry("ann")); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/float64(d.syncs.Load()), "entries/fsync")
	if err := u.close(); err != nil {
		b.Fatal(err)
	}
}
