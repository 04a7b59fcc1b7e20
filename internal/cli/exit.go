package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

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
	exitInterrupted = 130 // Ctrl-C or SIGTERM; resumable
)

const exitCodes = `Exit codes:
  0    done
  1    refused or failed before the first write
  2    wrong flags, or a file that cannot be used
  3    finished, but records failed (see errors.csv); or plan --check found something
  4    stopped early; the same command continues
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
	preview   bool // the errors file that it names must stay
}

func (e *refusal) Error() string { return e.msg }
func (e *refusal) Hint() string  { return e.hint }

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
	fmt.Fprintf(w, "attrmigrate: %s\n", printable(err.Error()))
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
