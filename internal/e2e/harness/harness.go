// Package harness runs the program for the tests of the whole of it.
package harness

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"attrmigrate/internal/cli"
)

// Main is TestMain: it installs the program where exec.Command finds it, as attrmigrate, and fails a run of the tests
// that leaves goroutines behind. The program is the tests' own binary, under another name. Directories for temporary files
// are in memory where they can be: a run waits for its disk dozens of times, and what reaches it is what powercut tests.
func Main(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"attrmigrate": program})
}

type leakChecked struct{ m *testing.M }

// Run runs the tests.
func (l leakChecked) Run() int {
	debug.SetGCPercent(400) // the tests run the program a thousand times in this process, too
	if dir, err := os.MkdirTemp(memory, ""); err == nil && os.Remove(dir) == nil {
		_ = os.Setenv("TMPDIR", memory)
	}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if signal.Ignored(s) { // in the background of a script, or under nohup: what is started from here would ignore it, too
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
	settle()
	code := l.m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// settle has the tests' own process see of the machine what the program sees: tests run the program in it, too, several at once.
func settle() {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	for name, value := range Environment() {
		_ = os.Setenv(name, value)
	}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} { // those of the home
		_ = os.Setenv(name, os.DevNull)
	}
}

// program is the program, as main has it.
func program() {
	signal.Ignore(syscall.Signal(sigxfsz))
	sys := cli.Process()
	if ttl, err := time.ParseDuration(os.Getenv(Lease)); err == nil {
		sys.LeaseTTL = ttl
	}
	os.Exit(cli.Run(os.Args[1:], sys))
}

// memory is where Linux has files in memory.
const memory = "/dev/shm"

// Lease is the variable of the environment that says how long the lease of a run lasts that is kept elsewhere.
const Lease = "ATTRMIGRATE_TEST_LEASE"

// sigxfsz is the signal of a file that has grown to the limit of ulimit -f. It is ignored, so that
// the write fails, as it does on a full disk.
const sigxfsz = 25

// Environment is what the program sees of the machine: nothing but this and a home, so that no test can reach a real
// account.
func Environment() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID":         "sandbox",
		"AWS_SECRET_ACCESS_KEY":     "sandbox",
		"AWS_EC2_METADATA_DISABLED": "true",
		"TZ":                        "UTC",
		"GOGC":                      "400",               // most starts end before they have to collect any garbage
		"GORACE":                    "atexit_sleep_ms=0", // the race detector would hold up each exit for a second
	}
}

// Program is the program with arguments, in a directory that is its home, too. It is not started yet.
func Program(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("attrmigrate", args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir}
	for name, value := range Environment() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}
