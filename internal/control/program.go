package control

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
)

const (
	programPatience = 10 * time.Second // that a program has
	programOutput   = 64 << 10         // bytes of each of its outputs that are looked at
	afterExit       = time.Second      // that what it has left in the background may hold its output open
)

// FindProgram finds a program that is to be run beside a run: a file by its path, or a name on the search path. It is
// one word, without arguments.
func FindProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return filepath.Abs(path)
	}
	remedy := "give the path of a program, or a name on the search path (PATH)"
	first, _, several := strings.Cut(name, " ")
	switch info, bad := os.Stat(name); {
	case bad == nil && info.IsDir():
		return "", &refusal.UsageError{Err: fmt.Errorf("%s is a folder, and no program", name), Remedy: remedy}
	case errors.Is(err, exec.ErrDot), bad == nil && filepath.Base(name) == name && errors.Is(err, exec.ErrNotFound):
		remedy = "a program of this folder is written ." + string(filepath.Separator) + name
	case errors.Is(err, fs.ErrPermission):
		return "", &refusal.UsageError{Err: fmt.Errorf("%s is no program that you may run", name), Remedy: "chmod +x makes it one"}
	case several && (filepath.Base(first) != first || isProgram(first)):
		remedy = "it takes no arguments: put the command into a script, and give that"
	}
	return "", &refusal.UsageError{Err: fmt.Errorf("%s: there is no such program", name), Remedy: remedy}
}

func isProgram(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// ran is what came of a program.
type ran struct {
	code           int   // its exit code, where there is no error
	err            error // why there is none: it could not be run, was ended by a signal, or took too long
	stdout, stderr string
}

// failure is what is wrong, or nothing.
func (r ran) failure() string {
	switch {
	case r.err != nil:
		return r.err.Error()
	case r.code != 0:
		return fmt.Sprintf("exit code %d", r.code)
	default:
		return ""
	}
}

// runProgram runs a program to its end, with variables beside those of this process and a text on standard input. Once ctx
// ends it is killed, with all that it has started; else what it has left in the background goes on.
func runProgram(ctx context.Context, path string, env []string, stdin []byte) ran {
	var stdout, stderr head
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = append(cmd.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	cmd.WaitDelay = afterExit
	err := runWhole(cmd)
	out := ran{code: cmd.ProcessState.ExitCode(), stdout: stdout.kept.String(), stderr: stderr.kept.String()}
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
	case ctx.Err() != nil:
		if out.err = context.Cause(ctx); errors.Is(out.err, context.Canceled) {
			out.err = errUnawaited
		}
	case errors.As(err, &exit) && exit.Exited():
	case errors.Is(err, fs.ErrNotExist) && isThere(path):
		out.err = errors.New("there is no such program as the first line of this script names: does it end in a carriage return?")
	case errors.Is(err, syscall.ENOEXEC):
		out.err = errors.New("the system cannot run it: the first line of a script is one like #!/bin/sh")
	default:
		out.err = err
	}
	return out
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// head keeps the beginning of what is written, and takes the rest.
type head struct{ kept bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	h.kept.Write(p[:min(len(p), programOutput-h.kept.Len())])
	return len(p), nil
}

// firstLine is the first line of a text that says something, fit to be shown.
func firstLine(text string) string {
	const most = 200 // columns
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return prose.Cut(prose.Printable(line), most)
		}
	}
	return ""
}

// variables tell a program of the run that it is run for. They hold nothing of a user.
func variables(s rundir.Standing, dir string) []string {
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	return assignments(
		"RUN_DIR", dir, "POOL", s.Pool, "STATE", s.State, "TOTAL", count(s.Rows), "DONE", count(s.Rows-s.Remaining),
		"UPDATED", count(s.Updated), "UNCHANGED", count(s.Unchanged), "SKIPPED", count(s.Skipped), "FAILED", count(s.Failed))
}

// shownDir is what a program is told of where the run is: it may be in another directory itself.
func shownDir(cfg Config) string {
	if cfg.Shown != "" && cfg.Shown != cfg.Dir {
		return cfg.Shown
	}
	if whole, err := filepath.Abs(cfg.Dir); err == nil {
		return whole
	}
	return cfg.Dir
}

// assignments are variables of an environment, of their names and values.
func assignments(of ...string) []string {
	var all []string
	for i := 0; i < len(of); i += 2 {
		all = append(all, "ATTRMIGRATE_"+of[i]+"="+of[i+1])
	}
	return all
}
