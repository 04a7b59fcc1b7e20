//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// residentMiB is the peak of the memory that the process had, once it has ended. The kernel of macOS tells
// it in bytes, others in KiB.
func (p *process) residentMiB() float64 {
	usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / (1 << 20)
	}
	return float64(usage.Maxrss) / (1 << 10)
}
