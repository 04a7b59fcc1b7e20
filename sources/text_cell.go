package sources

import "strings"

// TextCell writes a text as a CSV cell that spreadsheets take for text, whatever it looks like: ="text",
// each quote in it doubled. A spreadsheet that evaluates the formula saves the plain text, another one
// the formula; the decoders read both as the text. They read it so however often a text is wrapped, and
// such a cell never deletes: a text that deletes when it is plain keeps, wrapped twice, its meaning
// through a spreadsheet.
func TextCell(text string) string {
	return `="` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

// IsTextCell reports whether a cell is one that TextCell writes.
func IsTextCell(cell string) bool {
	_, ok := unwrap(cell)
	return ok
}

// textOf returns the text of a CSV cell, and whether the cell was wrapped by TextCell.
func textOf(cell string) (text string, wrapped bool) {
	for {
		inner, ok := unwrap(cell)
		if !ok {
			return cell, wrapped
		}
		cell, wrapped = inner, true
	}
}

// unwrap undoes TextCell. A cell in which a quote stands alone is none of its cells.
func unwrap(cell string) (text string, ok bool) {
	inner, ok := strings.CutPrefix(cell, `="`)
	if !ok {
		return "", false
	}
	if inner, ok = strings.CutSuffix(inner, `"`); !ok {
		return "", false
	}
	if strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return "", false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}
