package console

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Columns is the width of a terminal, or 0 if w is none.
func Columns(w io.Writer) int {
	f, ok := terminalOf(w).(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width == 0 {
		return 80
	}
	return width
}
