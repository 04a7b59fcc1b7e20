package console

import (
	"errors"
	"runtime"
	"syscall"
)

// ReaderLeft says of an error of a write that whoever read from the other end of the pipe has left.
func ReaderLeft(err error) bool { return readerLeftOn(runtime.GOOS, err) }

// readerLeftOn is ReaderLeft on a system, as runtime.GOOS names it. Windows has numbers of its own.
func readerLeftOn(system string, err error) bool {
	if system != "windows" {
		return errors.Is(err, syscall.EPIPE)
	}
	const brokenPipe, noData, notConnected = syscall.Errno(109), syscall.Errno(232), syscall.Errno(233)
	number, ok := errors.AsType[syscall.Errno](err)
	return ok && (number == brokenPipe || number == noData || number == notConnected)
}
