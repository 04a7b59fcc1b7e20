package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"attrmigrate/internal/s3/s3test"
)

// quickScripts are those that -short leaves: what most people do, and how it goes wrong.
var quickScripts = []string{"apply", "columns", "fingerprint", "help", "inputs", "only_failed", "plan", "reading", "refusals",
	"rundir", "screens", "signals", "status", "stdin", "stop"}

// TestScripts runs the program as people do, against a sandbox in the test's own process. What only Unix has
// (signals, a shell, modes) is marked in the scripts by [windows] and [!windows].
func TestScripts(t *testing.T) {
	t.Parallel()
	dir, files := "testdata/script", []string(nil)
	if testing.Short() {
		t.Log("the other scripts start the program 500 times")
		for _, name := range quickScripts {
			files = append(files, filepath.Join(dir, name+".txtar"))
		}
		dir = ""
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		Files:               files,
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
			"until":    awaitOutput,
			"start":    startJob,
			"says":     awaitText,
			"signal":   signalJob,
			"ended":    endJob,
			"sandbox":  startSandbox,
			"pool":     createPool,
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
			"alike":    checkAlike,
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
			"s3":       useS3,
		},
	})
}

// stage is what a script has set up. It belongs to the goroutine of the script.
type stage struct {
	sandbox *running
	s3      *s3test.Server // nil: nothing was asked of it yet
	jobs    map[string]*job
	users   map[string]string // the pool as it was remembered, by name
	tokens  []string          // that the script has made
	last    []string          // the command that exits has run last
}

type stageKey struct{}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }
