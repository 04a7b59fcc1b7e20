//go:build unix

package control

import (
	"os/exec"
	"syscall"
)

// runWhole runs a command in a process group of its own: it ends with all that it has started, and a Ctrl-C of the
// terminal is not for it.
func runWhole(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd.Run()
}
