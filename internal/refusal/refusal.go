// Package refusal is how a command says that it does not begin: what is wrong, and what to do about it.
//
// An error of this package comes before the first write. [UsageError] is a mistake of whoever gave the command,
// and [Error] everything else; the command line turns the one into exit code 2 and the other into 1. Errors of
// other packages say what to do by a method Hint, too; [HintOf] finds it.
package refusal

import (
	"errors"
	"fmt"
)

// UsageError is a mistake in the command line, or in an input as a whole.
type UsageError struct {
	Err    error
	Remedy string // for people, or none
}

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// Hint is the remedy.
func (e *UsageError) Hint() string { return e.Remedy }

// Usagef is a mistake without a remedy.
func Usagef(format string, args ...any) error { return &UsageError{Err: fmt.Errorf(format, args...)} }

// Error is a reason not to begin: nothing was written.
type Error struct {
	Msg    string
	Remedy string // for people, or none
}

func (e *Error) Error() string { return e.Msg }

// Hint is the remedy.
func (e *Error) Hint() string { return e.Remedy }

// ErrNotStarted is an interruption before the first write.
var ErrNotStarted = errors.New("interrupted: nothing was written")

// CodeOf is the code that an error knows, as AWS calls it, or nothing.
func CodeOf(err error) string {
	if e, ok := errors.AsType[interface {
		error
		Code() string
	}](err); ok {
		return e.Code()
	}
	return ""
}

// HintOf is the remedy that an error knows, or nothing.
func HintOf(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ""
}
