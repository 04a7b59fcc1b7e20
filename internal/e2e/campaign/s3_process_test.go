package campaign

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"attrmigrate/internal/e2e/harness"
)

// process is one start of the program.
type process struct {
	cmd  *exec.Cmd
	key  string // of its credentials, which tells its calls apart
	out  bytes.Buffer
	done chan struct{} // closed when it has ended
}

// launch starts the program on a machine.
func (f *far) launch(args []string, begun func(*exec.Cmd) error) (*process, error) {
	machine := f.machine()
	if err := os.MkdirAll(machine, 0o700); err != nil {
		return nil, err
	}
	p := &process{key: f.guests.newKey(), done: make(chan struct{})}
	p.cmd = harness.Program(f.dir, slices.Concat(args[:1], []string{"--work-dir", machine}, args[1:])...)
	p.cmd.Env = append(append(p.cmd.Env, f.bucket.Env()...), "AWS_ACCESS_KEY_ID="+p.key, harness.Lease+"="+lease.String())
	if slices.Contains(args, "-") {
		p.cmd.Stdin = bytes.NewReader(f.input)
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if err := begun(p.cmd); err != nil {
		return nil, err
	}
	hangs := time.AfterFunc(tooLong, func() { _ = p.cmd.Process.Kill() })
	go func() {
		_ = p.cmd.Wait() // the exit code tells
		hangs.Stop()
		close(p.done)
	}()
	return p, nil
}

// machine is the directory of the machine of now.
func (f *far) machine() string { return filepath.Join(f.dir, fmt.Sprint("machine-", f.machines)) }

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) } // it may be gone

// settle waits until no call is left of a start that has ended.
func (f *far) settle(key string) {
	_ = f.front.wait(time.After(tooLong), func() bool { // what is left then counts for the next
		for host := range f.guests.of(key) {
			if f.front.open[host] {
				return false
			}
		}
		return true
	})
}

// text is what it has written. Of one that is asleep nothing is known.
func (p *process) text() string {
	select {
	case <-p.done:
		return p.out.String()
	default:
		return ""
	}
}
