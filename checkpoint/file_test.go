package checkpoint

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

// sample is a state with every member set.
func sample() State {
	return State{
		Version:     version,
		Fingerprint: Fingerprint{"pool": "us-east-1_Example1", "input": "sha256:00ff", "note": "<a&b>"},
		Phase:       Stopped,
		Reason:      "more than 20 records failed",
		Hint:        "see errors.csv",
		Total:       100, Foreseen: 3,
		Records:  40,
		Position: sources.Position{Input: 1, Offset: 12345, Line: 42},
		Finished: []int64{42, 45},
		Counts:   Counts{Updated: 30, Unchanged: 5, Awaiting: 1, Failed: 6, Attempts: 50, Throttled: 9},
		Files:    map[string]Extent{"errors.csv": {512, 7}, "applied.csv": {2048, 8}},
		Rate:     Rate{PerSecond: 18.5, Reason: "throttled"},

		StartedAt: time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC),
		SavedAt:   time.Date(2026, 3, 1, 13, 0, 0, 0, time.UTC),
		Elapsed:   90 * time.Minute,
	}
}

func TestFileRoundTrip(t *testing.T) {
	tests := []struct {
		name   string
		change func(*State)
	}{
		{"every member", func(*State) {}},
		{"the beginning of a run", func(s *State) {
			*s = State{Phase: Running, Finished: []int64{}}
		}},
		{"a reason that looks like the checksum", func(s *State) { s.Reason = sealMark + "\"\n}\n" }},
		{"a reason that is not UTF-8", func(s *State) { s.Reason = "caf\xe9" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := sample()
			tt.change(&want)
			f := NewFile(t.TempDir())
			if err := f.Save(want); err != nil {
				t.Fatal(err)
			}
			want.Version = version
			want.Reason = strings.ToValidUTF8(want.Reason, "\ufffd")
			got, err := f.Load()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("Load: %v\ngot  %+v\nwant %+v", err, got, want)
			}
		})
	}
}

func TestSaveReplacesTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "checkpoint.json")
	// What a crash between writing and renaming leaves, with a mode that must not be taken over.
	if err := os.WriteFile(path+".tmp", []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := NewFile(dir)
	for _, reason := range []string{"first", "second"} {
		s := sample()
		s.Reason = reason
		if err := f.Save(s); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Load(); err != nil || got.Reason != reason {
			t.Fatalf("Load: %q, %v", got.Reason, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v; want checkpoint.json alone", entries, err)
	}
}

func TestLoadRefuses(t *testing.T) {
	whole, err := encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) []byte { return bytes.Replace(whole, []byte(old), []byte(new), 1) }
	// sealed changes a value and makes the checksum match again.
	sealed := func(old, new string) []byte {
		changed := replace(old, new)
		return seal(changed[:bytes.LastIndex(changed, []byte(sealMark))])
	}
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "damaged: the file is empty"},
		{"truncated", whole[:len(whole)/2], "damaged: not a whole checkpoint: unexpected end of JSON input"},
		{"zeroes", make([]byte, 512), "damaged: not a whole checkpoint: invalid character '\\x00' looking for beginning of value"},
		{"a flipped digit", replace(`"records": 40`, `"records": 50`), "damaged: the checksum does not match the content"},
		{"a flipped checksum", replace(`sha256:`, `sha256:0`), "damaged: the checksum does not match the content"},
		{"no checksum", []byte(`{"version":1}`), "damaged: the checksum does not match the content"},
		{"something behind the end", append(bytes.Clone(whole), ' '), "damaged: the checksum does not match the content"},
		{"a newer version", sealed(`"version": 2`, `"version": 3`), "written by a newer attrmigrate: version 3, this one knows 2"},
		{"a member that is not known", sealed(`"records": 40`, `"records": 40, "halves": [1]`), `written by a newer attrmigrate: json: unknown field "halves"`},
		{"version 0", sealed(`"version": 2`, `"version": 0`), "damaged: there is no version 0"},
		{"an unknown phase", sealed(`"stopped"`, `"paused"`), `damaged: there is no state "paused"`},
		{"a negative count", sealed(`"failed": 6`, `"failed": -6`), "damaged: failed is -6"},
		{"a negative offset", sealed(`"offset": 12345`, `"offset": -1`), "damaged: offset is -1"},
		{"a negative length", sealed(`"length": 512`, `"length": -1`), "damaged: the length of errors.csv is -1"},
		{"a negative rate", sealed(`18.5`, `-18.5`), "damaged: the rate is -18.5"},
		{"finished not ascending", sealed("42,\n    45", "45,\n    42"), "damaged: finished record 42 does not come after record 45"},
		{"finished within the gap-free part", sealed("42,\n    45", "40,\n    45"), "damaged: finished record 40 does not come after record 40"},
		{"counts that do not add up", sealed(`"updated": 30`, `"updated": 31`), "damaged: 42 records are finished, but 43 are counted"},
		{"a number of another kind", sealed(`"records": 40`, `"records": 4e99`), "damaged: not a checkpoint: json: cannot unmarshal number 4e99 into Go struct field State.records of type int64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "checkpoint.json")
			if err := os.WriteFile(path, tt.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := NewFile(dir).Load()
			damaged, ok := errors.AsType[*DamagedError](err)
			if !ok || err.Error() != path+": "+tt.want {
				t.Fatalf("Load: %v\nwant %s: %s", err, path, tt.want)
			}
			if hint := damaged.Hint(); !strings.Contains(hint, ", or start over") {
				t.Errorf("hint: %s", hint)
			}
		})
	}
}

// A file of version 1 is read, and says so; what is saved is of this version.
func TestLoadVersion1(t *testing.T) {
	dir := t.TempDir()
	first := sample()
	first.Version = 1
	whole, err := encode(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, FileName), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	f := NewFile(dir)
	got, err := f.Load()
	if err != nil || !reflect.DeepEqual(got, first) {
		t.Fatalf("Load: %v\ngot  %+v\nwant %+v", err, got, first)
	}
	if err := f.Save(got); err != nil {
		t.Fatal(err)
	}
	if got, err := f.Load(); err != nil || !reflect.DeepEqual(got, sample()) {
		t.Errorf("saved again: %v\n%+v", err, got)
	}
}

func TestLoadWithoutAFile(t *testing.T) {
	if _, err := NewFile(t.TempDir()).Load(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load: %v, want fs.ErrNotExist", err)
	}
}

func TestSaveRefusesWhatLoadWould(t *testing.T) {
	tests := []struct {
		name   string
		change func(*State)
		want   string
	}{
		{"counts that do not add up", func(s *State) { s.Counts.Failed++ }, "42 records are finished, but 43 are counted"},
		{"no phase", func(s *State) { s.Phase = "" }, `there is no state ""`},
		{"a rate that is not a number", func(s *State) { s.Rate.PerSecond = math.NaN() }, "json: unsupported value: NaN"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			f := NewFile(dir)
			if err := f.Save(sample()); err != nil {
				t.Fatal(err)
			}
			bad := sample()
			tt.change(&bad)
			err := f.Save(bad)
			if want := filepath.Join(dir, "checkpoint.json") + ": not saved: " + tt.want; err == nil || err.Error() != want {
				t.Errorf("Save: %v, want %s", err, want)
			}
			if got, err := f.Load(); err != nil || !reflect.DeepEqual(got, sample()) {
				t.Errorf("the file before it is gone: %v", err)
			}
		})
	}
}

// Whatever bit is flipped and wherever the file is cut off, it is refused.
func TestLoadRefusesAnyDamage(t *testing.T) {
	whole, err := encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		if s, err := decode(whole[:at]); err == nil {
			t.Errorf("cut off behind %d bytes it is believed: %+v", at, s)
		}
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[at] ^= 1 << bit
			if s, err := decode(damaged); err == nil {
				t.Errorf("with bit %d of byte %d flipped it is believed: %+v", bit, at, s)
			}
		}
	}
}

// FuzzLoad feeds bytes as they are and bytes with a checksum that matches. Nothing panics, and what
// loads is saved and loaded again without a change.
func FuzzLoad(f *testing.F) {
	whole, err := encode(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:bytes.LastIndex(whole, []byte(sealMark))])
	f.Add([]byte("{\n  \"version\": 2,\n  \"state\": \"running\""))
	f.Add([]byte(`{"version":1,"state":"running","finished":[9223372036854775807],"counts":{"failed":1}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, seal(data)} {
			s, err := decode(data)
			if err != nil {
				continue
			}
			again, err := encode(s)
			if err != nil {
				t.Fatalf("loaded, but not saved: %v", err)
			}
			back, err := decode(again)
			if err != nil {
				t.Fatalf("saved, but not loaded: %v", err)
			}
			if twice, err := encode(back); err != nil || !bytes.Equal(twice, again) {
				t.Fatalf("changed by a round trip: %v\n%s\n%s", err, again, twice)
			}
		}
	})
}

// readerFor is a file system of Windows on which a reader has the checkpoint open until some time.
type readerFor struct {
	disk.FS
	until time.Time
}

func (r readerFor) Rename(from, to string) error {
	if time.Now().Before(r.until) {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.Errno(5)}
	}
	return r.FS.Rename(from, to)
}

// TestSaveWhileRead: a reader that has the file open for some seconds does not stop a run on Windows; one that stays
// does, and leaves nothing behind.
func TestSaveWhileRead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reads time.Duration
		want  error
		phase Phase // in the file, in the end
	}{
		{"for three seconds", 3 * time.Second, nil, Stopped},
		{"for a minute", time.Minute, syscall.Errno(5), Running},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				f := NewFile(dir)
				if err := f.Save(State{Phase: Running}); err != nil {
					t.Fatal(err)
				}
				f.Disk = disk.Patient(readerFor{disk.OS{}, time.Now().Add(tt.reads)}, "windows")
				if err := f.Save(State{Phase: Stopped}); !errors.Is(err, tt.want) {
					t.Errorf("saved with %v, want %v", err, tt.want)
				}
				if s, err := f.Load(); err != nil || s.Phase != tt.phase {
					t.Errorf("the file is %s, %v, want %s", s.Phase, err, tt.phase)
				}
				if _, err := os.Stat(filepath.Join(dir, FileName+".tmp")); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("a temporary file is left: %v", err)
				}
			})
		})
	}
}
