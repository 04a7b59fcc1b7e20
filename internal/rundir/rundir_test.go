package rundir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// dirWith is a directory with some files, given as names and texts.
func dirWith(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestOpen: only a directory that is empty, or that a run has left, is taken.
func TestOpen(t *testing.T) {
	const stranger = " is a directory with files in it, and no run directory"
	for _, tt := range []struct {
		name  string
		files []string
		want  string // of the error; empty: it is taken
	}{
		{"empty", nil, ""},
		{"of a run", []string{"lock", "\n", "checkpoint.json", "{}", "notes.txt", "made up"}, ""},
		{"of a run of which only the lock is there", []string{"lock", "\n"}, ""},
		{"of a run whose lock a crash has emptied", []string{"lock", "", "applied.csv", ""}, ""},
		{"an empty lock beside a stranger's file", []string{"lock", "", "notes.txt", "made up"}, stranger},
		{"an empty lock beside a stranger's summary", []string{"lock", "", "summary.json", `{"total": 7}`, "notes.txt", "made up"}, stranger},
		{"of a plan whose lock a crash has emptied", []string{"lock", "", "summary.json", `{"dry_run": true}`, "notes.txt", "made up"}, ""},
		{"a lock of another program", []string{"lock", "pid 1\n"}, stranger},
		{"files and no lock", []string{"applied.csv", ""}, stranger},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := dirWith(t, tt.files...)
			d, err := Local().Open(dir)
			if (err != nil) != (tt.want != "") || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil {
				return
			}
			defer d.Close()
			if _, err := Local().Open(dir); err == nil {
				t.Error("it is taken twice")
			}
		})
	}
}

// TestNotKept: what a run or a plan keeps is refused where one is, and nowhere else.
func TestNotKept(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		kept  bool
	}{
		{"finished", []string{"lock", "\n", "checkpoint.json", "{}", "summary.json", "{}"}, true},
		{"killed", []string{"lock", "\n" + `{"pid":7}`, "checkpoint.json", "{}", "undo.jsonl", ""}, true},
		{"killed before its checkpoint", []string{"lock", "\n" + `{"pid":7}`, "notes.txt", "made up"}, true},
		{"a plan", []string{"lock", "\n", "summary.json", `{"dry_run": true}`, "plan.jsonl", ""}, true},
		{"a plan whose summary is lost", []string{"lock", "\n", "plan.jsonl", ""}, true},
		{"no lock", []string{"summary.json", `{"dry_run": true}`}, false},
		{"a stranger's, with a lock and a summary", []string{"lock", "", "summary.json", `{"total": 7}`, "main.tf", ""}, false},
		{"a stranger's, with a lock that is written to", []string{"lock", "pid 1\n", "summary.json", "7", "main.tf", ""}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := dirWith(t, tt.files...)
			if err := NotKept(filepath.Join(dir, "errors.csv")); (err != nil) != tt.kept {
				t.Errorf("got %v, want kept to be %t", err, tt.kept)
			}
			if err := NotKept(filepath.Join(dir, "users.csv")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNoneAtWork: what a run is writing is no input, under whatever name, but for the run itself.
func TestNoneAtWork(t *testing.T) {
	d, err := Local().Open(filepath.Join(t.TempDir(), "tiers.run"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	undo, link := d.File(report.UndoJSONL), filepath.Join(t.TempDir(), "back.jsonl")
	if err := os.WriteFile(undo, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	links := os.Symlink(undo, link) == nil
	held := fmt.Sprintf("process %d is at work in %s", os.Getpid(), disk.Resolved(d.Path))
	for _, tt := range []struct {
		name, path string
		own        *Dir
		want       string
	}{
		{"its undo file", undo, nil, held},
		{"its undo file by another name", link, nil, held},
		{"the run's own", undo, d, ""},
		{"standard input", Stdin, nil, ""},
		{"beside it", filepath.Join(filepath.Dir(d.Path), "tiers.csv"), nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.path == link && !links {
				t.Skip("there are no links")
			}
			got := ""
			if err := NoneAtWork([]string{tt.path}, tt.own); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestHoldsInput: an input is not where the run writes a report of that name.
func TestHoldsInput(t *testing.T) {
	dir := dirWith(t, "lock", "\n", "errors.csv", "username\n", "tiers.csv", "username\n", Incoming+"stdin.csv", "")
	d := &Dir{Volume: Local(), Path: dir}
	for name, refused := range map[string]bool{"errors.csv": true, "tiers.csv": false, Incoming + "stdin.csv": true} {
		if err := d.HoldsInput([]string{d.File(name)}); (err != nil) != refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRunsOfPlan: a plan that an unfinished run applies is not replaced, whatever that run's directory is called.
func TestRunsOfPlan(t *testing.T) {
	for _, tt := range []struct {
		name   string
		run    string // the directory of the run
		marked bool   // the run has left word in the plan's directory
		phase  checkpoint.Phase
		other  bool // the run is of another content
		want   string
	}{
		{"unfinished", "elsewhere", true, checkpoint.Stopped, false, "which is unfinished: without the plan it could not be continued"},
		{"finished", "elsewhere", true, checkpoint.Finished, false, ""},
		{"of another plan in its place", "elsewhere", true, checkpoint.Stopped, true, ""},
		{"unmarked, elsewhere", "elsewhere", false, checkpoint.Stopped, false, ""},
		{"unmarked, where it is by default", "tiers.plan.run", false, checkpoint.Stopped, false, "which is unfinished"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			plan, err := Local().Open("tiers.plan")
			if err != nil {
				t.Fatal(err)
			}
			defer plan.Close()
			run, err := Local().Open(tt.run)
			if err != nil {
				t.Fatal(err)
			}
			defer run.Close()
			if err := os.WriteFile(plan.File(report.PlanJSONL), []byte("{}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			digest, err := new(sources.Seals).Digest(t.Context(), plan.File(report.PlanJSONL))
			if err != nil {
				t.Fatal(err)
			}
			if tt.other {
				digest = "sha256:of-another"
			}
			if err := checkpoint.NewFile(run.Path).Save(checkpoint.State{Phase: tt.phase, Fingerprint: checkpoint.Fingerprint{ByInput: digest}}); err != nil {
				t.Fatal(err)
			}
			for range 2 { // once is enough
				if err := run.MarkPlans([]string{plan.File(report.PlanJSONL), "tiers.csv"}); tt.marked && err != nil {
					t.Fatal(err)
				}
				if !tt.marked {
					os.Remove(plan.File(PlanRuns))
				}
			}
			if text, _ := os.ReadFile(plan.File(PlanRuns)); tt.marked && strings.Count(string(text), tt.run) != 1 {
				t.Errorf("the plan's runs are %q", text)
			}
			err = plan.RunsOfPlan(t.Context())
			if (err != nil) != (tt.want != "") || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
