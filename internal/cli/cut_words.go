package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/shell"
)

// operators are words of expressions that hardly a file is called.
var operators = []string{"==", "!=", "=", "<", ">", "<=", ">=", "&&", "||", "!", "and", "or", "not", "in", "nil", "null", "true", "false", "??", "?", ":", "+", "-",
	"matches", "contains", "startsWith", "endsWith"}

// unquoted refuses words that a shell has cut from an expression or a text because it stood there without quotes.
func (o *options) unquoted(paths []string) error {
	isOperator := func(word string) bool {
		return slices.Contains(operators, word) && (word != rundir.Stdin || o.rule.match == "")
	}
	if i := slices.IndexFunc(paths, isOperator); i >= 0 {
		return cutWords(paths[i], "file", o.rule.flags(), paths, "put each expression in quotes, or into a file for --rules")
	}
	i := slices.IndexFunc(paths, func(word string) bool { return word != rundir.Stdin && !disk.Exists(word) })
	if i < 0 {
		return nil
	}
	taken, remedy := ", and a rule takes none", "a text or an expression with blanks in it needs quotes: --set 'custom:plan=pro plus', --where 'custom.tier == nil'"
	if o.rule.match != "" {
		taken = ""
		if filepath.Ext(paths[i]) != "" {
			remedy = "check the name and the working directory; a text with blanks in it needs quotes"
		}
	}
	return &refusal.UsageError{Err: fmt.Errorf("%s: there is no such file%s", prose.Printable(paths[i]), taken), Remedy: remedy}
}

// cutWords refuses words that a shell has cut from the value of a flag. Where they can only be of one, the hint has it whole.
func cutWords(word, what string, flags, words []string, otherwise string) error {
	remedy := otherwise
	if flag, first := cutFlag(flags); flag != "" {
		remedy = "put it in quotes, as one: " + flag + " " + shell.Quote(rejoined(first, words))
	}
	return &refusal.UsageError{
		Err:    fmt.Errorf("%s is no %s: the shell has cut an expression into words, for it stood there without quotes", prose.Printable(word), what),
		Remedy: remedy,
	}
}

// cutFlag is the flag whose value was cut, and what is left of that: the one that holds an expression without a blank, or the
// one that holds a text so. Nothing, if there are several: then nobody can tell.
func cutFlag(flags []string) (flag, value string) {
	var expressions, texts [][]string
	for pair := range slices.Chunk(flags, 2) {
		switch computed := strings.Contains(pair[1], ":="); {
		case strings.Contains(pair[1], " "):
		case pair[0] == "--where", pair[0] == "--filter", computed && (pair[0] == "--set" || pair[0] == "--columns"):
			expressions = append(expressions, pair)
		case pair[0] == "--set":
			texts = append(texts, pair)
		}
	}
	some := expressions
	if len(some) == 0 {
		some = texts
	}
	if len(some) != 1 {
		return "", ""
	}
	return some[0][0], some[0][1]
}

// rejoined is an expression that a shell has cut into words.
func rejoined(first string, words []string) string {
	whole := first + " " + strings.Join(words, " ")
	if inner, ok := strings.CutPrefix(whole, "'"); ok { // which cmd has left
		whole = strings.TrimSpace(strings.TrimSuffix(inner, "'"))
	}
	return whole
}

// notUTF8 refuses a value among these flags and values, which no text is.
func notUTF8(words []string) error {
	i := slices.IndexFunc(words, func(word string) bool { return !utf8.ValidString(word) })
	return refusal.Usagef("%s is not UTF-8: %s", words[i-1], prose.Printable(words[i]))
}
