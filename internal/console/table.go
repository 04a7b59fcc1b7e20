package console

import (
	"fmt"
	"io"
	"strings"

	"attrmigrate/internal/prose"
)

// ShowTable writes rows below a heading, each column as wide as its widest cell. It is for programs' eyes, too: a row is a
// line, whatever the width of the screen.
func ShowTable(w io.Writer, heading []string, rows [][]string) {
	widths := make([]int, len(heading))
	all := append([][]string{heading}, rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], prose.Width(cell))
		}
	}
	for _, row := range all {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(prose.Pad(cell, widths[i]+2))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}
