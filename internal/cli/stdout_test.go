package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"attrmigrate/checkpoint"
)

// brokenOutput fails each write.
type brokenOutput struct{ err error }

func (o brokenOutput) Write([]byte) (int, error) { return 0, o.err }

// TestLostOutput: what could not be printed is told by the exit code of every command, and a reader that
// has gone is not.
func TestLostOutput(t *testing.T) {
	run := t.TempDir()
	err := checkpoint.NewFile(run).Save(checkpoint.State{Phase: checkpoint.Finished, Fingerprint: checkpoint.Fingerprint{"input": "x"}, Files: map[string]checkpoint.Extent{}})
	if err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "plan.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	pool := []string{"--user-pool-id", "us-east-1_Ab12Cd34E"}
	full := &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	gone := &fs.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
	for _, args := range [][]string{
		{}, {"--help"}, {"--version"}, {"help", "plan"}, {"apply", "--help"}, {"completion", "bash"}, {"completion", "powershell"},
		{"status", run}, {"status", "--json", run},
		append([]string{"plan", empty}, pool...), append([]string{"plan", "--json", empty}, pool...), append([]string{"apply", empty}, pool...),
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			var told bytes.Buffer
			code := Run(args, System{Stdout: brokenOutput{full}, Stderr: &told})
			if want := "attrmigrate: standard output: no space left on device\n"; code != exitRefused || !strings.HasPrefix(told.String(), want) {
				t.Errorf("a full disk: exit code %d, %s", code, told.String())
			}
			told.Reset()
			if code := Run(args, System{Stdout: brokenOutput{gone}, Stderr: &told}); code != exitDone || told.Len() > 0 {
				t.Errorf("a reader that has gone: exit code %d, %s", code, told.String())
			}
		})
	}
}

// TestSettle: the error of a command stands, and the lost output is told beside it once.
func TestSettle(t *testing.T) {
	failed := errors.New("it failed")
	full := &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	gone := &fs.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
	for _, test := range []struct {
		name            string
		output, err     error
		result, besides string
	}{
		{"all is well", nil, nil, "<nil>", "<nil>"},
		{"the output alone", full, nil, "standard output: no space left on device", "<nil>"},
		{"a command that only passes it on", full, full, "standard output: no space left on device", "<nil>"},
		{"both", full, failed, "it failed", "standard output: no space left on device"},
		{"the same error in other words", full, fmt.Errorf("users.csv: %w", syscall.ENOSPC), "users.csv: no space left on device", "<nil>"},
		{"a reader that has gone", gone, failed, "it failed", "<nil>"},
		{"a command that says so itself", gone, gone, "<nil>", "<nil>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &watchedOutput{to: brokenOutput{test.output}}
			if test.output != nil {
				_, _ = o.Write(nil)
			}
			result, beside := o.settle(test.err)
			if fmt.Sprint(result) != test.result || fmt.Sprint(beside) != test.besides {
				t.Errorf("%v and %v, want %s and %s", result, beside, test.result, test.besides)
			}
		})
	}
}
