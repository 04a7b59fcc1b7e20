package records

import (
	"bufio"
	"bytes"
	"strings"
)

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

func blankText(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// FirstNotBlank passes over blanks, and returns the byte that comes next, 0 if there is none.
func FirstNotBlank(text *bufio.Reader) byte {
	for {
		b, err := text.ReadByte()
		switch {
		case err != nil:
			return 0
		case !isBlank(b):
			_ = text.UnreadByte() // just read, so it cannot fail
			return b
		}
	}
}

// blankCells reports whether the cells of a row have nothing in them, as those of rows have that a spreadsheet once
// used.
func blankCells(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return len(cells) > 0
}
