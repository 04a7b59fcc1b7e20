package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/s3/s3test"
	"attrmigrate/internal/sandbox"
)

// faraway is a pool, a bucket, and machines that come and go: each has a home and a directory for temporary files of its own.
type faraway struct {
	*testing.T
	bucket  *s3test.Server
	url     string // of the pool's sandbox
	pool    string
	home    string // of the machine at work
	temp    string // its directory for temporary files, which nobody is to read of
	lease   string
	printed bytes.Buffer
}

func newFaraway(t *testing.T, users int) *faraway {
	f := &faraway{T: t, bucket: s3test.Start(t), lease: "6s"}
	server, err := sandbox.New(sandbox.Config{Quotas: sandbox.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	f.pool = furnish(t, server, users)
	if f.url, err = server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	f.machine("one")
	return f
}

// machine goes on on another machine.
func (f *faraway) machine(name string) {
	f.home = filepath.Join(f.TempDir(), name)
	f.temp = filepath.Join(f.home, "canary-tmp")
	if err := os.MkdirAll(f.temp, 0o700); err != nil {
		f.Fatal(err)
	}
}

func (f *faraway) write(name, text string) {
	if err := os.WriteFile(filepath.Join(f.home, name), []byte(text), 0o600); err != nil {
		f.Fatal(err)
	}
}

func (f *faraway) command(args ...string) *exec.Cmd {
	cmd := harness.Program(f.home, args...)
	cmd.Env = append(cmd.Env, "TMPDIR="+f.temp, "TMP="+f.temp, harness.Lease+"="+f.lease)
	cmd.Env = append(cmd.Env, f.bucket.Env()...)
	return cmd
}

// toPool are the flags that lead to the pool.
func (f *faraway) toPool(command string, args ...string) []string {
	return append([]string{command, "--endpoint-url", f.url, "--user-pool-id", f.pool}, args...)
}

// run runs the program to its end, and gives what it printed.
func (f *faraway) run(code int, args ...string) string {
	f.Helper()
	cmd := f.command(args...)
	out, _ := cmd.CombinedOutput() // the exit code tells
	f.tell(args, out)
	if cmd.ProcessState.ExitCode() != code {
		f.Fatalf("%q exited with %d, want %d\n%s", args, cmd.ProcessState.ExitCode(), code, out)
	}
	return string(out)
}

func (f *faraway) tell(args []string, out []byte) {
	fmt.Fprintf(&f.printed, "$ attrmigrate %s\n%s\n", strings.Join(args, " "), out)
}

// says wants a text among what was printed.
func (f *faraway) says(out string, texts ...string) {
	f.Helper()
	for _, text := range texts {
		if !strings.Contains(out, text) {
			f.Errorf("it does not say %q:\n%s", text, out)
		}
	}
}

// object reads what is published of a run.
func (f *faraway) object(key string) string {
	f.Helper()
	body, err := f.bucket.Get(s3test.Bucket, key)
	if err != nil {
		f.Fatalf("%s: %v", key, err)
	}
	return string(body)
}

// nowhere looks for the work directory in all that was printed and in every object.
func (f *faraway) nowhere() {
	f.Helper()
	keys, err := f.bucket.Keys(s3test.Bucket, "")
	if err != nil {
		f.Fatal(err)
	}
	seen := map[string]string{"what was printed": f.printed.String()}
	for _, key := range keys {
		seen[key] = f.object(key)
	}
	for where, text := range seen {
		for line := range strings.Lines(text) {
			if strings.Contains(line, "canary-tmp") || strings.Contains(line, "attrmigrate-work-") {
				f.Errorf("%s names the work directory: %.300s", where, line)
				break
			}
		}
	}
}

// started is a start of the program that goes on beside the test.
type started struct {
	f    *faraway
	args []string
	cmd  *exec.Cmd
	out  bytes.Buffer
	over chan struct{}
}

func (f *faraway) start(args ...string) *started {
	f.Helper()
	s := &started{f: f, args: args, cmd: f.command(args...), over: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.out
	if err := s.cmd.Start(); err != nil {
		f.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // the exit code tells
		close(s.over)
	}()
	f.Cleanup(func() { _ = s.cmd.Process.Kill(); <-s.over })
	return s
}

// ended is what it has printed once it has ended.
func (s *started) ended(code int) string {
	s.f.Helper()
	<-s.over
	s.f.tell(s.args, s.out.Bytes())
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.f.Fatalf("%q exited with %d, want %d\n%s", s.args, got, code, &s.out)
	}
	return s.out.String()
}

// until runs a command until what it prints has a text in it: it may not be there yet, or not heard where all is slow.
func (f *faraway) until(text string, args ...string) string {
	f.Helper()
	for begun := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		out, _ := f.command(args...).CombinedOutput() // the text tells
		if strings.Contains(string(out), text) {
			f.tell(args, out)
			return string(out)
		}
		if time.Since(begun) > time.Minute {
			f.Fatalf("%q does not say %q:\n%s", args, text, out)
		}
	}
}

// TestALifeElsewhere plays the life of a run that is kept in S3: what people and programs read of it names its URL, and
// never the directory of the machine in which it is carried out.
func TestALifeElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("what is asked of a run elsewhere takes seconds to be heard")
	}
	t.Parallel()
	f := newFaraway(t, 600)
	t.Cleanup(func() { t.Log(f.printed.String()) })
	const plan, run = "s3://runs/night/loyalty.plan", "s3://runs/night/loyalty.run"
	loyalty := loyaltyRows(601) // the last is nobody
	f.write("loyalty.csv", loyalty)

	f.run(0, f.toPool("plan", "--run-dir", plan, "loyalty.csv")...)
	f.says(f.run(2, "status", plan), plan+": there is a plan in it, and no run", "attrmigrate apply", plan+"/plan.jsonl")
	f.says(f.run(2, "status", run), run+": there is no run in it")
	f.says(f.run(2, "pause", run), run+": there is no run in it")

	apply := f.toPool("apply", "--yes", "--progress", "log", "--rate", "5", "--run-dir", run, "loyalty.csv")
	one := f.start(append(apply, f.hook()...)...)
	f.until(run+": running", "status", run)
	f.says(f.run(5, apply...), run+"/lock.json: attrmigrate is at work")
	f.says(f.until("paused   "+run, "pause", "--reason", "support called", run), "it is asked; process", "support called", "attrmigrate unpause "+run)
	f.says(f.run(0, "status", run), run+": paused", "support called")
	f.until("running  "+run, "unpause", run)
	f.until("7/s of updates", "rate", run, "7")
	f.says(f.run(0, "status", "--json", run), `"state": "running"`, `"rate": 7`)
	f.says(f.run(0, "rate", run, "default"), "5/s of updates")
	f.says(f.run(0, "report", run), "report   "+run+"/report.html")
	f.says(f.run(0, "stop", "--now", "--reason", "wrong tiers", run), "--now is not told", "wrong tiers")
	f.says(one.ended(4), "--unhold", "--run-dir "+run)
	f.says(f.run(4, apply...), run+": the run is on hold", "wrong tiers", "attrmigrate apply --unhold")
	f.says(f.run(1, "rate", run, "default"), "it has this rate when it is started again", "--run-dir "+run+" loyalty.csv")
	f.says(f.run(1, "stop", run), "it is on hold already, stopped by")
	f.says(f.run(0, "status", run), run+": stopped", run+"/undo.jsonl", run+"/report.html", "no start goes on")

	f.machine("two")
	f.write("loyalty.csv", loyalty)
	two := f.start(append(apply, "--unhold", "--rate", "40")...)
	f.until("40/s: --rate", "status", run)
	_ = two.cmd.Process.Kill()
	two.ended(-1)
	f.says(f.run(0, "status", run), run+": running")
	f.until(run+": killed", "status", run)
	if left, err := os.ReadDir(f.temp); err != nil || len(left) > 0 {
		f.Errorf("the next start leaves what the killed one left: %v %v", left, err)
	}
	f.says(f.run(0, "report", run, "-o", "killed.html"), "report   killed.html")
	published := strings.Count(f.object("night/loyalty.run/undo.jsonl"), "\n")
	var records int
	out := f.run(0, f.toPool("plan", run+"/undo.jsonl")...)
	if _, err := fmt.Sscanf(out[strings.Index(out, "read "):], "read %d records", &records); err != nil || records <= published {
		f.Errorf("the undo file of a killed run has %d records, and %d were published before it began (%v):\n%s", records, published, err, out)
	}

	f.machine("three")
	f.write("loyalty.csv", loyalty)
	f.says(f.run(3, append(apply, "--rate", "off")...), "waiting ", "1 failed", run+"/errors.csv")
	f.says(f.run(0, "status", run), run+": finished", "1 row: "+run+"/errors.csv says why",
		"report   "+run+"/report.html; for a browser: attrmigrate report "+run+" -o report.html\n")
	f.says(f.run(3, "status", "--watch", run), "msg=finished")
	f.says(f.run(1, "pause", run), run+": the run has ended: it is finished")

	f.says(f.run(3, f.toPool("apply", "--yes", run+"/errors.csv")...), "1 failed", "loyalty.errors.run")
	f.says(f.run(0, f.toPool("apply", "--yes", "--rate", "off", "--run-dir", "s3://runs/night/back", run+"/undo.jsonl")...), "600 updated")
	f.says(f.run(0, f.toPool("apply", "--yes", "--rate", "off", "--run-dir", "s3://runs/night/back", run+"/undo.jsonl")...), "already")

	f.run(3, append(apply, "--restart", "--rate", "off")...)
	f.says(f.run(0, "status", run), run+": finished")
	aside := f.aside("night/loyalty.run/runs/")
	f.says(f.run(0, "status", aside), aside+": finished", aside+"/undo.jsonl")
	f.says(f.run(0, "report", aside, "-o", "-"), "<html")
	f.says(f.run(1, f.toPool("apply", "--yes", "--run-dir", aside, "loyalty.csv")...), aside+": the run was set aside", run+"/")
	f.nowhere()
}

// aside is the run that was set aside: the first of those whose files are published beside their logs.
func (f *faraway) aside(prefix string) string {
	f.Helper()
	keys, err := f.bucket.Keys(s3test.Bucket, prefix)
	if err != nil {
		f.Fatal(err)
	}
	for _, key := range keys {
		if dir, ok := strings.CutSuffix(key, "/checkpoint.json"); ok {
			return "s3://" + s3test.Bucket + "/" + dir
		}
	}
	f.Fatalf("no run was set aside: %q", keys)
	return ""
}

// hook are flags by which a program keeps what it is told; on Windows there is none.
func (f *faraway) hook() []string {
	if runtime.GOOS == "windows" {
		return nil
	}
	f.write("told", "#!/bin/sh\nenv | grep ^ATTRMIGRATE_ >> told.txt; cat >> told.txt\n")
	program := filepath.Join(f.home, "told")
	if err := os.Chmod(program, 0o700); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		told, err := os.ReadFile(filepath.Join(filepath.Dir(program), "told.txt"))
		f.says(string(told), "ATTRMIGRATE_RUN_DIR=s3://runs/night/loyalty.run\n")
		if err != nil || strings.Contains(string(told), "canary-tmp") {
			f.Errorf("the program is told %s %v", told, err)
		}
	})
	return []string{"--on-event", program}
}

// loyaltyRows are records of users that are there, but for the last.
func loyaltyRows(n int) string {
	var rows strings.Builder
	rows.WriteString("username,custom:tier\n")
	for i := range n {
		fmt.Fprintf(&rows, "user-%05d,gold\n", i)
	}
	return rows.String()
}
