package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// The exit codes of every command.
const (
	exitDone        = 0   // done
	exitRefused     = 1   // refused or failed before the first write
	exitUsage       = 2   // wrong flags or files
	exitFailures    = 3   // finished, but records failed
	exitStopped     = 4   // stopped early; resumable
	exitHeld        = 5   // another process is at work on the run
	exitInterrupted = 130 // Ctrl-C or SIGTERM; resumable
)

const exitCodes = `Exit codes:
  0    done
  1    refused or failed before the first write
  2    wrong flags, or a file that cannot be used
  3    finished, but records failed (see errors.csv); or plan --check found something
  4    stopped early; the same command continues
  5    another process is at work on this run: wait, and try again
  130  interrupted; the same command continues
`

// usageError is a mistake in the command line or in an input as a whole.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string  { return e.hint }

func usagef(format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// refusal is a reason not to begin, with its remedy.
type refusal struct {
	msg, hint string
	preview   bool // the file in the run directory that it names must stay
}

func (e *refusal) Error() string { return e.msg }
func (e *refusal) Hint() string  { return e.hint }

// heldError refuses the files of a run, or of a plan, while a process is at work on it.
type heldError struct {
	dir    string
	holder checkpoint.Info // zero if it cannot be told
}

func (e *heldError) Error() string {
	who := "another process"
	if e.holder.PID != 0 {
		who = fmt.Sprintf("process %d", e.holder.PID)
	}
	return fmt.Sprintf("%s is at work in %s", who, printable(e.dir))
}

func (e *heldError) Hint() string { return "wait until it has ended, or stop it" }

// errFailures is the end of a run in which records failed. Its text was printed already.
var errFailures = errors.New("records failed")

// errNotStarted is an interruption before the first write.
var errNotStarted = errors.New("interrupted: nothing was written")

// exitCode is the one place that turns an error into an exit code.
func exitCode(err error) int {
	var (
		usage *usageError
		file  *sources.FileError
		stop  *pipeline.StopError
		lock  *checkpoint.HeldError
		held  *heldError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFailures):
		return exitFailures
	case errors.As(err, &stop) && stop.Reason == pipeline.Interrupted,
		errors.Is(err, errNotStarted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &stop):
		return exitStopped
	case errors.As(err, &lock), errors.As(err, &held):
		return exitHeld
	case errors.As(err, &usage), errors.As(err, &file):
		return exitUsage
	default:
		return exitRefused
	}
}

// printError writes an error and its remedy, one line each.
func printError(w io.Writer, err error) {
	if errors.Is(err, errFailures) {
		return
	}
	fmt.Fprintf(w, "attrmigrate: %s\n", printable(stopReason(err.Error())))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(w, "hint: %s\n", printable(hint))
	}
}

// hintOf is the remedy that an error knows, or nothing.
func hintOf(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ""
}
