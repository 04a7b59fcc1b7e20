// Package prose writes numbers, durations and texts as people read them: on a terminal of some width, in one
// language, and never as a command to the terminal. [PrintJSON] does the last for programs.
package prose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// Count writes a number for people: 48,214.
func Count[N int | int64](n N) string { return humanize.Comma(int64(n)) }

// Plural writes a number and its noun.
func Plural[N int | int64](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	if strings.HasSuffix(one, "s") {
		return Count(n) + " " + one + "es"
	}
	return Count(n) + " " + one + "s"
}

// Either is what is said of one, or of several.
func Either[N int | int64](n N, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// Some writes a list, of which so many are named at most: a.csv:2, a.csv:7 and 12 more.
func Some(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:most], ", ") + " and " + Count(len(list)-most) + " more"
}

// Span writes a duration for people, to two units: 11h6m, 15m40s, 40m, 9.5s.
func Span(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < 9950*time.Millisecond: // what would be 10.0s is 10s
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour-time.Second/2:
		d = d.Round(time.Second)
		return units(d/time.Minute, "m", d%time.Minute/time.Second, "s")
	default:
		d = d.Round(time.Minute)
		return units(d/time.Hour, "h", d%time.Hour/time.Minute, "m")
	}
}

// units writes two numbers with their units, without those that are zero.
func units(high time.Duration, highUnit string, low time.Duration, lowUnit string) string {
	switch {
	case high == 0:
		return fmt.Sprintf("%d%s", low, lowUnit)
	case low == 0:
		return fmt.Sprintf("%d%s", high, highUnit)
	default:
		return fmt.Sprintf("%d%s%d%s", high, highUnit, low, lowUnit)
	}
}

// commands are the words, with the blank behind them, by which the commands of hints begin.
var commands = [...]string{"attrmigrate ", "aws ", "jq ", "sed ", "soffice ", "unzip ", "{ "}

// Command is where the command of a hint begins, at its start or behind a colon; the hint's end if it has none.
func Command(hint string) int {
	at := len(hint)
	for _, program := range commands {
		if strings.HasPrefix(hint, program) {
			return 0
		}
		if i := strings.Index(hint, ": "+program); i >= 0 {
			at = min(at, i+len(": "))
		}
	}
	return at
}

// Wrap breaks a line between words so that it fits into width columns; what follows is indented like
// the text behind a heading. A width of 0 is no terminal: the line stays whole.
func Wrap(line string, width int) string {
	const indent = "         "
	if width <= 2*len(indent) || Width(line) < width {
		return line
	}
	var b strings.Builder
	column := 0
	for i, word := range unbroken(line) {
		length := Width(strings.TrimRight(word, " "))
		if i > 0 && column+length >= width {
			b.WriteString("\n" + indent)
			column = len(indent)
		}
		b.WriteString(word)
		column += Width(word)
	}
	return b.String()
}

// unbroken parts a line behind its blanks, but not within what is quoted for a shell, nor within a command that stands
// behind a colon: it is to be pasted as it is.
func unbroken(line string) []string {
	var parts []string
	mark := "" // of the quotation that the last part is in
	command := false
	for _, word := range strings.SplitAfter(line, " ") {
		if mark == "" && !command {
			command = len(parts) > 0 && strings.HasSuffix(parts[len(parts)-1], ": ") && slices.Contains(commands[:], word)
			parts = append(parts, "")
			if start := strings.TrimLeft(word, "("); start != "" && strings.ContainsAny(start[:1], `'"`) {
				mark = start[:1]
			}
		}
		last := &parts[len(parts)-1]
		*last += word
		if marks := strings.Count(*last, mark) - strings.Count(*last, `\`+mark); marks%2 == 0 {
			mark = ""
		}
	}
	return parts
}

// Printable quotes what a terminal would take for a command: names in files come from anywhere.
func Printable(s string) string {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			quoted := strconv.Quote(s)
			return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
		}
	}
	return s
}

// PrintJSON writes a value for programs, indented. They read the same whether or not a terminal shows it:
// what does not print is written as its escape, which encoding/json does for the oldest control characters
// only. Outside of strings, JSON has none of these.
func PrintJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	var text strings.Builder
	for _, r := range b.String() {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			text.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&text, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&text, `\u%04x`, r)
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}
