package e2e

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/shell"
)

// hintedCommand is a command in what was printed: all of a hint, what stands behind its colon, or behind "then".
var hintedCommand = regexp.MustCompile(`(?m)^(?: *hint: (?:.*: )?|then +)((?:attrmigrate|aws|jq|eval|\{) .*)$`)

// followHint CODE pastes the command of the hint that was printed last into a shell, as it is, and compares
// the exit code; CODE "serves" is a sandbox that is interrupted once it has said how to use it.
func followHint(ts *testscript.TestScript, neg bool, args []string) {
	found := hintedCommand.FindStringSubmatch(ts.ReadFile("stderr") + ts.ReadFile("stdout"))
	if neg || len(args) != 1 || found == nil {
		ts.Fatalf("usage: follow CODE, where a hint is a command")
	}
	ts.Logf("$ %s", found[1])
	if args[0] == "serves" {
		ts.Check(tryOut(ts, found[1]))
		return
	}
	if code := codeOf(ts, "sh", "-c", found[1]); code != args[0] {
		ts.Fatalf("exited with %s, want %s", code, args[0])
	}
}

// tryOut runs a sandbox, on a free port, until it has printed how it is tried, and interrupts it then.
func tryOut(ts *testscript.TestScript, line string) error {
	cmd := exec.Command("sh", "-c", "exec "+line+" --addr 127.0.0.1:0")
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), "PATH="+ts.Getenv("PATH"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "try") {
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_, _ = io.Copy(io.Discard, out)
	return cmd.Wait()
}

// withFlag CODE PATTERN adds to the last command what the pattern's group finds in the hint, as people would
// paste it, and compares the exit code.
func withFlag(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: with CODE PATTERN")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stderr") + ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("no hint is like that")
	}
	line := shell.Join(stageOf(ts).last...) + " " + found[1]
	ts.Logf("$ %s", line)
	if code := codeOf(ts, "sh", "-c", line); code != args[0] {
		ts.Fatalf("exited with %s, want %s", code, args[0])
	}
}

// runAgain CODE runs the last command of exits again.
func runAgain(ts *testscript.TestScript, neg bool, args []string) {
	exits(ts, neg, slices.Concat(args, stageOf(ts).last))
}
