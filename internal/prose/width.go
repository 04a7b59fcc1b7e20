package prose

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Width is how many columns of a terminal a text takes: a letter of the Far East takes two, a combining mark none.
func Width(text string) int { return uniseg.StringWidth(text) }

// Cut is a text in at most so many columns: of one that is wider the beginning, and an ellipsis.
func Cut(text string, columns int) string {
	if Width(text) <= columns {
		return text
	}
	var b strings.Builder
	rest, state := text, -1
	for taken := 1; rest != ""; { // the ellipsis takes one
		var cluster string
		var width int
		cluster, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if taken += width; taken > columns {
			break
		}
		b.WriteString(cluster)
	}
	return strings.TrimSuffix(b.String(), "…") + "…"
}

// Pad is a text in at least so many columns, with blanks behind it.
func Pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-Width(text)))
}
