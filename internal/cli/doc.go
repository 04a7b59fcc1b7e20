// Package cli is the command line of attrmigrate: flags become options, options become a wired
// pipeline, and what comes of it becomes a few lines for people and an exit code for schedulers.
//
// It is the only package that knows all others. One file is one command (apply.go, status.go,
// sandbox.go) or one step of apply (survey.go, confirm.go, rundir.go, progress.go). Commands return
// errors; [Run] alone turns them into text and an exit code.
package cli
