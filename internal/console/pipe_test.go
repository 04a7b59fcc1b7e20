package console

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"
)

// TestReaderLeft: export ends well when whoever reads it has read enough, on every system.
func TestReaderLeft(t *testing.T) {
	for _, tt := range []struct {
		name, system string
		err          error
		want         bool
	}{
		{"a broken pipe", "linux", syscall.EPIPE, true},
		{"a broken pipe of macOS", "darwin", syscall.EPIPE, true},
		{"a full disk", "linux", syscall.ENOSPC, false},
		{"the number means something else elsewhere", "linux", syscall.Errno(109), false},
		{"ERROR_BROKEN_PIPE", "windows", syscall.Errno(109), true},
		{"ERROR_NO_DATA", "windows", syscall.Errno(232), true},
		{"ERROR_PIPE_NOT_CONNECTED", "windows", syscall.Errno(233), true},
		{"ERROR_DISK_FULL", "windows", syscall.Errno(112), false},
		{"nothing", "windows", nil, false},
		{"no number", "windows", errors.New("closed"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := readerLeftOn(tt.system, tt.err); got != tt.want {
				t.Errorf("got %v", got)
			}
			wrapped := fmt.Errorf("standard output: %w", &fs.PathError{Op: "write", Path: "|1", Err: tt.err})
			if got := readerLeftOn(tt.system, wrapped); got != tt.want {
				t.Errorf("in an error of the file: got %v", got)
			}
		})
	}
}
