package sealed

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"attrmigrate/internal/disk"
)

// Refusal says why a file cannot be read, or no further.
type Refusal struct {
	Msg    string // such as "is not gzip data, as its name says", to stand behind the file's name
	Remedy string // what to do about it; may be empty
	Err    error  // the cause, such as an error of the operating system; may be nil
}

// Error returns the cause in words.
func (r *Refusal) Error() string { return r.Msg }

// Hint returns what to do about it, or "".
func (r *Refusal) Hint() string { return r.Remedy }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// ErrEmpty refuses a file that has nothing in it.
var ErrEmpty = &Refusal{Msg: "is empty", Remedy: "check what should have written it; a CSV has at least a header"}

var (
	errChanged    = &Refusal{Msg: "has changed since it was opened", Remedy: "start again, and leave the file alone meanwhile"}
	errDirectory  = &Refusal{Msg: "is a directory", Remedy: "name the files in it"}
	errNotRegular = &Refusal{Msg: "is not a regular file, and could not be read again to resume", Remedy: "write it to a file", Err: disk.ErrNotRegular}
)

// refusalOf puts an error of the operating system into plain text.
func refusalOf(err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	if errors.Is(err, disk.ErrNotRegular) {
		return errNotRegular
	}
	r := &Refusal{Err: err}
	errno, ofSystem := errors.AsType[syscall.Errno](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.Msg, r.Remedy = "no such file", "check the name and the working directory"
	case errors.Is(err, fs.ErrPermission):
		r.Msg, r.Remedy = "is not readable: permission denied", "give the user who runs this the right to read it"
	case ofSystem:
		r.Msg = "cannot be read: " + errno.Error()
	default:
		r.Msg = fmt.Sprintf("cannot be read: %v", err)
	}
	return r
}
