// Package shell writes the command lines that the program tells people to paste.
//
// On Unix they are for a POSIX shell. On Windows people paste into cmd or PowerShell, and nobody can tell which:
// a word is written so that both read it alike, where there is such a form. There is none for a word with $, a
// backquote or a typographic quotation mark (which PowerShell reads) or % (which cmd reads): these are written
// for PowerShell. Nor is there one for a word with a quotation mark, which no file has there: it is written for cmd.
package shell

import (
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Join writes words as one command line of the system's shell.
func Join(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = Quote(word)
	}
	return strings.Join(quoted, " ")
}

// Quote writes one word as the system's shell has to read it. What it returns can be printed: it has neither
// line ends nor other control characters.
func Quote(word string) string {
	if runtime.GOOS == "windows" {
		return quoteWindows(word)
	}
	return quotePOSIX(word)
}

// File writes the name of a file, which is no flag even where it begins with a dash. The dash alone is standard
// input.
func File(name string) string { return Quote(noFlag(name)) }

// noFlag spells the name of a file so that no program takes it for a flag.
func noFlag(name string) string {
	if len(name) > 1 && name[0] == '-' {
		return "./" + name
	}
	return name
}

// quotePOSIX quotes with '...'. What does not print is given to printf in figures; a line end at the very end is
// lost then, as in every command substitution.
func quotePOSIX(word string) string {
	switch {
	case word != "" && word[0] != '=' && only(word, "_@%+=:,./-"):
		return word
	case prints(word):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i := range len(word) {
		switch c := word[i]; {
		case c == '%':
			b.WriteString("%%")
		case c == '-' && i == 0, c == '\'', c == '\\', c == '!', c < ' ', c > '~': // "!" is bash's, at a prompt
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return `"$(printf '` + b.String() + `')"`
}

// apostrophes are doubled within '...' of PowerShell, to which all of these are one.
var apostrophes = strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛")

// quoteWindows quotes with "...", in which the program's own runtime reads \" as a quotation mark, and so the
// backslashes before one are doubled.
func quoteWindows(word string) string {
	switch {
	case word != "" && only(word, `_+=:./\-`) && !(word[0] == '-' && strings.ContainsAny(word, ".:")): // PowerShell parts -a.b
		return word
	case strings.ContainsAny(word, "$`%“”„"):
		return "'" + apostrophes.Replace(word) + "'"
	}
	var b strings.Builder
	slashes := 0
	for i := range len(word) {
		if word[i] == '"' {
			b.WriteString(strings.Repeat(`\`, slashes+1))
		}
		slashes++
		if word[i] != '\\' {
			slashes = 0
		}
		b.WriteByte(word[i])
	}
	return `"` + b.String() + strings.Repeat(`\`, slashes) + `"`
}

// only tells whether a word has nothing but letters and figures of ASCII and the marks given.
func only(word, marks string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool {
		return r > '~' || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(marks, r)
	})
}

func prints(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) })
}

// Files is a list of files as it stands in a command line.
func Files(names []string) string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = File(name)
	}
	return strings.Join(words, " ")
}
