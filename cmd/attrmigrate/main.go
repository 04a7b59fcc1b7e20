// Command attrmigrate changes the attributes of many users of an Amazon Cognito user pool.
package main

import (
	"os"
	"os/signal"
	"syscall"

	"attrmigrate/internal/cli"
)

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE) // a reader that has gone is no reason to stop the run
	os.Exit(cli.Run(os.Args[1:], cli.System{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Signals: signals,
	}))
}
