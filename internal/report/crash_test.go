package report

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// The reports of a run and its undo file are crashed together with the checkpoint, in internal/e2e/powercut. These
// are the files that get their names when they are whole.

// TestWholeFiles has the machine crash behind each operation of steps that replace files. Under its name a
// file is whole: it holds what the last step that returned left there, or what the one under way will.
func TestWholeFiles(t *testing.T) {
	const header = "file,line,username,attribute,verdict,before,after,note\n"
	plan := func(user string, end func(*Plan) error) func(disk.FS, string) error {
		return func(on disk.FS, dir string) error {
			p, err := OpenPlan(on, dir)
			if err != nil {
				return err
			}
			return errors.Join(p.Change(&sources.Change{Username: user}), p.Row(AuditRow{File: "f", Username: user}), end(p))
		}
	}
	line := func(user string) string {
		return `{"username":"` + user + `","attributes":{},"expect":{}}` + "\n"
	}
	row := func(user string) string { return header + "f,," + user + ",,,,,\n" }
	export := func(text string, end func(*disk.Whole) error) func(disk.FS, string) error {
		return func(on disk.FS, dir string) error {
			f, err := disk.Create(on, filepath.Join(dir, "export.csv"), disk.Manner{Shared: true})
			if err != nil {
				return err
			}
			_, err = f.Write([]byte(text))
			return errors.Join(err, end(f))
		}
	}
	summary := func(phase checkpoint.Phase) func(disk.FS, string) error {
		return func(on disk.FS, dir string) error { return WriteSummary(on, dir, Summary{State: phase}) }
	}
	text := func(phase checkpoint.Phase) string {
		dir := t.TempDir()
		if err := WriteSummary(disk.OS{}, dir, Summary{State: phase}); err != nil {
			t.Fatal(err)
		}
		return read(t, dir, SummaryJSON)
	}
	for _, tt := range []struct {
		name  string
		steps []func(disk.FS, string) error
		want  map[string][]string // what each file holds behind each step; "" none
		gone  string              // a file that may be absent at any time
	}{
		{"a summary", []func(disk.FS, string) error{summary(checkpoint.Stopped), summary(checkpoint.Finished)},
			map[string][]string{SummaryJSON: {text(checkpoint.Stopped), text(checkpoint.Finished)}}, ""},
		{"a plan", []func(disk.FS, string) error{plan("ann", (*Plan).Close), plan("bob", (*Plan).Discard), plan("cat", (*Plan).Close), plan("dan", (*Plan).Withhold)},
			map[string][]string{PlanJSONL: {line("ann"), line("ann"), line("cat"), ""}, AuditCSV: {row("ann"), row("ann"), row("cat"), row("dan")}}, PlanJSONL},
		{"an export", []func(disk.FS, string) error{export("one\n", (*disk.Whole).Commit), export("two\n", (*disk.Whole).Discard), export("three\n", (*disk.Whole).Commit)},
			map[string][]string{"export.csv": {"one\n", "one\n", "three\n"}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			d, err := crash.New(root)
			if err != nil {
				t.Fatal(err)
			}
			for i, step := range tt.steps {
				if err := step(d, root); err != nil {
					t.Fatal(err)
				}
				d.Mark(i)
			}
			for s := range d.States(crash.All) {
				dir := t.TempDir()
				if err := s.Restore(dir); err != nil {
					t.Fatal(err)
				}
				for name, behind := range tt.want {
					data, err := os.ReadFile(filepath.Join(dir, name))
					if err != nil && !errors.Is(err, os.ErrNotExist) {
						t.Fatal(err)
					}
					done := len(s.Marks)
					may := slices.Concat([]string{""}, behind)[done:min(done+2, len(behind)+1)]
					if name == tt.gone && err != nil {
						continue
					}
					if !slices.Contains(may, string(data)) {
						t.Errorf("%s holds %q with %d steps done, want one of %q: %s", name, data, done, may, s)
					}
				}
			}
		})
	}
}

// TestCutOutlastsCrash: a resumed run cuts errors.jsonl back to what the checkpoint counts, and writes no more to it. A
// record that is done again, with success, must not stand there after a power cut.
func TestCutOutlastsCrash(t *testing.T) {
	root := t.TempDir()
	write := func(f *Files, n int, o pipeline.Outcome) map[string]checkpoint.Extent {
		failed := f.Write(record(n, o))
		extents, err := f.Sync()
		if err := errors.Join(failed, err); err != nil {
			t.Fatal(err)
		}
		return extents
	}
	f := must(t, Config{Dir: root})
	recorded := write(f, 1, pipeline.Failed)
	write(f, 2, pipeline.Failed) // on the disk, and in no checkpoint
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := crash.New(root)
	if err != nil {
		t.Fatal(err)
	}
	f = must(t, Config{Dir: root, Recorded: recorded, Disk: d})
	defer f.Close()
	extents := write(f, 2, pipeline.Updated)
	d.Mark("saved")
	for s := range d.States(crash.All) {
		dir := t.TempDir()
		if err := s.Restore(dir); err != nil {
			t.Fatal(err)
		}
		if got := int64(len(read(t, dir, ErrorsJSONL))); len(s.Marks) > 0 && got != extents[ErrorsJSONL].Length {
			t.Errorf("%s has %d bytes, %d are recorded: %s", ErrorsJSONL, got, extents[ErrorsJSONL].Length, s)
		}
	}
}

// TestFailedSyncIsNotBelieved: entries whose sync failed can be read by the next start, and a sync of that start
// would go well and bring none of them to the disk. What it counts as durable must be there after a power cut.
func TestFailedSyncIsNotBelieved(t *testing.T) {
	for _, tt := range []struct {
		name     string
		recorded bool // the checkpoint knows of the first entry
	}{
		{"none is in the checkpoint", false},
		{"the first is in the checkpoint", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			d, err := crash.New(root)
			if err != nil {
				t.Fatal(err)
			}
			f := must(t, Config{Dir: root, Disk: d})
			if err := f.Undo(tierEntry("ann")); err != nil {
				t.Fatal(err)
			}
			recorded, err := f.Sync()
			if err != nil {
				t.Fatal(err)
			}
			if !tt.recorded {
				delete(recorded, UndoJSONL)
			}
			d.FailSync(UndoJSONL, 0)
			if err := f.Undo(tierEntry("bob")); !errors.Is(err, syscall.EIO) {
				t.Fatalf("the sync ended with %v", err)
			}
			_ = f.Close()
			f = must(t, Config{Dir: root, Recorded: recorded, Disk: d})
			defer f.Close()
			if err := f.Undo(tierEntry("cat")); err != nil {
				t.Fatal(err)
			}
			want := tierLine(1, "ann") + tierLine(2, "bob") + tierLine(3, "cat")
			if files, err := f.Sync(); err != nil || files[UndoJSONL] != recordedOf(want) {
				t.Fatalf("recorded %v, %v", files[UndoJSONL], err)
			}
			d.Mark("durable")
			for s := range d.States(crash.All) {
				dir := t.TempDir()
				if err := s.Restore(dir); err != nil {
					t.Fatal(err)
				}
				if got, _ := os.ReadFile(filepath.Join(dir, UndoJSONL)); len(s.Marks) > 0 && string(got) != want {
					t.Errorf("left %q: %s", got, s)
				}
			}
		})
	}
}

func recordedOf(text string) checkpoint.Extent { return checkpoint.Extent{}.With([]byte(text)) }

// TestPlanAndAuditArePair: plan.jsonl is what apply does, audit.csv what people have reviewed. Whenever the machine stops in a
// second plan, they are of the same plan, or there is no plan.jsonl.
func TestPlanAndAuditArePair(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(*Plan) error
	}{
		{"closed", (*Plan).Close},
		{"withheld", (*Plan).Withhold},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			d, err := crash.New(root)
			if err != nil {
				t.Fatal(err)
			}
			plan := func(user string, end func(*Plan) error) {
				p, err := OpenPlan(d, root)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(p.Change(&sources.Change{Username: user}), p.Row(AuditRow{File: "made.csv", Username: user}), end(p),
					disk.WriteFile(d, filepath.Join(root, SummaryJSON), []byte(user))); err != nil {
					t.Fatal(err)
				}
				d.Mark(user)
			}
			plan("ann", (*Plan).Close)
			plan("bob", tt.end)
			for s := range d.States(crash.All) {
				dir := t.TempDir()
				if err := s.Restore(dir); err != nil {
					t.Fatal(err)
				}
				change, audit := userOf(t, dir, PlanJSONL, `"ann"`, `"bob"`), userOf(t, dir, AuditCSV, ",ann,", ",bob,")
				if summary := userOf(t, dir, SummaryJSON, "ann", "bob"); summary > 0 && summary != audit {
					t.Errorf("the summary of user %d beside the audit of user %d: %s", summary, audit, s)
				}
				if change > 0 && change != audit {
					t.Errorf("the plan of user %d beside the audit of user %d: %s", change, audit, s)
				}
			}
		})
	}
}

// userOf tells which of two texts a file holds: 1, 2, or 0 if it is absent.
func userOf(t *testing.T, dir, name, first, second string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return 0
	case strings.Contains(string(data), first):
		return 1
	case strings.Contains(string(data), second):
		return 2
	}
	t.Errorf("%s holds neither: %q, %v", name, data, err)
	return 0
}
