package e2e

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/checkpoint"
)

// patience is how long a script waits for something that should come at once.
const patience = 30 * time.Second

// prompt is what people are asked.
const prompt = `Apply? Only "yes" goes on: `

// exits CODE COMMAND... runs a command that must end with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	stageOf(ts).last = args[1:]
	code := codeOf(ts, args[1:]...)
	if ofRows(args) {
		checkCode(ts, args[0], code, ts.ReadFile("stderr"))
	} else {
		checkEnd(ts, args[0], code, ts.ReadFile("stderr"), slices.Contains(args, "none"))
	}
	printed(ts)
}

// ofRows tells whether a command is for the rows of a file of targets, each of which has its own end.
func ofRows(args []string) bool {
	return slices.Contains(args, "--targets") || slices.Contains(args, "targets")
}

// codeOf runs a command and returns its exit code.
func codeOf(ts *testscript.TestScript, args ...string) string {
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return strconv.Itoa(exit.ExitCode())
	case err != nil:
		ts.Fatalf("%v", err)
	}
	return "0"
}

// awaitOutput TEXT COMMAND... runs a command again and again until it prints a text.
func awaitOutput(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until TEXT COMMAND...")
	}
	for begun := time.Now(); time.Since(begun) < patience; {
		if codeOf(ts, args[1:]...) == "0" && strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
	}
	ts.Fatalf("it does not print %q", args[0])
}

// holdDirectory DIR exits CODE COMMAND... runs the command while another process is at work in DIR.
func holdDirectory(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 4 || args[1] != "exits" {
		ts.Fatalf("usage: holding DIR exits CODE COMMAND...")
	}
	lock, err := checkpoint.Acquire(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { ts.Check(lock.Release()) }()
	exits(ts, neg, args[2:])
}

// checkEnd compares an exit code, and holds what was printed against the rule for errors: one
// sentence, at most one remedy, no stack trace. A quiet refusal is at most four lines, beside what is to be watched.
func checkEnd(ts *testscript.TestScript, want, code, stderr string, quiet bool) {
	checkCode(ts, want, code, stderr)
	said := map[string]int{}
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	for _, line := range lines {
		line = strings.TrimPrefix(line, prompt) // a terminal would have shown the answer and its line end
		head, _, _ := strings.Cut(line, ":")
		said[head]++
	}
	wantErrors := 1
	if code == "0" || code == "3" {
		wantErrors = 0
	}
	if code != "killed" && (said["attrmigrate"] != wantErrors || said["hint"] > 1) {
		ts.Fatalf("printed %d errors and %d hints for exit code %s", said["attrmigrate"], said["hint"], code)
	}
	warning := regexp.MustCompile(`(?m)^watch .*\n( .*\n)*`)
	if lines := strings.Count(warning.ReplaceAllString(stderr, ""), "\n"); (code == "1" || code == "2" || code == "5") && quiet && lines > 4 {
		ts.Fatalf("printed %d lines to refuse", lines)
	}
}

// checkCode compares an exit code, and refuses a stack trace.
func checkCode(ts *testscript.TestScript, want, code, stderr string) {
	if code != want {
		ts.Fatalf("exited with %s, want %s", code, want)
	}
	if strings.HasPrefix(stderr, "goroutine ") || strings.Contains(stderr, "\ngoroutine ") {
		ts.Fatalf("printed a stack trace")
	}
}

// job is a program that runs beside its script.
type job struct {
	cmd            *exec.Cmd
	stdout, stderr *transcript
	killed         bool
}

// startJob NAME COMMAND... starts a command in the background. The counts of await begin anew.
func startJob(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME COMMAND...")
	}
	s := stageOf(ts)
	if s.sandbox != nil {
		s.sandbox.forget()
	}
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	j := &job{cmd: exec.Command(path, args[2:]...), stdout: newTranscript(), stderr: newTranscript()}
	j.cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "AWS_ENDPOINT_URL"} {
		j.cmd.Env = append(j.cmd.Env, name+"="+ts.Getenv(name))
	}
	for name := range environment {
		j.cmd.Env = append(j.cmd.Env, name+"="+ts.Getenv(name))
	}
	j.cmd.Stdout, j.cmd.Stderr = j.stdout, j.stderr
	ts.Check(j.cmd.Start())
	s.jobs[args[0]] = j
	ts.Defer(func() { // for a script that fails on the way
		if j.cmd.ProcessState == nil {
			_ = j.cmd.Process.Kill()
			_ = j.cmd.Wait()
		}
	})
}

// awaitText NAME TEXT waits until a job has printed TEXT on standard error.
func awaitText(ts *testscript.TestScript, neg bool, args []string) {
	if j := jobNamed(ts, args[0]); !j.stderr.await(args[1]) {
		ts.Fatalf("%s has not said %q, but:\n%s", args[0], args[1], j.stderr.String())
	}
}

// signalJob NAME INT|TERM|HUP|KILL|QUIT sends a signal to a job.
func signalJob(ts *testscript.TestScript, neg bool, args []string) {
	signal, ok := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL, "QUIT": syscall.SIGQUIT}[args[1]]
	if !ok {
		ts.Fatalf("usage: signal NAME INT|TERM|HUP|KILL|QUIT")
	}
	j := jobNamed(ts, args[0])
	j.killed = signal == syscall.SIGKILL
	ts.Check(j.cmd.Process.Signal(signal))
}

// endJob NAME CODE waits for the end of a job, which is the code, or the word killed or dumped. What it printed
// is what stdout and stderr look at next.
func endJob(ts *testscript.TestScript, neg bool, args []string) {
	j := jobNamed(ts, args[0])
	_ = j.cmd.Wait() // the exit code tells
	fmt.Fprint(ts.Stdout(), j.stdout)
	fmt.Fprint(ts.Stderr(), j.stderr)
	code := strconv.Itoa(j.cmd.ProcessState.ExitCode())
	switch {
	case code == "-1", j.killed && runtime.GOOS == "windows": // where it has a code like any other
		code = "killed"
	case code == "2" && args[1] == "dumped": // by SIGQUIT, with every goroutine told
		return
	}
	if ofRows(j.cmd.Args) {
		checkCode(ts, args[1], code, j.stderr.String())
		return
	}
	checkEnd(ts, args[1], code, j.stderr.String(), false)
}

func jobNamed(ts *testscript.TestScript, name string) *job {
	j := stageOf(ts).jobs[name]
	if j == nil {
		ts.Fatalf("there is no job %s", name)
	}
	return j
}

// transcript keeps what a job prints.
type transcript struct {
	mu   sync.Mutex
	more *sync.Cond
	text strings.Builder
}

func newTranscript() *transcript {
	t := &transcript{}
	t.more = sync.NewCond(&t.mu)
	return t
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.more.Broadcast()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

func (t *transcript) await(text string) bool {
	return awaitCond(t.more, func() bool { return strings.Contains(t.text.String(), text) })
}

// awaitCond waits until something holds, and reports whether it does in the end.
func awaitCond(c *sync.Cond, holds func() bool) bool {
	late := false
	c.L.Lock()
	defer c.L.Unlock()
	timer := time.AfterFunc(patience, func() {
		c.L.Lock()
		late = true
		c.L.Unlock()
		c.Broadcast()
	})
	defer timer.Stop()
	for !holds() && !late {
		c.Wait()
	}
	return holds()
}

// writeText FILE 'TEXT' [TIMES] appends to a file, in TEXT \n, \xff and so on mean what they mean in Go.
func writeText(ts *testscript.TestScript, neg bool, args []string) {
	times := 1
	if len(args) == 3 {
		var err error
		times, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = f.WriteString(strings.Repeat(text, times))
	ts.Check(errors.Join(err, f.Close()))
}

// checkJSON FILE NAME=VALUE... compares members of a JSON document; one of a member is OUTER.INNER.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	var document any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &document))
	for _, arg := range args[1:] {
		path, want, _ := strings.Cut(arg, "=")
		at := document
		for name := range strings.SplitSeq(path, ".") {
			members, _ := at.(map[string]any)
			at = members[name]
		}
		if got := fmt.Sprint(at); got != want {
			ts.Fatalf("%s is %s, want %s", path, got, want)
		}
	}
}

// checkProfiles FILE... fails unless each is a whole profile, or trace, of the program.
func checkProfiles(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name)
		if strings.HasPrefix(name, "trace") {
			if !strings.HasPrefix(text, "go 1.") {
				ts.Fatalf("%s is no trace", name)
			}
			continue
		}
		unpacked, err := gzip.NewReader(strings.NewReader(text))
		if err != nil {
			ts.Fatalf("%s is no profile: %v", name, err)
		}
		n, err := io.Copy(io.Discard, unpacked)
		if err != nil || n == 0 {
			ts.Fatalf("%s is cut short: %d bytes, %v", name, n, err)
		}
	}
}
