package report

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/sources"
)

// The reports of a run and its undo file are crashed together with the checkpoint, in internal/cli. These
// are the files that get their names when they are whole.

// TestWholeFiles has the machine crash behind each operation of steps that replace files. Under its name a
// file is whole: it holds what the last step that returned left there, or what the one under way will.
func TestWholeFiles(t *testing.T) {
	const header = "file,line,username,attribute,verdict,before,after,note\n"
	plan := func(user string, end func(*Plan) error) func(disk.FS, string) error {
		return func(on disk.FS, dir string) error {
			p, err := openPlan(on, dir)
			if err != nil {
				return err
			}
			return errors.Join(p.Change(&sources.Change{Username: user}), p.Row(AuditRow{File: "f", Username: user}), end(p))
		}
	}
	line := func(user string) string {
		return `{"username":"` + user + `","attributes":{},"expect":{}}` + "\n"
	}
	row := func(user string) string { return header + "f,0," + user + ",,,,,\n" }
	export := func(text string, end func(*ExportFile) error) func(disk.FS, string) error {
		return func(on disk.FS, dir string) error {
			f, err := createExport(on, filepath.Join(dir, "export.csv"))
			if err != nil {
				return err
			}
			_, err = f.Write([]byte(text))
			return errors.Join(err, end(f))
		}
	}
	summary := func(phase checkpoint.Phase) func(disk.FS, string) error {
		return func(on disk.FS, dir string) error { return writeSummary(on, dir, Summary{State: phase}) }
	}
	text := func(phase checkpoint.Phase) string {
		dir := t.TempDir()
		if err := WriteSummary(dir, Summary{State: phase}); err != nil {
			t.Fatal(err)
		}
		return read(t, dir, SummaryJSON)
	}
	for _, tt := range []struct {
		name  string
		steps []func(disk.FS, string) error
		want  map[string][]string // what each file holds behind each step; "" none
	}{
		{"a summary", []func(disk.FS, string) error{summary(checkpoint.Stopped), summary(checkpoint.Finished)},
			map[string][]string{SummaryJSON: {text(checkpoint.Stopped), text(checkpoint.Finished)}}},
		{"a plan", []func(disk.FS, string) error{plan("ann", (*Plan).Close), plan("bob", (*Plan).Discard), plan("cat", (*Plan).Close), plan("dan", (*Plan).Withhold)},
			map[string][]string{PlanJSONL: {line("ann"), line("ann"), line("cat"), ""}, AuditCSV: {row("ann"), row("ann"), row("cat"), row("dan")}}},
		{"an export", []func(disk.FS, string) error{export("one\n", (*ExportFile).Commit), export("two\n", (*ExportFile).Discard), export("three\n", (*ExportFile).Commit)},
			map[string][]string{"export.csv": {"one\n", "one\n", "three\n"}}},
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
					if !slices.Contains(may, string(data)) {
						t.Errorf("%s holds %q with %d steps done, want one of %q: %s", name, data, done, may, s)
					}
				}
			}
		})
	}
}
