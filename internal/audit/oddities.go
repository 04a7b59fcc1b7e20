package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"attrmigrate/internal/schema"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// The kinds of values that nobody meant, and of a row that may lack some of one.
const (
	placeholder = string(schema.Placeholder)
	replacement = string(schema.Replacement)
	control     = string(schema.Control)
	invisible   = string(schema.Invisible)
	blanks      = string(schema.Blanks)
	spreadsheet = string(schema.Spreadsheet)
	cutRow      = "cut-row"
)

// odd looks at the value of an attribute that is written.
func (w *warnings) odd(name, value, file string, line int) {
	for _, o := range schema.Oddities(name, value) {
		f := w.add(string(o.Kind), "", file, line)
		f.where.add(shown(name))
		switch {
		case o.Kind == schema.Placeholder: // it is a word that programs write, and nothing of a user
			word := strings.TrimSpace(value)
			f.which.add(word)
			f.blank = f.blank || word != value
		case o.Char != 0:
			f.which.add(schema.CharName(o.Char))
		}
	}
}

// oddRecord looks at what of a record does not depend on its user: the name, and where the record ends.
func (w *warnings) oddRecord(c *sources.Change) {
	if c.Undo {
		return
	}
	w.odd("username", c.Username, c.File, c.Line)
	w.respelledPhone(c)
	if c.Cut {
		w.add(cutRow, "", c.File, c.Line)
	}
}

// oddMetadata looks at client metadata.
func (w *warnings) oddMetadata(values map[string]string, file string, line int) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		w.odd("metadata:"+key, values[key], file, line)
	}
}

// few are some texts, each once, in the order in which they were met.
type few struct {
	list []string
	more bool
}

func (f *few) add(text string) {
	switch {
	case slices.Contains(f.list, text):
	case len(f.list) == maxExamples:
		f.more = true
	default:
		f.list = append(f.list, text)
	}
}

func (f *few) String() string {
	list := strings.Join(f.list, ", ")
	if f.more {
		list += ", ..."
	}
	return list
}

// oddly are words about values: what one is, and what several are, and what to do about each. The characters, or words, that were found follow, and
// the attributes that have them.
func oddly(one, several, remedyOfOne, remedy string) words {
	return func(w *Warning, _ *Terms) (string, string) {
		text, mend := "1 value "+one, remedyOfOne
		if w.Count != 1 {
			text, mend = number(w.Count)+" values "+several, remedy
		}
		if len(w.which.list) > 0 {
			text += ": " + w.which.String()
		}
		return fmt.Sprintf("%s (%s)", text, &w.where), mend
	}
}

// The words of each kind.
var (
	lostLetters  = oddly("has what a wrong encoding leaves", "have what a wrong encoding leaves", rewrite, rewrite)
	controlled   = oddly("has a control character", "have control characters", "take it out, unless the value is to have several lines", "take them out, unless these values are to have several lines")
	unseeable    = oddly("has a character that cannot be seen", "have characters that cannot be seen", "take it out: it comes along where text is copied", "take them out: they come along where text is copied")
	blankAtEnds  = oddly("begins or ends with a blank", "begin or end with blanks", trim, trim)
	recalculated = oddly("looks as if a spreadsheet had changed it", "look as if a spreadsheet had changed them", reexport, reexport)
)

const (
	trim     = "--trim takes blanks away from the ends of values"
	rewrite  = "write the file again from where it came, in UTF-8"
	reexport = "export these columns again, as text, and do not save them from a spreadsheet"
)

func standForNone(w *Warning, t *Terms) (text, remedy string) {
	text, _ = oddly("stands for no value", "stand for no value", "", "")(w, t)
	var flags []string
	if w.blank { // a value has blanks around the word
		flags = append(flags, "--trim")
	}
	for _, word := range w.which.list {
		flags = append(flags, "--empty-value "+shell.Quote(word))
	}
	return text, "to take such cells for empty ones: " + strings.Join(flags, " ")
}

func isCut(w *Warning, _ *Terms) (text, remedy string) {
	if w.Count == 1 {
		return "the last row has no line end: it may have been cut short", "see whether the file is whole"
	}
	return fmt.Sprintf("the last rows of %d inputs have no line end: they may have been cut short", w.Count), "see whether the files are whole"
}
