package runlog

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"attrmigrate/checkpoint"
)

// OvertakenError says that another start has taken the run over.
type OvertakenError struct {
	Key    string          // of the object that says so
	Holder checkpoint.Info // of the other; zero if it cannot be told
}

func (e *OvertakenError) Error() string {
	if e.Holder.PID == 0 {
		return e.Key + ": another process has taken this run over"
	}
	return fmt.Sprintf("%s: another process has taken this run over: process %d on %s, since %s",
		e.Key, e.Holder.PID, e.Holder.Host, e.Holder.Since.UTC().Format(time.RFC3339))
}

// Hint says what to do about it.
func (e *OvertakenError) Hint() string {
	return "let the other one go on; what this one has done, it knows"
}

// AsideError says that a directory is that of a run which was set aside.
type AsideError struct{ Shown string }

func (e *AsideError) Error() string {
	return e.Shown + ": the run was set aside for another one: it can be looked at and gone back from, and is not continued"
}

// Hint says which directory is another.
func (e *AsideError) Hint() string {
	dir := e.Shown[:max(0, strings.LastIndex(e.Shown, "/runs/"))]
	return "name the directory in which it was set aside, " + dir + "/, or another one"
}

// InsideError says that a directory is where the run is kept that another one holds.
type InsideError struct{ Shown string }

func (e *InsideError) Error() string {
	return e.Shown + ": it is part of the run that its directory holds now, and that is called by the directory"
}

// Hint says which one that is.
func (e *InsideError) Hint() string { return "leave /runs/" + path.Base(e.Shown) + " out" }

// ForeignError says that a directory which holds no run has a file that a run would replace.
type ForeignError struct{ Shown, Name string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s/%s is there, and no run: a run would replace it by its own", e.Shown, e.Name)
}

// Hint says what to do about it.
func (e *ForeignError) Hint() string {
	return "--run-dir names another place, or the file is moved away"
}

// UnfitError says that a store cannot keep a run.
type UnfitError struct {
	Key  string    // that was tried
	When Condition // that it does not honour; Always if it gives no tags
}

func (e *UnfitError) Error() string {
	what := "If-Match"
	switch e.When {
	case IfAbsent:
		what = "If-None-Match"
	case Always:
		what = "no ETag"
	}
	return fmt.Sprintf("%s: the store does not honour conditional writes (%s): two processes could work on one run", e.Key, what)
}

// Hint says what to do about it.
func (e *UnfitError) Hint() string {
	return "keep the run in Amazon S3 or in a store that honours If-None-Match and If-Match, or in a local directory"
}

// lapsedError says that a lease has run out.
type lapsedError struct {
	key   string
	ttl   time.Duration
	cause error // of the last renewal that failed; nil if none was tried, as on a machine that stood still
}

func (e *lapsedError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("%s: the lease ran out: this process stood still, or its clock jumped, for most of %s", e.key, e.ttl)
	}
	return fmt.Sprintf("%s: the lease ran out: it could not be renewed within %s: %v", e.key, e.ttl, e.cause)
}

func (e *lapsedError) Unwrap() error { return e.cause }

// Lapsed tells of an error whether it says that the lease has run out: the same start may go well right away.
func Lapsed(err error) bool {
	_, ok := errors.AsType[*lapsedError](err)
	return ok
}

// Hint says what to do about it.
func (e *lapsedError) Hint() string { return "start again: the run goes on where it stopped" }
