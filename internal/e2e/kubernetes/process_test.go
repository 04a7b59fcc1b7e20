//go:build linux

package kubernetes

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// process is a program at work, such as etcd. One goroutine waits for its end.
type process struct {
	cmd   *exec.Cmd
	log   string // the file that it writes to
	ended chan struct{}
}

// start starts a program, which ends with the test: by its end, and by the death of the test's process.
func start(t *testing.T, dir string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, log: filepath.Join(dir, filepath.Base(cmd.Path)+".log"), ended: make(chan struct{})}
	out, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s said last:\n%s", filepath.Base(cmd.Path), tail(p.log))
		}
	})
	return p
}

// tail is the end of a log.
func tail(path string) string {
	const most = 2 << 10
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error() + "\n"
	}
	cut := max(0, len(text)-most)
	text = text[cut:]
	if cut > 0 {
		text = text[bytes.IndexByte(text, '\n')+1:]
	}
	return string(text)
}

// freePorts are ports of the loopback interface that nobody listens on. Nothing keeps them free: what takes one of
// them meanwhile has the test fail.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	return ports
}
