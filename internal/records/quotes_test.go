package records

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestQuotesInPieces follows quotes alike wherever the bytes are parted.
func TestQuotesInPieces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{`"`, ",", "\r", "\n", "a", `"`, "bc"})).Draw(t, "text"), "")
		whole, parts := quotes{separator: ','}, quotes{separator: ','}
		want, got := []byte(text), []byte(text)
		whole.translate(want)
		for i := range got {
			parts.translate(got[i : i+1])
		}
		if !bytes.Equal(got, want) || parts != whole {
			t.Errorf("%q becomes %q (state %d) as a whole, %q (state %d) byte by byte", text, want, whole.state, got, parts.state)
		}
	})
}

// TestQuotes has one row for each state that a quote or a carriage return can meet.
func TestQuotes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"outside", "a\r\r\nb\r", "a\n\n\nb\n"},
		{"in quotes", "\"a\r\n\"\r\n", "\"a\xff\n\"\n\n"},
		{"a quote in quotes", "\"a\"\"\r\"\r", "\"a\"\"\xff\"\n"},
		{"quotes of a later cell", "a,\"\r\"\r", "a,\"\xff\"\n"},
		{"a quote in a cell begins none", "a\"\r\"b\r", "a\"\n\"b\xff"},
		{"text behind quotes", "\"a\"b\"\r", "\"a\"b\"\n"},
		{"behind a bad row", "a\"b\r\"\r\"\r", "a\"b\n\"\xff\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := []byte(c.text)
			(&quotes{separator: ','}).translate(got)
			if string(got) != c.want {
				t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
			}
		})
	}
}
