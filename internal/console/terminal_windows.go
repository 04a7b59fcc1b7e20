package console

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// draws tells whether the console that w is knows how it is drawn on, and has it listen: consoles before Windows 10 do
// not know, and some that do wait to be told.
func draws(w io.Writer) bool {
	f, ok := terminalOf(w).(*os.File)
	if !ok {
		return false
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
