package campaign

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkTokens: no token, nor the claims or the signature of one, stands in a file or in the output.
func (c *checker) checkTokens() {
	texts := maps.Clone(c.Files)
	for i, s := range c.Starts {
		if texts == nil {
			texts = map[string][]byte{}
		}
		texts[fmt.Sprintf("the output of start %d", i+1)] = []byte(s.Output)
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if slices.ContainsFunc(c.Tokens, func(token string) bool { return tells(texts[name], token) }) {
			c.violated(TokenTold, "in %s", name)
		}
	}
}

// tells tells whether a text has a secret part of a token: all but its header, which many have.
func tells(text []byte, token string) bool {
	_, secret, _ := strings.Cut(token, ".")
	for part := range strings.SplitSeq(secret, ".") {
		if part != "" && bytes.Contains(text, []byte(part)) {
			return true
		}
	}
	return false
}
