package cli

import (
	"os"
	"path/filepath"
	"testing"

	"attrmigrate/checkpoint"
)

func TestRunDirPath(t *testing.T) {
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
		opts  options
		input string
		want  string
	}{
		{"the input's name", options{}, "loyalty.csv", "loyalty.run"},
		{"in the working directory, not beside the input", options{}, "in/loyalty.csv", "loyalty.run"},
		{"packing is no part of the name", options{}, "loyalty.jsonl.zst", "loyalty.run"},
		{"only the format is taken off", options{}, "loyalty.2026.csv.gz", "loyalty.2026.run"},
		{"standard input", options{}, "-", "stdin.run"},
		{"a rehearsal", options{connection: connectionOptions{sandbox: true}}, "loyalty.csv", "loyalty.sandbox.run"},
		{"the failed ones again", options{onlyFailed: "loyalty.run"}, "loyalty.csv", "loyalty.failed.run"},
		{"a run's report", options{}, "loyalty.run/errors.csv", "loyalty.errors.run"},
		{"a run's undo", options{}, "loyalty.run/undo.jsonl", "loyalty.undo.run"},
		{"a plan", options{}, "loyalty.plan/plan.jsonl", "loyalty.plan.run"},
		{"a report in a directory named by hand", options{}, "own/errors.csv", "own.errors.run"},
		{"named by hand", options{runDir: "here/"}, "loyalty.csv", "here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.opts.runDirPath([]string{tt.input}, tt.opts.ending()); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
