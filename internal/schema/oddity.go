package schema

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/runenames"

	"attrmigrate/sources"
)

// Oddity is what a value has that nobody meant, as far as its looks tell.
type Oddity struct {
	Kind OddityKind
	// Char is the first character that is to blame, and At its place, from 1. At is 0 where the value as a whole is; a Char
	// of 0 is U+0000.
	Char rune
	At   int
}

// OddityKind is a sort of them.
type OddityKind string

// The kinds.
const (
	Placeholder OddityKind = "placeholder" // it stands for no value: NULL, nan, N/A
	Replacement OddityKind = "replacement" // characters that an encoding has lost
	Control     OddityKind = "control"     // characters that do something
	Invisible   OddityKind = "invisible"   // characters that cannot be seen, or look like a space and are none
	Blanks      OddityKind = "blanks"      // it begins or ends with them
	Spreadsheet OddityKind = "spreadsheet" // a spreadsheet has made another value of it

	EscapedComma OddityKind = "escaped-comma" // it has \, for a comma, as files for Cognito's own import do
)

// Kinds that are refused in names and addresses, and are nothing odd elsewhere.
const (
	within OddityKind = "blank-within"
	unfit  OddityKind = "unfit" // a username has no such character
)

// Oddities are what is odd about the value of an attribute, each kind once. They are few, and mostly none, which costs
// no allocation.
func Oddities(name, value string) []Oddity {
	if value == "" {
		return nil
	}
	var found []Oddity
	text := value
	if !plainText(value) {
		found = oddCharacters(name, value)
		text = strings.TrimFunc(value, unicode.IsSpace)
	}
	switch {
	case isPlaceholder(text):
		found = append(found, Oddity{Kind: Placeholder})
	case isOfSpreadsheet(name, text):
		found = append(found, Oddity{Kind: Spreadsheet})
	case strings.IndexByte(text, '\\') >= 0 && strings.Contains(text, `\,`): // a byte is found sooner than two
		found = append(found, Oddity{Kind: EscapedComma})
	}
	return found
}

// plainText tells whether a text is of printable ASCII characters alone, without a blank at its ends. Most values are,
// and need no closer look.
func plainText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return s[0] != ' ' && s[len(s)-1] != ' '
}

// String completes "the value ": without repeating it.
func (o Oddity) String() string {
	where := fmt.Sprintf("%s at character %d", CharName(o.Char), o.At)
	switch {
	case o.Kind == Placeholder:
		return "is a placeholder for no value"
	case o.Kind == Spreadsheet:
		return "looks as if a spreadsheet had changed it"
	case o.Kind == EscapedComma:
		return "has a \\ before a comma, as in files for Cognito's own import"
	case o.Kind == Blanks && o.At == 1:
		return "begins with a blank: " + where
	case o.Kind == Blanks:
		return "ends with a blank: " + where
	case o.Kind == Control:
		return "has a control character: " + where
	case o.Kind == Invisible:
		return "has an invisible character: " + where
	case o.Kind == within:
		return "has a blank in it: " + where
	case o.Kind == unfit:
		return "has a character that no username has: " + where
	default:
		return "has what a wrong encoding leaves: " + where
	}
}

// hint says how to mend it.
func (o Oddity) hint() string {
	switch o.Kind {
	case Placeholder:
		return "--empty-value TEXT takes such a value for an empty cell"
	case Blanks:
		return "--trim takes blanks away from the ends of values"
	case Spreadsheet:
		return "export it again, with the column as text"
	case EscapedComma:
		return "write the comma alone, and the cell in quotes"
	case within, unfit:
		return "take it out"
	case Replacement:
		return "write the file again from where it came, in UTF-8"
	default:
		return "take this character out: it comes along where text is copied"
	}
}

// CharName names a character as everybody can look it up: U+200B ZERO WIDTH SPACE.
func CharName(r rune) string {
	name := runenames.Name(r)
	if strings.HasPrefix(name, "<") || name == "" { // control characters have none
		name = controlNames[r]
	}
	return strings.TrimSpace(fmt.Sprintf("U+%04X %s", r, name))
}

// controlNames are what people call those that they meet.
var controlNames = map[rune]string{'\b': "BACKSPACE", '\t': "TAB", '\n': "LINE FEED", '\v': "VERTICAL TAB", '\f': "FORM FEED",
	'\r': "CARRIAGE RETURN", 0x1b: "ESCAPE", 0x7f: "DELETE", 0x85: "NEXT LINE"}

// placeOf is the place of a byte, in characters from 1.
func placeOf(s string, offset int) int { return utf8.RuneCountInString(s[:offset]) + 1 }

// CheckStrict refuses a record with a value that nobody meant, as [Schema.Check] refuses what the pool would; the error
// names every problem. What was in the pool already is never refused.
func CheckStrict(c *sources.Change) error {
	if c.Undo {
		return nil
	}
	var found problems
	refuse := func(name, value string) {
		for _, o := range Oddities(name, value) {
			found = append(found, &ValueError{name, "value " + o.String(), "Suspicious", o.hint() + "; without --strict it is told, and written"})
		}
	}
	refuse("username", c.Username)
	for _, a := range c.Attributes {
		refuse(a.Name, a.Value)
	}
	return found.asError()
}
