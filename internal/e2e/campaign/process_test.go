//go:build unix

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
func (h *history) launch(args []string, begun func(*exec.Cmd) error) (*process, error) {
	p := &process{key: h.guests.newKey(), done: make(chan struct{})}
	p.cmd = h.program(args...)
	p.cmd.Env = append(p.cmd.Env, "AWS_ACCESS_KEY_ID="+p.key)
	if slices.Contains(args, "-") {
		input, err := h.stdin()
		if err != nil {
			return nil, err
		}
		p.cmd.Stdin = input
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

// program is the program with arguments, where runs in S3 are reached.
func (h *history) program(args ...string) *exec.Cmd {
	cmd := harness.Program(h.dir, args...)
	if h.plot.elsewhere {
		cmd.Env = append(append(cmd.Env, h.bucket.Env()...), harness.Lease+"="+lease.String())
	}
	return cmd
}

// machine is the directory of the machine of now, which is made for its first start.
func (h *history) machine() string {
	dir := filepath.Join(h.dir, fmt.Sprint("machine-", h.machines))
	_ = os.MkdirAll(dir, 0o700) // a start says so if it is not there
	return dir
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) } // it may be gone

// settle waits until no call is left of a start that has ended.
func (h *history) settle(key string) {
	_ = h.front.wait(time.After(tooLong), func() bool { // what is left then counts for the next
		for host := range h.guests.of(key) {
			if h.front.open[host] {
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
