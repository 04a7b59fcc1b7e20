package console

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"
)

// brokenOutput fails each write.
type brokenOutput struct{ err error }

func (o brokenOutput) Write([]byte) (int, error) { return 0, o.err }

// TestSettle: the error of a command stands, and the lost output is told beside it once.
func TestSettle(t *testing.T) {
	failed := errors.New("it failed")
	full := &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	gone := &fs.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
	for _, test := range []struct {
		name            string
		output, err     error
		result, besides string
	}{
		{"all is well", nil, nil, "<nil>", "<nil>"},
		{"the output alone", full, nil, "standard output: no space left on device", "<nil>"},
		{"a command that only passes it on", full, full, "standard output: no space left on device", "<nil>"},
		{"both", full, failed, "it failed", "standard output: no space left on device"},
		{"the same error in other words", full, fmt.Errorf("users.csv: %w", syscall.ENOSPC), "users.csv: no space left on device", "<nil>"},
		{"a reader that has gone", gone, failed, "it failed", "<nil>"},
		{"a command that says so itself", gone, gone, "<nil>", "<nil>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &Output{to: brokenOutput{test.output}}
			if test.output != nil {
				_, _ = o.Write(nil)
			}
			result, beside := o.Settle(test.err)
			if fmt.Sprint(result) != test.result || fmt.Sprint(beside) != test.besides {
				t.Errorf("%v and %v, want %s and %s", result, beside, test.result, test.besides)
			}
		})
	}
}
