package cli

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"attrmigrate/checkpoint"
)

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
			code := Run(args, System{Stdout: outputOf(full), Stderr: &told})
			if want := "attrmigrate: standard output: no space left on device\n"; code != exitRefused || !strings.HasPrefix(told.String(), want) {
				t.Errorf("a full disk: exit code %d, %s", code, told.String())
			}
			told.Reset()
			if code := Run(args, System{Stdout: outputOf(gone), Stderr: &told}); code != exitDone || told.Len() > 0 {
				t.Errorf("a reader that has gone: exit code %d, %s", code, told.String())
			}
		})
	}
}

// TestSandboxUnheard: a sandbox whose address is lost does not serve.
func TestSandboxUnheard(t *testing.T) {
	var told bytes.Buffer
	signals := make(chan os.Signal, 1)
	ended := time.AfterFunc(time.Minute, func() { signals <- os.Interrupt }) // of one that serves nevertheless
	code := Run([]string{"sandbox"}, System{Stdout: outputOf(&fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}), Stderr: &told, Signals: signals})
	if !ended.Stop() || code != exitRefused || !strings.HasPrefix(told.String(), "attrmigrate: standard output: no space left on device\n") {
		t.Errorf("exit code %d, %s", code, told.String())
	}
}

// outputOf is an output that fails each write.
func outputOf(err error) io.Writer {
	r, w := io.Pipe()
	_ = r.CloseWithError(err)
	return w
}
