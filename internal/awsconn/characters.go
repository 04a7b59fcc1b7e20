package awsconn

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What characters may stand in a setting.

// inWord are those of keys, tokens, ARNs and URLs.
func inWord(r rune) bool { return r > ' ' && r <= '~' }

// inName are those of profiles and paths.
func inName(r rune) bool { return r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// inRegion are those of Regions.
func inRegion(r rune) bool {
	return r == '-' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// misfit names the first character that doesn't belong into a text, and where it is; nothing if all do. A
// blank around it never does.
func misfit(text string, fits func(rune) bool) string {
	last := utf8.RuneCountInString(text)
	number := 0
	for i, r := range text {
		number++
		_, size := utf8.DecodeRuneInString(text[i:])
		edge := number == 1 || number == last
		switch {
		case r == utf8.RuneError && size == 1:
			return fmt.Sprintf("has a byte that is not UTF-8 (0x%02X), as its character %d", text[i], number)
		case fits(r) && !(edge && unicode.IsSpace(r)):
		case number == last:
			return "ends with " + nameOf(r)
		case number == 1:
			return "begins with " + nameOf(r)
		default:
			return fmt.Sprintf("has %s, as its character %d", nameOf(r), number)
		}
	}
	return ""
}

// characterNames are those that are hard to see, or to tell from each other.
var characterNames = map[rune]string{
	'\r': "a carriage return", '\n': "a line end", '\t': "a tab", ' ': "a blank", 0: "a zero character",
	0xa0: "a no-break space", 0x200b: "a zero-width space", 0xfeff: "a byte-order mark",
}

// nameOf names a character by its code point.
func nameOf(r rune) string {
	name, ok := characterNames[r]
	switch {
	case ok:
	case unicode.IsControl(r):
		name = "a control character"
	case unicode.IsSpace(r):
		name = "a blank"
	case unicode.IsUpper(r):
		name = "a capital letter"
	default:
		name = "the character"
	}
	return fmt.Sprintf("%s (U+%04X)", name, r)
}

// byteOrderMark is a mark at the beginning of a file that the SDK can't read over; nothing if there is none.
func byteOrderMark(head string) string {
	switch {
	case strings.HasPrefix(head, "\ufeff"):
		return "begins with " + nameOf(0xfeff)
	case strings.HasPrefix(head, "\xff\xfe"), strings.HasPrefix(head, "\xfe\xff"):
		return "is UTF-16"
	default:
		return ""
	}
}
