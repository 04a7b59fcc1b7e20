//go:build unix

package main

import (
	"runtime"
	"syscall"
	"time"
)

// residentMiB is the peak of the memory that the process had, once it has ended: as it was seen, or else as the kernel tells
// it, that of macOS in bytes, others in KiB. What is not known is less than nothing, and meets no bound.
func (p *process) residentMiB() float64 {
	if p.peak > 0 {
		return p.peak
	}
	usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return -1
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / (1 << 20)
	}
	return float64(usage.Maxrss) / (1 << 10)
}

// childSeconds is the time of a processor that all processes took which have ended.
func childSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}
