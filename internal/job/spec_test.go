package job

import (
	"os"
	"path/filepath"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/target"
)

func TestRunDir(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"loyalty.run", "loyalty.plan", "own"} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join("own", checkpoint.FileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		spec  Spec
		input string
		want  string
	}{
		{"the input's name", Spec{}, "loyalty.csv", "loyalty.run"},
		{"in the working directory, not beside the input", Spec{}, "in/loyalty.csv", "loyalty.run"},
		{"packing is no part of the name", Spec{}, "loyalty.jsonl.zst", "loyalty.run"},
		{"only the format is taken off", Spec{}, "loyalty.2026.csv.gz", "loyalty.2026.run"},
		{"standard input", Spec{}, "-", "stdin.run"},
		{"a rehearsal", Spec{Target: target.Connection{Sandbox: true}}, "loyalty.csv", "loyalty.sandbox.run"},
		{"the failed ones again", Spec{Changes: changeset.Spec{OnlyFailed: "loyalty.run"}}, "loyalty.csv", "loyalty.failed.run"},
		{"a run's report", Spec{}, "loyalty.run/errors.csv", "loyalty.errors.run"},
		{"a run's undo", Spec{}, "loyalty.run/undo.jsonl", "loyalty.undo.run"},
		{"a plan", Spec{}, "loyalty.plan/plan.jsonl", "loyalty.plan.run"},
		{"a report in a directory named by hand", Spec{}, "own/errors.csv", "own.errors.run"},
		{"named by hand", Spec{Dir: "here/"}, "loyalty.csv", "here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.spec.Changes.Paths = []string{tt.input}
			if got := tt.spec.runDir(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
