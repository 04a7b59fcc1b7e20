// Package cli is the command line of attrmigrate: flags become specs of jobs, and what comes of these becomes a few
// lines for people and an exit code for schedulers.
//
// One file is one command (apply.go, plan.go, export.go, status.go, sandbox.go, man.go). Only this package knows flags as
// such, signals and exit codes; what a test without flags would want is in the packages below. Commands return errors;
// explain.go and settings.go tell those of jobs and libraries in the words of the command line, and [Run] alone turns
// them into text and an exit code.
package cli
