package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestNoWorkDirectoryIsTold: whatever a command writes of a run in S3, for people or programs, has no path of the directory in
// which the run is carried out.
func TestNoWorkDirectoryIsTold(t *testing.T) {
	t.Parallel()
	f := newFaraway(t, 40)
	f.write("loyalty.csv", loyaltyRows(41))
	toRun := func(name string, args ...string) []string {
		return append(f.toPool("apply", "--yes", "--run-dir", "s3://runs/"+name), args...)
	}
	t.Run("standard input, logs as JSON, metrics and a page", func(t *testing.T) {
		args := toRun("stdin", "--log-format", "json", "--log-level", "debug", "--metrics-file", filepath.Join(f.home, "run.prom"), "--serve", "127.0.0.1:0", "-")
		cmd := f.command(args...)
		cmd.Stdin = strings.NewReader(loyaltyRows(41))
		out, _ := cmd.CombinedOutput() // the exit code tells
		f.tell(args, out)
		if code := cmd.ProcessState.ExitCode(); code != 3 {
			t.Fatalf("exited with %d\n%s", code, out)
		}
		f.says(f.run(0, "status", "s3://runs/stdin"), "s3://runs/stdin/stdin.csv")
		f.says(f.run(3, f.toPool("apply", "--yes", "s3://runs/stdin/errors.csv")...), "1 failed", "stdin.errors.run")
		metrics, err := os.ReadFile(filepath.Join(f.home, "run.prom"))
		if err != nil || bytes.Contains(metrics, []byte("canary-tmp")) || !bytes.Contains(metrics, []byte(`run="stdin"`)) {
			t.Errorf("the metrics are %s %v", metrics, err)
		}
	})
	t.Run("a rehearsal", func(t *testing.T) {
		f.run(0, "apply", "--sandbox", "--yes", "--rate", "off", "--run-dir", "s3://runs/rehearsal", "loyalty.csv")
		f.run(0, "status", "--json", "s3://runs/rehearsal")
	})
	t.Run("plans", func(t *testing.T) {
		f.says(f.run(0, f.toPool("plan", "--json", "--run-dir", "s3://runs/json", "loyalty.csv")...), `"s3://runs/json/plan.jsonl"`)
		f.says(f.run(0, f.toPool("plan", "--set", "custom:tier='silver'", "--run-dir", "s3://runs/rule")...), "apply", "s3://runs/rule/plan.jsonl")
		f.run(0, f.toPool("apply", "--yes", "--rate", "off", "--run-dir", "s3://runs/ruled", "s3://runs/rule/plan.jsonl")...)
		f.run(0, "report", "s3://runs/ruled")
		f.run(0, f.toPool("plan", "--run-dir", "here.plan", "loyalty.csv")...)
		f.run(4, f.toPool("apply", "--yes", "--limit", "1", "--run-dir", "s3://runs/limited", "here.plan/plan.jsonl")...)
		f.says(f.run(1, f.toPool("plan", "--run-dir", "here.plan", "loyalty.csv")...), "is applied by the run in s3://runs/limited, which is unfinished")
	})
	t.Run("a disk that is full", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("there is no ulimit")
		}
		args := toRun("full", "--rate", "off", "loyalty.csv")
		cmd := f.command(args...)
		cmd.Args = append([]string{"sh", "-c", `ulimit -f 4; exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = "/bin/sh"
		out, _ := cmd.CombinedOutput() // the exit code tells
		f.tell(args, out)
		f.says(string(out), "s3://runs/full/undo.jsonl: file too large", "work directory on this machine", "--work-dir")
	})
	f.nowhere()
	t.Log(f.printed.String())
}
