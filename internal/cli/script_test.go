package cli_test

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"attrmigrate/internal/cli"
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
	signal.Ignore(syscall.Signal(sigxfsz))
	os.Exit(cli.Run(os.Args[1:], cli.Process()))
}

// sigxfsz is the signal of a file that has grown to the limit of ulimit -f. It is ignored, so that
// the write fails, as it does on a full disk.
const sigxfsz = 25

// environment is what the program sees of the machine: nothing but this, so that no test can reach
// a real account.
var environment = map[string]string{
	"AWS_ACCESS_KEY_ID":         "sandbox",
	"AWS_SECRET_ACCESS_KEY":     "sandbox",
	"AWS_EC2_METADATA_DISABLED": "true",
	"TZ":                        "UTC",
	"GORACE":                    "atexit_sleep_ms=0", // the race detector would hold up each exit for a second
}

// TestScripts runs the program as people do, against a sandbox in the test's own process. What only Unix has
// (signals, a shell, modes) is marked in the scripts by [windows] and [!windows].
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("USERPROFILE", env.WorkDir) // HOME, on Windows
			for name, value := range environment {
				env.Setenv(name, value)
			}
			env.Values[stageKey{}] = &stage{jobs: map[string]*job{}, users: map[string]string{}}
			return nil
		},
		Condition: func(word string) (bool, error) {
			if word == "root" { // whom modes do not stop
				return os.Geteuid() == 0 || runtime.GOOS == "windows", nil
			}
			return false, fmt.Errorf("there is no condition %q", word)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"start":    startJob,
			"says":     awaitText,
			"signal":   signalJob,
			"ended":    endJob,
			"sandbox":  startSandbox,
			"faults":   setFaults,
			"await":    awaitRequests,
			"holding":  holdDirectory,
			"sent":     checkSent,
			"calls":    checkCalls,
			"remember": rememberUsers,
			"same":     checkSame,
			"user":     checkUser,
			"set":      setUser,
			"landed":   checkLanded,
			"rows":     checkRows,
			"json":     checkJSON,
			"names":    checkNames,
			"changes":  writeChanges,
			"write":    writeText,
			"pack":     packFile,
			"tokens":   writeTokens,
			"nottold":  checkNotTold,
			"profiled": checkProfiles,
			"metadata": checkMetadata,
			"follow":   followHint,
			"with":     withFlag,
			"again":    runAgain,
		},
	})
}

// stage is what a script has set up. It belongs to the goroutine of the script.
type stage struct {
	sandbox *running
	jobs    map[string]*job
	users   map[string]string // the pool as it was remembered, by name
	tokens  []string          // that the script has made
	last    []string          // the command that exits has run last
}

type stageKey struct{}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }
