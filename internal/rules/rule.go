package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// Rule says for which users something is to be written, and what.
type Rule struct {
	// Name is what its author calls it; may be empty.
	Name string
	// Where chooses users; empty: all of them.
	Where string
	// Set are the assignments, each name once.
	Set []Assignment

	// File is the file of rules that it stands in, Line the line that it begins on there, and WhereLine the one of the first line
	// of Where. They are empty for a rule of the command line.
	File            string
	Line, WhereLine int
}

// Assignment is what an attribute is to be: one of Text, Expr and Delete.
type Assignment struct {
	Name   string // of the attribute
	Text   string // the value itself
	Expr   string // an expression that gives the value
	Delete bool   // it is taken away

	Line int // of a file of rules: that of the first line of its text
}

// DeleteMarker is the text that stands in change sets for no value. Written as a value of a rule, it is a mistake.
const DeleteMarker = "<delete>"

// ParseSet reads an assignment as people write it: custom:tier=free, or email:=lower(email). It is split at the first =; a :
// before that makes what follows an expression.
func ParseSet(text string) (Assignment, error) {
	name, value, found := strings.Cut(text, "=")
	name, computed := strings.CutSuffix(name, ":")
	trimmed := strings.TrimSpace(name)
	fail := func(msg, hint string) (Assignment, error) {
		return Assignment{}, &refusal.UsageError{Err: fmt.Errorf("--set %s: %s", cmp.Or(trimmed, text), msg), Remedy: hint}
	}
	switch {
	case strings.HasPrefix(text, "'") || strings.HasPrefix(text, "‘") || strings.HasPrefix(text, "“"):
		return fail("it begins with a quotation mark, which is no part of a name",
			`the shell has not taken it away: in cmd only "double quotation marks" hold a text together`)
	case !found:
		return fail("there is no = in it", "write NAME=TEXT, or NAME:=EXPRESSION, without blanks beside the =; to take an attribute away, --unset NAME")
	case trimmed == "":
		return fail("it has no name", "write NAME=TEXT, or NAME:=EXPRESSION")
	case trimmed != name:
		return fail("there are blanks beside its name", "write NAME=TEXT, or NAME:=EXPRESSION, without blanks before the =")
	case computed && strings.TrimSpace(value) == "":
		return fail("its expression is empty", "to take the attribute away: "+shell.Join("--unset", name))
	case computed:
		return Assignment{Name: name, Expr: value}, nil
	}
	if msg, hint := misread(name, value); msg != "" {
		return fail(msg, hint)
	}
	return Assignment{Name: name, Text: value}, nil
}

// called is a text that begins as a call of a function, or of a rule for a cell.
var called = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9]*)\(.*\)$`)

// misread tells of texts that hardly anybody means as they stand.
func misread(name, value string) (msg, hint string) {
	literally := "; if it is that very text: " + shell.Join("--set", name+":="+quoted(value))
	call := called.FindStringSubmatch(strings.TrimSpace(value))
	switch {
	case value == "":
		return "its text is empty", "to take the attribute away: " + shell.Join("--unset", name)
	case value == DeleteMarker:
		return "it would be the text " + DeleteMarker, "to take the attribute away: " + shell.Join("--unset", name)
	case strings.HasPrefix(value, "="):
		return "its text begins with =", "one = gives a text, := an expression" + literally
	case call != nil && isFunction(call[1]), strings.HasPrefix(value, "row["), strings.HasPrefix(value, "attr["):
		return "its text looks like an expression, and would be written as it stands",
			"to compute the value: " + shell.Join("--set", name+":="+value) + literally
	}
	return "", ""
}

// quoted writes a text as an expression.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text) + `"`
}

// spelled is how an attribute is called in an expression.
func spelled(name string) string {
	namespace, bare := "", name
	if rest, ok := strings.CutPrefix(name, "custom:"); ok {
		namespace, bare = "custom.", rest
	} else if rest, ok := strings.CutPrefix(name, "dev:custom:"); ok {
		namespace, bare = "dev.", rest
	}
	if !isIdentifier(bare) {
		return "attr[" + quoted(name) + "]"
	}
	return namespace + bare
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func isIdentifier(s string) bool { return identifier.MatchString(s) }

// nearest is the name among known that was probably meant, or nothing.
func nearest(name string, known []string) string {
	near, _ := sources.Suggest(name, known)
	return near
}
