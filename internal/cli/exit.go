package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/console"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
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

// Those of commands that send nothing.
const (
	exportCodes = `Exit codes:
  0    done
  1    refused or failed
  2    wrong flags, or a file that cannot be used
  130  interrupted
`
	reportCodes = `Exit codes:
  0    done
  1    the report could not be made or written
  2    wrong flags, or no run directory
  130  interrupted
`
	targetsCodes = `Exit codes:
  0    done: nothing is wrong with the file
  1    a pool or an input cannot be reached
  2    wrong flags, or something is wrong with the file
  130  interrupted
`
	sandboxCodes = `Exit codes:
  0    ended, by Ctrl-C or SIGTERM
  1    it cannot listen, or a file cannot be written
  2    wrong flags, or a file that cannot be used
  130  interrupted before it listened
`
)

// errFailures is the end of a run in which records failed. Its text was printed already.
var errFailures = errors.New("records failed")

// exitCode is the one place that turns an error into an exit code.
func exitCode(err error) int {
	var (
		usage *refusal.UsageError
		file  *sources.FileError
		stop  *pipeline.StopError
		lock  *checkpoint.HeldError
		held  *rundir.HeldError
		ended *runEndedError
		hold  *rundir.HoldError
		rows  *rowsError
		wrong *fleet.Problems
		taken *runlog.OvertakenError
		away  *unansweredError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &rows):
		return rows.code
	case errors.As(err, &taken):
		return exitHeld
	case errors.Is(err, errFailures):
		return exitFailures
	case errors.As(err, &stop) && stop.Reason == pipeline.Interrupted,
		errors.Is(err, refusal.ErrNotStarted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &stop), errors.As(err, &ended), errors.As(err, &hold), errors.As(err, &away), runlog.Lapsed(err):
		return exitStopped
	case errors.As(err, &lock), errors.As(err, &held):
		return exitHeld
	case errors.As(err, &usage), errors.As(err, &file), errors.As(err, &wrong):
		return exitUsage
	default:
		return exitRefused
	}
}

// printError writes an error and its remedy, one line each; between them, where the error is in an expression, that.
func printError(w io.Writer, err error) {
	if _, told := errors.AsType[*rowsError](err); told || errors.Is(err, errFailures) {
		return
	}
	if wrong, ok := errors.AsType[*fleet.Problems](err); ok {
		printProblems(w, wrong)
		return
	}
	fmt.Fprintf(w, "attrmigrate: %s\n", prose.Printable(console.StopReason(err.Error())))
	if e, ok := errors.AsType[interface {
		error
		Excerpt() []string
	}](err); ok {
		for _, line := range e.Excerpt() {
			fmt.Fprintln(w, prose.Printable(line))
		}
	}
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(w, "hint: %s\n", prose.Printable(hint))
	}
}

// mostProblems are told of a file of targets; nobody mends more at once.
const mostProblems = 30

// printProblems writes all that is wrong with a file of targets.
func printProblems(w io.Writer, wrong *fleet.Problems) {
	for _, p := range wrong.List[:min(len(wrong.List), mostProblems)] {
		printError(w, p)
	}
	if n := len(wrong.List) - mostProblems; n > 0 {
		fmt.Fprintf(w, "attrmigrate: ... and %s more\n", prose.Count(n))
	}
	fmt.Fprintf(w, "attrmigrate: %s\n", prose.Printable(wrong.Count()))
}

// hintOf is the remedy that an error knows, with the flag of it, or nothing.
func hintOf(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint() + flagOfHint(h)
	}
	return ""
}
