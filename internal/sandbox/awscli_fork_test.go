package sandbox_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// loadedAWS is the AWS CLI in a process that has loaded it, for the calls of one script: loading it takes most of a
// second, and a call that is forked from it a few hundredths.
type loadedAWS struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// madeOfPython tells whether the AWS CLI can be loaded so: version 1, that of python3.
var madeOfPython = sync.OnceValue(func() bool {
	if runtime.GOOS == "windows" { // which does not fork
		return false
	}
	theirs, err := exec.Command("aws", "--version").CombinedOutput()
	if err != nil {
		return false
	}
	ours, err := exec.Command("python3", "-c", "import awscli; print(awscli.__version__)").Output()
	return err == nil && strings.HasPrefix(string(theirs), "aws-cli/"+strings.TrimSpace(string(ours))+" ")
})

// loadAWS starts such a process in the directory and environment of a script.
func loadAWS(env *testscript.Env) (*loadedAWS, error) {
	program, err := filepath.Abs("testdata/awscli/serve.py")
	if err != nil {
		return nil, err
	}
	l := &loadedAWS{cmd: exec.Command("python3", program)}
	l.cmd.Dir, l.cmd.Env, l.cmd.Stderr = env.WorkDir, env.Vars, os.Stderr
	if l.in, err = l.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	l.out = bufio.NewReader(out)
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	if hello, err := l.out.ReadString('\n'); !strings.HasPrefix(hello, "aws-cli/") {
		return l, fmt.Errorf("the AWS CLI says %q: %v", hello, err)
	}
	return l, nil
}

// close ends the process.
func (l *loadedAWS) close() error {
	_ = l.in.Close()
	return l.cmd.Wait()
}

// call makes a call, with what it prints as that of a command of the script, and returns its exit code.
func (l *loadedAWS) call(ts *testscript.TestScript, args []string) int {
	line, err := json.Marshal(args)
	ts.Check(err)
	_, err = l.in.Write(append(line, '\n'))
	ts.Check(err)
	line, err = l.out.ReadBytes('\n')
	ts.Check(err)
	var answer struct {
		Code int
		Out  string
		Err  string
	}
	ts.Check(json.Unmarshal(line, &answer))
	_, _ = io.WriteString(ts.Stdout(), answer.Out)
	_, _ = io.WriteString(ts.Stderr(), answer.Err)
	return answer.Code
}
