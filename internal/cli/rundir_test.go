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
		opts  applyOptions
		input string
		want  string
	}{
		{"the input's name", applyOptions{}, "loyalty.csv", "loyalty.run"},
		{"in the working directory, not beside the input", applyOptions{}, "in/loyalty.csv", "loyalty.run"},
		{"packing is no part of the name", applyOptions{}, "loyalty.jsonl.zst", "loyalty.run"},
		{"only the format is taken off", applyOptions{}, "loyalty.2026.csv.gz", "loyalty.2026.run"},
		{"standard input", applyOptions{}, "-", "stdin.run"},
		{"a rehearsal", applyOptions{connection: connectionOptions{sandbox: true}}, "loyalty.csv", "loyalty.sandbox.run"},
		{"the failed ones again", applyOptions{onlyFailed: "loyalty.run"}, "loyalty.csv", "loyalty.failed.run"},
		{"a run's report", applyOptions{}, "loyalty.run/errors.csv", "loyalty.errors.run"},
		{"a run's undo", applyOptions{}, "loyalty.run/undo.jsonl", "loyalty.undo.run"},
		{"a plan", applyOptions{}, "loyalty.plan/plan.jsonl", "loyalty.plan.run"},
		{"a report in a directory named by hand", applyOptions{}, "own/errors.csv", "own.errors.run"},
		{"named by hand", applyOptions{runDir: "here/"}, "loyalty.csv", "here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.opts.runDirPath([]string{tt.input}); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
