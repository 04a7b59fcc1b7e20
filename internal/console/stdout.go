package console

import (
	"errors"
	"io"
	"sync"

	"attrmigrate/internal/disk"
)

// Output is standard output, and remembers the first write that failed: whoever prints a result has
// nothing to do about it, and the exit code tells.
type Output struct {
	to io.Writer

	mu  sync.Mutex // guards what follows
	err error
}

// WatchOutput watches an output.
func WatchOutput(w io.Writer) *Output { return &Output{to: w} }

// Write implements [io.Writer].
func (o *Output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = err
		}
	}
	return n, err
}

// Settle brings the error that a command ended with together with that of its output: a result that was lost
// is an error by itself, and told beside another one. A reader that has gone has read enough.
func (o *Output) Settle(err error) (result, beside error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	same := o.err != nil && errors.Is(err, o.err)
	switch lost := disk.WithoutPath(o.err); {
	case lost == nil, ReaderLeft(lost) && !same:
		return err, nil
	case ReaderLeft(lost):
		return nil, nil
	case err == nil, same:
		return &lostOutputError{lost}, nil
	case errors.Is(err, lost): // told already, with more words
		return err, nil
	default:
		return err, &lostOutputError{lost}
	}
}

// lostOutputError is a result that was not printed whole.
type lostOutputError struct{ err error }

func (e *lostOutputError) Error() string { return "standard output: " + e.err.Error() }
func (e *lostOutputError) Unwrap() error { return e.err }

// Hint says what it means.
func (e *lostOutputError) Hint() string {
	return "only what was to be printed is lost, or a part of it"
}

// terminalOf is the writer itself, where it is watched, or has other names told.
func terminalOf(w io.Writer) io.Writer {
	switch o := w.(type) {
	case *Output:
		return terminalOf(o.to)
	case *named:
		return terminalOf(o.to)
	default:
		return w
	}
}
