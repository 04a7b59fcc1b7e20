package control

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// runWhole runs a command in a job object of its own: it ends with all that it has started. It has a process group of its
// own, too, so that a Ctrl-C of the console is not for it.
func runWhole(cmd *exec.Cmd) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(job)
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	cmd.Cancel = func() error { return errors.Join(windows.TerminateJobObject(job, 1), cmd.Process.Kill()) }
	if err := cmd.Start(); err != nil {
		return err
	}
	if p, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid)); err == nil {
		_ = windows.AssignProcessToJobObject(job, p) // without it the program alone is killed
		_ = windows.CloseHandle(p)
	}
	return cmd.Wait()
}
