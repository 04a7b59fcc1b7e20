package console

import (
	"cmp"
	"io"
	"os"

	"golang.org/x/term"
)

// Columns is the width of a terminal, or 0 if w is none.
func Columns(w io.Writer) int {
	columns, _ := terminalSize(w)
	return columns
}

// terminalSize is the size of a terminal, 0 and 0 if w is none. One that does not tell it has that of the first ones.
func terminalSize(w io.Writer) (columns, rows int) {
	f, ok := terminalOf(w).(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, 0
	}
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 80, 24
	}
	return cmp.Or(columns, 80), cmp.Or(rows, 24)
}
