package cli_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"attrmigrate/internal/cli"
	"attrmigrate/internal/sandbox"
)

func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"attrmigrate": attrmigrate})
}

// leakChecked fails a run of the tests that leaves goroutines behind.
type leakChecked struct{ m *testing.M }

func (l leakChecked) Run() int {
	code := l.m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// attrmigrate is the program, as main has it.
func attrmigrate() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(cli.Run(os.Args[1:], cli.System{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Signals: signals,
	}))
}

// TestScripts runs the program as people do, against a sandbox in the test's own process.
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts send signals")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("AWS_ACCESS_KEY_ID", "sandbox")
			env.Setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"sandbox": startSandbox,
			"user":    checkUser,
			"await":   awaitUpdates,
			"rows":    checkRows,
		},
	})
}

// exits CODE COMMAND... runs a command that must end with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s exited with %d, want %s", args[1], code, args[0])
	}
	if strings.Contains(ts.ReadFile("stderr"), "goroutine ") {
		ts.Fatalf("%s printed a stack trace", args[1])
	}
}

// running is the sandbox of a script, with a count of the updates that it received.
type running struct {
	*sandbox.Server
	pool    string
	updates chan struct{} // one for each update received, while somebody may wait
}

// startSandbox [users=N] [pool=FILE] [quota=N] starts a sandbox and sets URL and POOL.
func startSandbox(ts *testscript.TestScript, neg bool, args []string) {
	settings := map[string]string{"users": "0", "quota": "off"}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		settings[name] = value
	}
	quotas := sandbox.NoQuotas()
	if n, err := strconv.ParseFloat(settings["quota"], 64); err == nil {
		quotas.UserUpdate = n
	}
	s := &running{updates: make(chan struct{}, 1<<20)}
	server, err := sandbox.New(sandbox.Config{Quotas: quotas, Faults: sandbox.Faults{
		Hook: func(op, _ string) *sandbox.Fault {
			if op == "AdminUpdateUserAttributes" {
				s.updates <- struct{}{}
			}
			return nil
		},
	}})
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Close()) })
	document, err := os.ReadFile("sandbox_pool.json")
	if file := settings["pool"]; file != "" {
		document, err = os.ReadFile(ts.MkAbs(file))
	}
	ts.Check(err)
	s.Server = server
	s.pool, err = server.CreatePool(document)
	ts.Check(err)
	users, err := strconv.Atoi(settings["users"])
	ts.Check(err)
	for i := 1; i <= users; i++ {
		ts.Check(server.CreateUser(s.pool, sandbox.User{Username: fmt.Sprintf("user-%05d", i)}))
	}
	url, err := server.Start("127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("URL", url)
	ts.Setenv("POOL", s.pool)
	sandboxes.put(ts, s)
}

// checkUser NAME ATTRIBUTE [VALUE] compares an attribute in the sandbox; no value: it is absent.
func checkUser(ts *testscript.TestScript, neg bool, args []string) {
	s := sandboxes.get(ts)
	u, ok := s.User(s.pool, args[0])
	if !ok {
		ts.Fatalf("there is no user %s", args[0])
	}
	value, there := u.Attributes[args[1]]
	want := strings.Join(args[2:], " ")
	if (value == want && there == (len(args) > 2)) == neg {
		ts.Fatalf("%s of %s is %q (%t)", args[1], args[0], value, there)
	}
}

// awaitUpdates N waits until the sandbox has received N more updates.
func awaitUpdates(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	for range n {
		<-sandboxes.get(ts).updates
	}
}

// checkRows FILE N compares the number of lines of a file, its header aside.
func checkRows(ts *testscript.TestScript, neg bool, args []string) {
	rows := strings.Count(ts.ReadFile(filepath.FromSlash(args[0])), "\n") - 1
	if strconv.Itoa(rows) != args[1] {
		ts.Fatalf("%s has %d rows, want %s", args[0], rows, args[1])
	}
}
