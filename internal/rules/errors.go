package rules

import (
	"cmp"
	"errors"
	"strings"
	"unicode/utf8"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

// Error is an expression that cannot be carried out, for whatever user.
type Error struct {
	// Place is where the expression stands: --where, --set email, rules.yaml:7: where.
	Place string
	Msg   string
	// Line is the line of the expression that is to blame, and Column the character in it, from 0.
	Line   string
	Column int

	hint string
}

func (e *Error) Error() string { return e.Place + ": " + e.Msg }

// Hint is what to do about it, or nothing.
func (e *Error) Hint() string { return e.hint }

// Excerpt is the line of the expression, and below it a caret under the place.
func (e *Error) Excerpt() []string {
	const before, shown = 40, 58 // characters of a long line: where a narrow terminal breaks it, the caret is elsewhere
	runes := []rune(strings.ReplaceAll(e.Line, "\t", " "))
	if len(runes) == 0 {
		return nil
	}
	at := min(max(e.Column, 0), len(runes))
	from := 0
	if len(runes) > shown {
		from = max(0, at-before)
	}
	to := min(len(runes), from+shown)
	return []string{
		"  " + string(runes[from:to]),
		"  " + strings.Repeat(" ", prose.Width(string(runes[from:at]))) + "^",
	}
}

// mistake is what is wrong with an expression, and where: a character of it, from 0.
type mistake struct {
	at        int
	msg, hint string
}

func (m *mistake) Error() string { return m.msg }

// inside makes the error of an expression: its line and column are found.
func (m *mistake) inside(place func(line int) string, source string) error {
	at, line, start := 0, 1, 0
	column := 0
	for i, r := range source {
		if at == m.at {
			break
		}
		at++
		column++
		if r == '\n' {
			line, start, column = line+1, i+1, 0
		}
	}
	text, _, _ := strings.Cut(source[start:], "\n")
	text = strings.TrimRight(text, "\r")
	e := &Error{Place: place(line), Msg: m.msg, Line: text, Column: min(column, characters(text)), hint: m.hint}
	return &refusal.UsageError{Err: e, Remedy: m.hint}
}

// characters is how many characters a text has.
func characters(s string) int { return utf8.RuneCountInString(s) }

// UserError is a rule that cannot be carried out for one user. Its text repeats no value.
type UserError struct {
	// Place is where the expression stands: --where, --set email.
	Place string
	Msg   string

	hint string
}

func (e *UserError) Error() string { return e.Place + ": " + e.Msg }

// Hint says how to mend it, in one line.
func (e *UserError) Hint() string {
	return cmp.Or(e.hint, "mend the value, or let --where leave such users out")
}

// Class is "rule".
func (e *UserError) Class() string { return "rule" }

// Code is "RuleFailed".
func (e *UserError) Code() string { return "RuleFailed" }

// fault is what keeps an expression from a value, for one user. Unlike other errors of an evaluation its text is known to
// hold no value.
type fault struct{ msg, hint string }

func (f *fault) Error() string { return f.msg }

// failed makes the error of a user of what an evaluation gave.
func failed(place string, err error) error {
	if f, ok := errors.AsType[*fault](err); ok {
		return &UserError{place, f.msg, f.hint}
	}
	if strings.Contains(err.Error(), "memory budget") {
		return &UserError{place, "it takes more memory than a rule may", "make the rule simpler"}
	}
	return &UserError{place, "it cannot be computed from the values of this user", ""}
}
