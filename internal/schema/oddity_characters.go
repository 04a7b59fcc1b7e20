package schema

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// oddCharacters are the oddities of the characters of a value, the first place of each kind.
func oddCharacters(name, value string) []Oddity {
	var found []Oddity
	note := func(kind OddityKind, r rune, offset int) {
		if !slices.ContainsFunc(found, func(o Oddity) bool { return o.Kind == kind }) {
			found = append(found, Oddity{kind, r, placeOf(value, offset)})
		}
	}
	begin := len(value) - len(strings.TrimLeftFunc(value, unicode.IsSpace))
	end := len(strings.TrimRightFunc(value, unicode.IsSpace))
	if r, _ := utf8.DecodeRuneInString(value); begin > 0 {
		note(Blanks, r, 0)
	} else if r, _ := utf8.DecodeRuneInString(value[end:]); end < len(value) {
		note(Blanks, r, end)
	}
	if begin > end { // nothing but blanks
		return found
	}
	text := value[begin:end]
	previous := rune(0)
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		next, _ := utf8.DecodeRuneInString(text[i+size:])
		switch {
		case r >= ' ' && r < 0x7f, r >= 'À' && r <= 'ɏ': // most are, and are letters
		case r == unicode.ReplacementChar:
			note(Replacement, r, begin+i)
		case unicode.IsControl(r):
			if !endsLine(name, r, next) {
				note(Control, r, begin+i)
			}
		case hidden(previous, r, next):
			note(Invisible, r, begin+i)
		}
		previous = r
	}
	if i := garbled(text); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		note(Replacement, r, begin+i)
	}
	return found
}

// endsLine tells whether a control character ends a line of the one attribute that may have several: a formatted
// address (OpenID Connect Core 1.0, 5.1.1).
func endsLine(name string, r, next rune) bool {
	return name == "address" && (r == '\n' || r == '\r' && next == '\n')
}

// hidden tells whether a character cannot be seen where it stands, or is a space that is not the common one. Where
// a script or a picture asks for it, it is meant.
func hidden(previous, r, next rune) bool {
	switch {
	case r == '\u3000': // the space of Chinese and Japanese
		return false
	case unicode.IsSpace(r):
		return true
	case r == '\u200c' || r == '\u200d':
		return !unicode.In(previous, joining...) && !(r == '\u200d' && isPicture(previous) && isPicture(next))
	case unicode.Is(unicode.Variation_Selector, r):
		return !variesOn(previous, r, next)
	case r >= 0xe0020 && r <= 0xe007f: // of a flag of a part of a country
		return previous != 0x1f3f4 && (previous < 0xe0020 || previous > 0xe007f)
	case r == '\u180e': // of Mongolian
		return !unicode.Is(unicode.Mongolian, previous)
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r), unicode.Is(unicode.Egyptian_Hieroglyphs, r):
		return false
	default:
		return r == '\u2800' || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
	}
}

// joining are the scripts in which letters are joined, or kept apart, by characters of their own.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Adlam, unicode.Mongolian, unicode.Phags_Pa,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Thai, unicode.Lao, unicode.Tibetan, unicode.Myanmar, unicode.Khmer,
	unicode.Balinese, unicode.Javanese,
}

// isPicture tells whether a character is of an emoji, its colour or its form.
func isPicture(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sm) || r == '\ufe0f' || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f
}

// variesOn tells whether a selector chooses between forms of the character before it.
func variesOn(previous, r, next rune) bool {
	switch {
	case r >= '\ufe0e' && r <= '\ufe0f': // text or picture
		keycap := next == '\u20e3' && (previous >= '0' && previous <= '9' || previous == '#' || previous == '*')
		return keycap || unicode.IsSymbol(previous) || strings.ContainsRune("‼⁉ℹ〰", previous)
	case r >= 0xe0100:
		return unicode.Is(unicode.Han, previous)
	default:
		return unicode.In(previous, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Mongolian, unicode.Myanmar,
			unicode.Phags_Pa, unicode.Manichaean, unicode.Sm, unicode.So)
	}
}

// garbled finds where UTF-8 was taken for Windows-1252 and written as that again (Ã¼ for ü), -1 for nowhere.
func garbled(s string) int {
	first, row := -1, 0
	for i := 0; i < len(s); {
		n, width := misread(s[i:])
		if n == 0 {
			_, size := utf8.DecodeRuneInString(s[i:])
			i, row = i+size, 0
			continue
		}
		if row++; row == 1 {
			first = i
		}
		if row > 1 || neverMeant(s[i:]) { // two in a row are no chance
			return first
		}
		i += width
	}
	return -1
}

// neverMeant tells whether a text begins as only misread ones do: with ü, ™ or 😀, a byte-order mark or U+FFFD. One that is
// misread looks as if it were meant elsewhere, as the end of « café ».
func neverMeant(s string) bool {
	for _, begin := range [...]string{"Ã", "Â", "â€", "â‚", "â„", "ðŸ", "ï»¿", "ï¿½"} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return false
}

// misread is how many bytes a character had that was misread at the beginning of a text, and how wide it is in it now; 0
// where none was.
func misread(s string) (n, width int) {
	r, size := utf8.DecodeRuneInString(s)
	lead := byte(r) // Windows-1252 has them where Unicode has them
	switch {
	case r < 0xc2 || r >= 0xf5:
		return 0, 0
	case r < 0xe0:
		n = 2
	case r < 0xf0:
		n = 3
	default:
		n = 4
	}
	bytes := []byte{lead}
	for width = size; len(bytes) < n; width += size {
		var b byte
		if b, size = singleByte(s[width:]); b < 0x80 || b > 0xbf {
			return 0, 0
		}
		bytes = append(bytes, b)
	}
	if !utf8.Valid(bytes) {
		return 0, 0
	}
	return n, width
}

// singleByte is the byte that Windows-1252 has for the first character of a text, 0 for none, and how wide it is.
func singleByte(s string) (b byte, size int) {
	r, size := utf8.DecodeRuneInString(s)
	b, ok := charmap.Windows1252.EncodeRune(r)
	if !ok || r < 0x80 {
		return 0, size
	}
	return b, size
}
