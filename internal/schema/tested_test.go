package schema

import (
	"strings"
	"testing"
)

// tested is the schema of a pool with attributes of each kind.
func tested() *Schema {
	return New([]Attribute{
		{Name: "sub", Kind: String, Immutable: true, Required: true, MinLength: "1", MaxLength: "2048"},
		{Name: "email", Kind: String, Required: true, MinLength: "0", MaxLength: "2048"},
		{Name: "custom:tier", Kind: String, MinLength: "1", MaxLength: "20"},
		{Name: "custom:id", Kind: String, Immutable: true},
		{Name: "custom:points", Kind: Number, MinValue: "-10", MaxValue: "99.5"},
		{Name: "custom:huge", Kind: Number, MaxValue: "100000000000000000000.5"},
		{Name: "custom:since", Kind: DateTime},
		{Name: "custom:vip", Kind: Boolean},
		{Name: "dev:custom:risk", Kind: Number},
	})
}

// has checks that each part of want, which are divided by |, stands in a text.
func has(t *testing.T, what, got, want string) {
	t.Helper()
	for part := range strings.SplitSeq(want, "|") {
		if !strings.Contains(got, part) {
			t.Errorf("%s is %q, want %q in it", what, got, part)
		}
	}
}
