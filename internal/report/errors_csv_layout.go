package report

import (
	"bufio"
	"encoding/csv"
	"slices"

	"attrmigrate/sources"
)

// layout says where the cells of a finding stand beside those of the input, and how these are written.
type layout struct {
	left, right []int // of the cells of a finding, those before the cells of the input, and those behind them
	cell        func(text, marker string) string
}

// forPeople are the columns of a finding that stand at the left.
var forPeople = []string{"_line", "_message"}

// newLayout is the layout of a new file, of whose columns _raw is one or not.
func newLayout(columns []string, raw bool) layout {
	l := layout{cell: safeCell}
	for _, name := range forPeople {
		l.left = append(l.left, slices.Index(columns, name))
	}
	for i, name := range columns {
		if !slices.Contains(l.left, i) && (raw || name != rawColumn) {
			l.right = append(l.right, i)
		}
	}
	return l
}

// oldLayout is that of earlier versions, whose runs go on.
func oldLayout(columns []string, raw bool) layout {
	l := layout{cell: harmlessCell}
	for i, name := range columns {
		if raw || name != rawColumn {
			l.right = append(l.right, i)
		}
	}
	return l
}

// safeCell is a cell of the input as the report has it: a spreadsheet leaves it as it is, and it means the same when it
// is read again. A cell that deletes would not do so any more if it were wrapped; one that is wrapped so as not to
// delete is wrapped once more, for a spreadsheet takes one wrapping off.
func safeCell(text, marker string) string {
	switch {
	case text == sources.TextCell(marker):
		return sources.TextCell(text)
	case text == "" || text == marker || sources.IsTextCell(text) || staysText(text):
		return text
	default:
		return sources.TextCell(text)
	}
}

// harmlessCell is such a cell as earlier versions had it.
func harmlessCell(text, marker string) string {
	if text == marker || sources.IsTextCell(text) {
		return text
	}
	return harmless(text)
}

// newReader reads an errors.csv, in whatever dialect it is.
func newReader(text *bufio.Reader) *csv.Reader {
	if first, _ := text.Peek(len(byteOrderMark)); string(first) == byteOrderMark {
		text.Discard(len(byteOrderMark)) // peeked, so it cannot fail
	}
	r := csv.NewReader(text)
	first := forPeople[0]
	if head, err := text.Peek(len(first) + 1); err == nil && string(head[:len(first)]) == first {
		r.Comma = rune(head[len(first)])
	}
	return r
}
