package cli

import (
	"runtime"
	"strings"

	"attrmigrate/internal/prose"
)

// examplesText are examples as wide as the screen: a longer command goes on in the next line, behind a backslash, so that it can
// be pasted. On Windows nobody can tell into which shell, and each goes on in its own way: there, commands stay whole.
func examplesText(examples string, width int) string {
	if runtime.GOOS == "windows" {
		return examples
	}
	lines := strings.Split(examples, "\n")
	for i, line := range lines {
		lines[i] = folded(line, width, ` \`)
	}
	return strings.Join(lines, "\n")
}

// commandsIn has the commands of a text, which cobra's begin with a tab, be as wide as the screen.
func commandsIn(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if command, ok := strings.CutPrefix(line, "\t"); ok {
			lines[i] = examplesText("  "+command, width)
		}
	}
	return strings.Join(lines, "\n")
}

// folded breaks a command line so that no line is wider, but for one that cannot be broken. The joint stands at the end of each
// that goes on.
func folded(line string, width int, joint string) string {
	if prose.Width(line) <= width {
		return line
	}
	const first, further = "  ", "      "
	var b strings.Builder
	at := 0
	for i, part := range parted(line) {
		switch n := prose.Width(part); {
		case i == 0:
			b.WriteString(first + part)
			at = len(first) + n
		case at+1+n+len(joint) > width:
			b.WriteString(joint + "\n" + further + part)
			at = len(further) + n
		default:
			b.WriteString(" " + part)
			at += 1 + n
		}
	}
	return b.String()
}

// parted are the parts between which a command line can be broken. A flag goes with its value, an operator with what is behind
// it, and what stands in quotation marks, in brackets or in a comment stays whole.
func parted(line string) []string {
	var parts []string
	before := ""
	for word := range strings.FieldsSeq(line) {
		last := len(parts) - 1
		if last >= 0 && (goesOn(parts[last]) || isOperator(before) || isFlag(before) && !isFlag(word) && !isOperator(word)) {
			parts[last] += " " + word
		} else {
			parts = append(parts, word)
		}
		before = word
	}
	return parts
}

func goesOn(part string) bool {
	return strings.HasPrefix(part, "#") || strings.Count(part, "'")%2 == 1 || strings.Count(part, `"`)%2 == 1 ||
		strings.Count(part, "(") > strings.Count(part, ")")
}

func isFlag(word string) bool     { return strings.HasPrefix(word, "-") }
func isOperator(word string) bool { return strings.Trim(word, "|>") == "" }
