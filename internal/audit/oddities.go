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

	escapedComma = string(schema.EscapedComma)
)

// oddRow looks at a value that is written; what is odd about it stands in the note of its row, too, so that all can be
// found.
func (w *warnings) oddRow(r *Row) {
	if r.Verdict != Change || r.undo {
		return
	}
	for _, o := range w.odd(r.Attribute, r.After, r.place()) {
		if r.Note != "" {
			r.Note += "; "
		}
		r.Note += "the value " + o.String()
	}
}

// odd looks at a text that is written, or names a user.
func (w *warnings) odd(name, value string, at place) []schema.Oddity {
	found := schema.Oddities(name, value)
	for _, o := range found {
		f := w.add(string(o.Kind), "", at)
		f.where.add(shown(name))
		switch {
		case o.Kind == schema.Placeholder: // it is a word that programs write, and nothing of a user
			word := strings.TrimSpace(value)
			f.which.add(word)
			f.blank = f.blank || word != value
		case o.At != 0:
			f.which.add(schema.CharName(o.Char))
		}
	}
	return found
}

// cut looks at where a record ends, whether it can be applied or not.
func (w *warnings) cut(c *sources.Change) {
	if c.Cut && !c.Undo {
		w.add(cutRow, "", recordPlace(c))
	}
}

// oddName looks at the name of a user.
func (w *warnings) oddName(c *sources.Change) {
	if !c.Undo {
		w.odd("username", c.Username, recordPlace(c))
		w.respelledPhone(c)
	}
}

// oddMetadata looks at client metadata.
func (w *warnings) oddMetadata(values map[string]string, at place) {
	if len(values) == 0 { // as mostly
		return
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		w.odd("metadata:"+key, values[key], at)
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
	lostLetters  = oddly("has replacement characters, or letters of a wrong encoding", "have replacement characters, or letters of a wrong encoding", rewrite, rewrite)
	controlled   = oddly("has a control character", "have control characters", "take it out, unless the value is to have several lines", "take them out, unless these values are to have several lines")
	unseeable    = oddly("has an invisible character", "have invisible characters", "take it out: it comes along where text is copied", "take them out: they come along where text is copied")
	escaped      = oddly(`has \, for a comma, and is written so`, `have \, for a comma, and are written so`, unescape, unescape)
	recalculated = oddly("looks as if a spreadsheet had changed it", "look as if a spreadsheet had changed them", reexport, reexport)
)

const (
	rewrite  = "write the file again from where it came, in UTF-8"
	unescape = `Cognito's own import takes the \ away, this program does not: write the comma alone, in a cell in quotes`
	reexport = "export these columns again, as text, and do not save them from a spreadsheet"
)

func blankAtEnds(w *Warning, t *Terms) (text, remedy string) {
	remedy = "--trim takes blanks away from the ends of values"
	if t.Ruled {
		remedy = "trim(…) in the rule takes blanks away from the ends of a value"
	}
	return oddly("begins or ends with a blank", "begin or end with blanks", remedy, remedy)(w, t)
}

func standForNone(w *Warning, t *Terms) (text, remedy string) {
	text, _ = oddly("is a placeholder for no value", "are placeholders for no value", "", "")(w, t)
	if t.Ruled {
		return text, "nil leaves an attribute alone: have the rule give that where there is no value"
	}
	var flags []string
	deletes := ""
	for _, word := range w.which.list {
		if word == t.Deletes { // which no option takes for empty
			deletes = word
		} else {
			flags = append(flags, "--empty-value "+shell.Quote(word))
		}
	}
	if w.blank { // a value has blanks around the word
		flags = slices.Insert(flags, 0, "--trim")
	}
	switch such := "to take such cells for empty ones: "; {
	case deletes == "":
		return text, such + strings.Join(flags, " ")
	case !w.blank: // it is marked as a text, or no value of an attribute
		return text, deletes + " deletes where it stands by itself in the cell of an attribute: leave the cell empty otherwise"
	case len(flags) == 1:
		return text, "to have " + deletes + " delete: --trim"
	default:
		return text, "to have " + deletes + " delete, and take other such cells for empty ones: " + strings.Join(flags, " ")
	}
}

func isCut(w *Warning, _ *Terms) (text, remedy string) {
	if w.Count == 1 {
		return "the last row has no line end: it may have been cut short", "see whether the file is whole"
	}
	return fmt.Sprintf("the last rows of %s inputs have no line end: they may have been cut short", number(w.Count)), "see whether the files are whole"
}
