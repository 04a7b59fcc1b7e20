//go:build linux

package kubernetes

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// work is the process of a pod. One goroutine waits for its end.
type work struct {
	cmd   *exec.Cmd
	node  string
	log   string
	ended chan struct{}
	code  int // once it has ended: the exit code, 128 and more of a signal

	mu       sync.Mutex
	toEnd    bool // the pod is to go
	tooLate  *time.Timer
	finished bool
}

// begin starts the process. It dies with the test's.
func begin(cmd *exec.Cmd, node, log string) (*work, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	w := &work{cmd: cmd, node: node, log: log, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go w.wait()
	return w, nil
}

func (w *work) wait() {
	defer close(w.ended)
	err := w.cmd.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finished = true
	if w.tooLate != nil {
		w.tooLate.Stop()
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return
	}
	w.code = exit.ExitCode()
	if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		w.code = 128 + int(s.Signal())
	}
}

// kill has it end at once.
func (w *work) kill() { w.signal(syscall.SIGKILL) }

// signal sends it a signal, unless it has ended.
func (w *work) signal(s syscall.Signal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.finished {
		_ = w.cmd.Process.Signal(s)
	}
}

// terminate asks it to end, and kills it when its time is up.
func (w *work) terminate(grace time.Duration) {
	w.mu.Lock()
	first := !w.toEnd && !w.finished
	w.toEnd = true
	if first {
		w.tooLate = time.AfterFunc(grace, w.kill)
	}
	w.mu.Unlock()
	if first {
		w.signal(syscall.SIGTERM)
	}
}

// asked tells whether the pod is to go.
func (w *work) asked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.toEnd
}
