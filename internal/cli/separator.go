package cli

import (
	"fmt"
	"slices"
	"strings"
)

// separatorFlag names the flag for what stands between the cells of a CSV.
const separatorFlag = "separator"

// separators are the words of that flag. The character itself is taken, too.
var separators = []struct {
	word string
	rune rune
	also []string
}{
	{"comma", ',', []string{","}},
	{"semicolon", ';', []string{";"}},
	{"tab", '\t', []string{"\t", `\t`}},
}

// separator sets a flag that takes one of them.
func separator(value *rune) choice {
	var words []string
	for _, known := range separators {
		words = append(words, known.word)
	}
	return choice{words, func(s string) error {
		for _, known := range separators {
			if s == known.word || slices.Contains(known.also, s) {
				*value = known.rune
				return nil
			}
		}
		return fmt.Errorf("want one of %s", strings.Join(words, ", "))
	}}
}

// separatorWord is how the flag is given a separator.
func separatorWord(r rune) string {
	for _, known := range separators {
		if known.rune == r {
			return known.word
		}
	}
	return string(r)
}
