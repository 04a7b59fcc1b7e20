package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"attrmigrate/internal/console"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
)

// rowsRun are the rows of one index, carried out one after the other.
type rowsRun struct {
	sys   System
	notes io.Writer // what people read on the way
	ends  io.Writer // how the rows ended
	group fleet.Group
	of    int // indexes

	one func(ctx context.Context, row fleet.Row, signals *interrupts) (dir string, err error)
}

// rowEnd is how a row ended.
type rowEnd struct {
	row  fleet.Row
	dir  string
	code int
	ran  bool
}

// rowError is what went wrong with a row. Its remedy speaks of the columns of the file, for there are no such flags beside it.
type rowError struct {
	row string
	err error
}

func (e *rowError) Error() string { return e.row + ": " + e.err.Error() }
func (e *rowError) Unwrap() error { return e.err }

// columnsOfFlags has the columns that say of a row what a flag says else.
var columnsOfFlags = strings.NewReplacer("--user-pool-id", "the column user_pool_id", "--region", "the column region",
	"--role-arn", "the column role_arn", "--external-id", "the column external_id", "--run-dir", "the column run_dir")

// Hint is the remedy of the error. A command in it, at its end, is that of the row alone, and has flags.
func (e *rowError) Hint() string {
	hint := hintOf(e.err)
	command := prose.Command(hint)
	return columnsOfFlags.Replace(hint[:command]) + hint[command:]
}

// rowsError is the end of an index of which a row did not end well. What happened was told already.
type rowsError struct{ code int }

func (e *rowsError) Error() string { return fmt.Sprintf("exit code %d of a row", e.code) }

// gravest are the exit codes of rows, the one first that the index ends with: what asks for another start goes before what
// asks for a person.
var gravest = []int{exitInterrupted, exitHeld, exitStopped, exitRefused, exitUsage, exitFailures, exitDone}

// run carries out the rows. One that fails does not stop the next, but a signal does.
func (r *rowsRun) run(ctx context.Context) error {
	ctx, signals := watchSignals(ctx, r.sys.Signals)
	defer signals.end()
	note := console.Printer(r.notes, console.Columns(r.notes))
	note("index", "%d of %s (0 to %d): %s, %s", r.group.Index, prose.Count(r.of), r.of-1, r.group.Place(), prose.Plural(len(r.group.Rows), "row"))
	ends := make([]rowEnd, len(r.group.Rows))
	for i, row := range r.group.Rows {
		ends[i] = rowEnd{row: row, code: exitInterrupted}
		if signals.came() || ctx.Err() != nil {
			continue
		}
		fmt.Fprintln(r.notes)
		note("row", "%d of %d: %s, pool %s", i+1, len(ends), row.Name, row.Pool)
		dir, err := r.one(ctx, row, signals)
		signals.stopGently(nil)
		if err != nil {
			printError(r.sys.Stderr, &rowError{row.Name, err})
		}
		ends[i] = rowEnd{row, dir, exitCode(err), true}
	}
	r.tell(ends)
	for _, code := range gravest[:len(gravest)-1] {
		if slices.ContainsFunc(ends, func(e rowEnd) bool { return e.code == code }) {
			return &rowsError{code}
		}
	}
	return nil
}

// ways are how a row ended, by its exit code.
var ways = map[int]string{
	exitDone: "done", exitRefused: "refused, or failed before the first write", exitUsage: "wrong flags, or a file that cannot be used",
	exitFailures: "finished, but records failed", exitStopped: "stopped early; the same command continues",
	exitHeld: "another process is at work on its run", exitInterrupted: "interrupted; the same command continues",
}

// tell prints a line for each row.
func (r *rowsRun) tell(ends []rowEnd) {
	line := console.Printer(r.ends, console.Columns(r.ends))
	for _, e := range ends {
		switch {
		case !e.ran:
			line("row", "%s: not begun", e.row.Name)
		default:
			line("row", "%s: %s (exit code %d), %s", e.row.Name, ways[e.code], e.code, e.dir)
		}
	}
}
