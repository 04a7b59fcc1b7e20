package report

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

var at = time.Date(2026, 3, 1, 14, 0, 0, 999, time.FixedZone("", 2*60*60))

// record is the end of a row of a wide CSV: "user-N,gold", on line N+1.
func record(n int, outcome pipeline.Outcome) pipeline.Result {
	user := fmt.Sprintf("user-%d", n)
	r := pipeline.Result{
		Change: &sources.Change{
			File: "users.csv", Line: n + 1, Username: user,
			Rows: []sources.Row{{Line: n + 1, Cells: []string{user, "gold"}}},
			Text: fmt.Appendf(nil, `{"username":%q}`, user),
		},
		Outcome: outcome, Attempts: 1, At: at,
	}
	switch outcome {
	case pipeline.Failed:
		r.Err = errors.New("refused")
	case pipeline.Skipped:
		r.Err = fmt.Errorf("read: %w", notExpected{})
	}
	return r
}

func csvConfig(dir string) Config {
	return Config{Dir: dir, Header: []string{"username", "custom:tier"}}
}

// read returns a report as text.
func read(t interface{ Fatal(...any) }, dir, name string) string {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// must opens reports that nothing is wrong with.
func must(t interface{ Fatal(...any) }, cfg Config) *Files {
	f, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFreshRun(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{ErrorsCSV, ErrorsJSONL, AppliedCSV} { // of a start that never wrote
		if err := os.WriteFile(filepath.Join(dir, name), []byte("stale\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f := must(t, csvConfig(dir))
	if got := read(t, dir, AppliedCSV); got != "file,line,username,outcome,at,reason\n" {
		t.Errorf("applied.csv at the start: %q", got)
	}
	outcomes := []pipeline.Outcome{pipeline.Updated, pipeline.Failed, pipeline.Unchanged, pipeline.AwaitingVerification, pipeline.Skipped}
	for i, outcome := range outcomes {
		if err := f.Write(record(i+1, outcome)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := f.Sync()
	if err != nil {
		t.Fatal(err)
	}

	want := map[string]string{
		ErrorsCSV: "\ufeff_line,_message,username,custom:tier,_file,_class,_code,_attempts,_request_id,_at\n" +
			"3,refused,user-2,gold,users.csv,unknown,,1,,2026-03-01T12:00:00Z\n",
		AppliedCSV: "file,line,username,outcome,at,reason\n" +
			"users.csv,2,user-1,updated,2026-03-01T12:00:00Z,\n" +
			"users.csv,4,user-3,unchanged,2026-03-01T12:00:00Z,\n" +
			"users.csv,5,user-4,awaiting_verification,2026-03-01T12:00:00Z,\n" +
			"users.csv,6,user-5,skipped,2026-03-01T12:00:00Z,custom:tier: not as the record expects\n",
	}
	for name, text := range want {
		if got := read(t, dir, name); got != text {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, text)
		}
		if files[name] != recorded(text, len(text)) {
			t.Errorf("Sync says that %s has %v, want %v", name, files[name], recorded(text, len(text)))
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
	if len(files) != 2 {
		t.Errorf("files: %v", files)
	}
	if _, err := os.Stat(filepath.Join(dir, ErrorsJSONL)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the stale errors.jsonl is still there: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestResume(t *testing.T) {
	const (
		errorsHead  = "\ufeff_line,_message,username,custom:tier,_file,_class,_code,_attempts,_request_id,_at\n"
		errorsRaw   = "\ufeff_line,_message,username,custom:tier,_file,_class,_code,_attempts,_request_id,_at,_raw\n"
		oldHead     = "username,custom:tier,_file,_line,_class,_code,_message,_attempts,_request_id,_at\n"
		oldRaw      = "username,custom:tier,_file,_line,_class,_code,_message,_attempts,_request_id,_at,_raw\n"
		appliedHead = "file,line,username,outcome,at\n"
		row2        = "3,refused,user-2,gold,users.csv,unknown,,1,,2026-03-01T12:00:00Z"
		oldRow2     = "user-2,gold,users.csv,3,unknown,,refused,1,,2026-03-01T12:00:00Z"
	)
	tests := []struct {
		name    string
		errors  string // errors.csv as the crash left it
		length  int    // as the checkpoint recorded it
		want    string // errors.csv after record 2 failed
		refused string // the error, behind the file's path
	}{
		{"as recorded", errorsHead, len(errorsHead), errorsHead + row2 + "\n", ""},
		{"rows beyond the checkpoint", errorsHead + row2 + "\n", len(errorsHead), errorsHead + row2 + "\n", ""},
		{"a torn tail", errorsHead + row2[:20], len(errorsHead), errorsHead + row2 + "\n", ""},
		{"the columns of the file stand", errorsRaw, len(errorsRaw), errorsRaw + row2 + ",\n", ""},
		{"of an earlier version", oldHead, len(oldHead), oldHead + oldRow2 + "\n", ""},
		{"of an earlier version, with its columns", oldRaw, len(oldRaw), oldRaw + oldRow2 + ",\n", ""},
		{"separated otherwise", strings.ReplaceAll(errorsHead, ",", ";"), len(errorsHead), "",
			": damaged: its header is not the one of this input"},
		{"not recorded yet", "stale\n", 0, errorsHead + row2 + "\n", ""},
		{"too short", errorsHead[:10], len(errorsHead), "",
			": damaged: it has 10 bytes, the checkpoint recorded 84"},
		{"missing", "", len(errorsHead), "", ": damaged: it is missing, the checkpoint recorded 84 bytes"},
		{"changed", strings.Replace(errorsHead, "e", "E", 1) + row2 + "\n", len(errorsHead), "",
			": damaged: its first 84 bytes are not those that the run wrote"},
		{"another header", strings.ToUpper(errorsHead), len(errorsHead), "",
			": damaged: its header is not the one of this input"},
		{"no header", "a\"b\n", 4, "",
			": damaged: its header cannot be read: parse error on line 1, column 2: bare \" in non-quoted-field"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{ErrorsCSV: tt.errors, AppliedCSV: appliedHead + "torn"} {
				if text == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cfg := csvConfig(dir)
			was := tt.errors
			if tt.name == "changed" {
				was = errorsHead
			}
			cfg.Recorded = map[string]checkpoint.Extent{ErrorsCSV: recorded(was, tt.length), AppliedCSV: recorded(appliedHead, len(appliedHead))}
			f, err := Open(cfg)
			if tt.refused != "" {
				damaged, ok := errors.AsType[*checkpoint.DamagedError](err)
				if want := filepath.Join(dir, ErrorsCSV) + tt.refused; !ok || err.Error() != want {
					t.Fatalf("Open: %v\nwant  %s", err, want)
				}
				if hint := damaged.Hint(); !strings.Contains(hint, "or start over") {
					t.Errorf("hint: %s", hint)
				}
				if got := read(t, dir, AppliedCSV); got != appliedHead+"torn" {
					t.Errorf("a refused start changed applied.csv: %q", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := f.Write(record(2, pipeline.Failed)); err != nil {
				t.Fatal(err)
			}
			files, err := f.Sync()
			if got := read(t, dir, ErrorsCSV); got != tt.want || files[ErrorsCSV] != recorded(got, len(got)) || err != nil {
				t.Errorf("errors.csv (%v, %v):\n%q\nwant\n%q", files, err, got, tt.want)
			}
			if got := read(t, dir, AppliedCSV); got != appliedHead {
				t.Errorf("applied.csv: %q", got)
			}
		})
	}
}

// However often a run crashes, and wherever: each record stands exactly once, in one of the files.
func TestEachRecordStandsOnce(t *testing.T) {
	for _, header := range [][]string{{"username", "custom:tier"}, nil} {
		name := ErrorsCSV
		if header == nil {
			name = ErrorsJSONL
		}
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { crashes(rt, header, name) })
		})
	}
}

// crashes runs over a few records and throws away what is not synced, again and again.
func crashes(t *rapid.T, header []string, errorsName string) {
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)

	const total = 12
	done, saved := 0, map[string]checkpoint.Extent(nil) // the checkpoint
	for done < total {
		f := must(t, Config{Dir: dir, Header: header, Recorded: saved, Disk: crash.Unsynced{}})
		reached := rapid.IntRange(done, total).Draw(t, "reached")
		synced := rapid.IntRange(done, reached).Draw(t, "synced")
		for n := done + 1; n <= reached; n++ {
			outcome := pipeline.Outcome(rapid.IntRange(int(pipeline.Failed), int(pipeline.Skipped)).Draw(t, "outcome"))
			if err := f.Write(record(n, outcome)); err != nil {
				t.Fatal(err)
			}
			if n == synced {
				if saved, err = f.Sync(); err != nil {
					t.Fatal(err)
				}
				done = n
			}
		}
		f.Close() // a crash may or may not have written what was buffered
	}

	counts := map[string]int{}
	for _, name := range []string{errorsName, AppliedCSV} {
		for line := range strings.Lines(read(t, dir, name)) {
			for n := range total {
				user := fmt.Sprintf("user-%d", n+1)
				if strings.Contains(line, user+",") || strings.Contains(line, user+`"`) {
					counts[user]++
				}
			}
		}
	}
	for user, n := range counts {
		if n != 1 {
			t.Fatalf("%s stands %d times", user, n)
		}
	}
	if len(counts) != total {
		t.Fatalf("listed are %v", slices.Sorted(maps.Keys(counts)))
	}
}

// A disk that fails stops the run, and names the file, once and for ever.
func TestAFailedWriteStays(t *testing.T) {
	dir := t.TempDir()
	f := must(t, csvConfig(dir))
	f.files[0].f.Close() // the disk is gone
	if err := f.Write(record(1, pipeline.Failed)); err != nil {
		t.Errorf("a buffered write: %v", err)
	}
	for range 2 {
		_, err := f.Sync()
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, ErrorsCSV)) {
			t.Errorf("Sync: %v, want an error that names errors.csv", err)
		}
	}
	if err := f.Write(record(2, pipeline.Failed)); err == nil {
		t.Error("a write after the failed one is taken")
	}
}

func TestOpenInAnAbsentDirectory(t *testing.T) {
	if _, err := Open(csvConfig(filepath.Join(t.TempDir(), "absent"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open: %v", err)
	}
}

func BenchmarkWrite(b *testing.B) {
	tests := []struct {
		name    string
		header  []string
		outcome pipeline.Outcome
	}{
		{"applied", nil, pipeline.Updated},
		{"errors.csv", []string{"username", "custom:tier"}, pipeline.Failed},
		{"errors.jsonl", nil, pipeline.Failed},
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			f := must(b, Config{Dir: b.TempDir(), Header: tt.header})
			defer f.Close()
			r := record(1, tt.outcome)
			b.ReportAllocs()
			for b.Loop() {
				if err := f.Write(r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// recorded is what a checkpoint says of a file that began with a text when it had a length.
func recorded(text string, length int) checkpoint.Extent {
	e := checkpoint.Extent{}.With([]byte(text[:min(length, len(text))]))
	e.Length = int64(length)
	return e
}

// TestNothingIsCutBesideADamagedUndoFile: it is held against the checkpoint before another report is touched.
func TestNothingIsCutBesideADamagedUndoFile(t *testing.T) {
	dir := t.TempDir()
	known := tierLine(1, "ann")
	for name, text := range map[string]string{UndoJSONL: tierLine(1, "bob"), ErrorsJSONL: "recorded\nbehind it\n", AppliedCSV: "recorded\nbehind it\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	extent := recordedOf("recorded\n")
	_, err := Open(Config{Dir: dir, Recorded: map[string]checkpoint.Extent{UndoJSONL: recordedOf(known), ErrorsJSONL: extent, AppliedCSV: extent}})
	if _, ok := errors.AsType[*checkpoint.DamagedError](err); !ok || !strings.Contains(err.Error(), UndoJSONL) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{ErrorsJSONL, AppliedCSV} {
		if got := read(t, dir, name); got != "recorded\nbehind it\n" {
			t.Errorf("%s holds %q", name, got)
		}
	}
}
