package records

import (
	"bufio"
	"bytes"
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

// blankLine returns the length of the blank line that b begins with, or 0.
func blankLine(b []byte) int {
	switch {
	case len(b) > 0 && b[0] == '\n':
		return 1
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	default:
		return 0
	}
}
