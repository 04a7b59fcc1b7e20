package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// Process is the System of the process itself. A signal that was ignored when it started stays ignored, as
// nohup, a shell's trap and shells that start something in the background want it: of SIGHUP and SIGINT that
// can be told.
func Process() System {
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	signal.Ignore(syscall.SIGPIPE) // a reader that has gone is no reason to stop the run
	return System{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Signals: signals,
		Heed:        func(s os.Signal) { signal.Notify(signals, s) },
		LimitMemory: limitProcess,
	}
}
