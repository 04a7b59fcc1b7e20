package prose

import "strings"

// Entry is a line of a list: a label, and from a column on, its text. A long label has a line to itself.
func Entry(label, text string, column, width int) string {
	gap := column - Width(label)
	lead := label + strings.Repeat(" ", max(gap, 0))
	if gap < 2 {
		lead = label + "\n" + strings.Repeat(" ", column)
	}
	return lead + Flow(text, column, width) + "\n"
}

// Paragraphs wraps paragraphs to a width. Where lines are indented they are rows of a table or commands: those stay apart.
func Paragraphs(text string, width int) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, paragraph := range paragraphs {
		if !strings.ContainsAny(paragraph, "\t") && !strings.Contains(paragraph, "\n ") {
			paragraphs[i] = Flow(strings.ReplaceAll(paragraph, "\n", " "), 0, width)
			continue
		}
		lines := strings.Split(paragraph, "\n")
		for j, line := range lines {
			lines[j] = wrapRow(line, width)
		}
		paragraphs[i] = strings.Join(lines, "\n")
	}
	return strings.Join(paragraphs, "\n\n")
}

// wrapRow wraps the row of a table, what does not fit below its second cell. A line that is none stays whole.
func wrapRow(line string, width int) string {
	key, cell, isRow := strings.Cut(strings.TrimLeft(line, " "), "  ")
	if !isRow {
		return line
	}
	cell = strings.TrimLeft(cell, " ")
	column := len(line) - len(cell)
	return Pad("  "+key, column) + Flow(cell, column, width)
}

// Flow breaks a text that begins in a column so that no line is wider, but for a word that is.
func Flow(text string, column, width int) string {
	var b strings.Builder
	at := column
	for i, word := range strings.Fields(text) {
		n := Width(word)
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", column))
			at = column
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
