package audit

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// number writes a count for people: 48,214.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// several writes a count and its noun: 1 user, 1,200 users, 2 e-mail addresses.
func several(n int64, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "s"):
		return number(n) + " " + one + "es"
	default:
		return number(n) + " " + one + "s"
	}
}

// either is what is said of one, or of several.
func either(n int64, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// maxShown is how much of a value is shown, in bytes.
const maxShown = 40

// shown is a text from outside as a terminal may have it: in one line, without control characters, and
// not endless.
func shown(s string) string { return printable(clip(s)) }

// clip cuts a text that is long.
func clip(s string) string {
	if len(s) <= maxShown {
		return s
	}
	cut := maxShown
	for cut > maxShown-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// printable spells out what does not print.
func printable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return s
	}
	quoted := strconv.Quote(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// quoted is a value in a message: in quotation marks, or the word for none.
func quoted(value string) string {
	if value == "" {
		return "no value"
	}
	return `"` + shown(value) + `"`
}
